"""`voice engines serve` as a process of its own: for nodes here, and by TLS for others."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
import pytest

from tests.engine_services.conftest import settings_at
from voice.doctor.peers import peers
from voice.engine_services import (
    ServedSpeaker,
    ServiceFailed,
    reading_link,
    speaking_link,
    tls_context,
)
from voice.errors import ConfigError
from voice.settings import load_settings
from voice.settings.engines import EngineServices
from voice.speech import PiperSpeaker

EMBEDDED = """
[telemetry]
listen = "127.0.0.1:0"
[recognition]
model = "embedded-en"
[speech]
voice = "embedded-en"
"""


@contextlib.contextmanager
def serving(file: Path) -> Iterator[tuple[str, list[str], str]]:
    """The address, the lines that name the models, and where probes are answered."""
    command = [sys.executable, "-m", "voice", "engines", "serve", "--settings", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().rpartition(" ")[2].strip()
        models = [process.stdout.readline() for _ in range(2)]
        metrics = process.stdout.readline().removeprefix("Metrics: ").strip()
        try:
            yield address, models, metrics.removesuffix("/metrics")
        finally:
            process.terminate()
            assert process.wait(20) == 0


def written(folder: Path, engines: str) -> Path:
    file = folder / "engines.toml"
    file.write_text(f"{EMBEDDED}[engines]\n{engines}\n")
    return file


async def test_a_process_serves_nodes_until_it_is_told_to_stop(
    tmp_path: Path, embedded_voice_path: Path
) -> None:
    with serving(written(tmp_path, 'listen = "127.0.0.1:0"')) as (address, models, _):
        hashes = [line.split('"')[1] for line in models]
        (model,) = await reading_link(settings_at(address, models=hashes)).look()
        assert (model.name, model.sha256, model.ours) == ("embedded-en", hashes[0], True)
        with pytest.raises(ServiceFailed, match=r"none of engines\.models"):
            await speaking_link(settings_at(address, models=hashes[:1])).look()
        speaker = PiperSpeaker.load(embedded_voice_path)
        voice = ServedSpeaker(speaking_link(settings_at(address)), "en", speaker)
        clause = await voice.synthesise("Good morning.", 8000)
        assert np.array_equal(clause.pcm, (await speaker.synthesise("Good morning.", 8000)).pcm)
        speaker.close()
        heard, spoken = await peers(settings_at(address))
    assert (heard.level, heard.subject, spoken.level) == ("ok", "recognition.at", "ok")
    heard, spoken = await peers(settings_at(address))
    assert (heard.level, spoken.level) == ("fault", "fault")
    assert heard.found.startswith(address)


async def test_it_answers_probes_and_tells_what_it_is_asked_for(
    tmp_path: Path, embedded_voice_path: Path
) -> None:
    speaker = PiperSpeaker.load(embedded_voice_path)
    with serving(written(tmp_path, 'listen = "127.0.0.1:0"')) as (address, _, at):
        voice = ServedSpeaker(speaking_link(settings_at(address)), "en", speaker)
        await voice.synthesise("Good morning.", 8000)
        async with httpx2.AsyncClient(base_url=at) as client:
            told = [(await client.get(f"/{page}")).text for page in ("healthz", "readyz")]
            metrics = (await client.get("/metrics")).text
    speaker.close()
    assert told == ["ok\n", "ready\n"]
    assert 'voice_engine_requests_total{engine="speech",outcome="answered"} 1.0' in metrics
    assert 'voice_engine_request_seconds_count{engine="speech"} 1.0' in metrics
    assert 'voice_engine_queue_depth{engine="recognition"} 0.0' in metrics
    assert "process_resident_memory_bytes" in metrics


def test_an_address_for_metrics_that_is_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        file = tmp_path / "engines.toml"
        file.write_text(EMBEDDED.replace("127.0.0.1:0", place))
        command = [sys.executable, "-m", "voice", "engines", "serve", "--settings", str(file)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert f"telemetry.listen: {place}: Address already in use" in line


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ('[engines]\nlisten = "0.0.0.0:0"', "can be reached from other machines"),
        ('[engines]\ncertificate = "/nowhere.pem"', "belong together: no key"),
        ('[engines]\nmodels = ["1234"]', "expected a SHA-256"),
        ('[recognition]\nat = "here"', "expected local, tcp://HOST:PORT or tls://HOST:PORT"),
        ('[speech]\nat = "tcp://engines:0"', "expected local, tcp://HOST:PORT or tls://HOST:PORT"),
        ('[speech]\nat = "tcp://192.0.2.1:1"', "192.0.2.1, the host of speech.at, is not in it"),
        ('[speech]\nat = "http://engines:80"', "expected local, tcp://HOST:PORT or"),
    ],
)
def test_mistaken_settings_are_answered_with_their_reason(
    settings: str, complaint: str, tmp_path: Path
) -> None:
    file = tmp_path / "voice.toml"
    file.write_text(settings)
    with pytest.raises(ConfigError, match=complaint):
        load_settings(file)


@pytest.mark.parametrize("wrong", ["certificate", "key", "authority"])
def test_files_that_cannot_prove_anything_are_named(wrong: str, certificates: Path) -> None:
    right = {
        "certificate": certificates / "node.pem",
        "key": certificates / "node.key",
        "authority": certificates / "ca.pem",
    }
    gone = certificates / "gone"
    files = EngineServices.model_validate({**right, wrong: gone})
    with pytest.raises(ConfigError, match=rf"engines\.{wrong}: {gone}: No such file"):
        tls_context(files, served=True)
    gone.write_text("nothing of the kind")
    # A key is wrong for its certificate.
    named = "certificate" if wrong == "key" else wrong
    with pytest.raises(ConfigError, match=rf"engines\.{named}: {files.model_dump()[named]}: "):
        tls_context(files, served=True)


def test_what_is_at_work_elsewhere_is_not_served_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "engines.toml"
    file.write_text('[speech]\nat = "tcp://127.0.0.1:1"')
    monkeypatch.setenv("VOICE_NETWORK__ALLOW", '["127.0.0.1"]')
    command = [sys.executable, "-m", "voice", "engines", "serve", "--settings", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert "speech.at: tcp://127.0.0.1:1: what is served is at work here" in line


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """Of a service and a node, by one authority; and of a stranger."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make certificates")
    for name in ("ca", "stranger"):
        made = "req -x509 -newkey ed25519 -noenc -days 2 -addext basicConstraints=critical,CA:TRUE"
        made += " -addext keyUsage=critical,keyCertSign"
        made += f" -subj /CN={name} -keyout {name}.key -out {name}.pem"
        subprocess.run([openssl, *made.split()], check=True, capture_output=True, cwd=tmp_path)
    for name in ("service", "node"):
        made = f"req -x509 -newkey ed25519 -noenc -days 2 -subj /CN={name} -CA ca.pem -CAkey"
        made += " ca.key -addext basicConstraints=critical,CA:FALSE"
        made += f" -addext subjectAltName=IP:127.0.0.1 -keyout {name}.key -out {name}.pem"
        subprocess.run([openssl, *made.split()], check=True, capture_output=True, cwd=tmp_path)
    return tmp_path


async def test_by_tls_both_sides_prove_who_they_are(certificates: Path) -> None:
    def files(name: str, authority: str = "ca") -> dict[str, str]:
        paths = {
            "certificate": f"{name}.pem",
            "key": f"{name}.key",
            "authority": f"{authority}.pem",
        }
        return {key: str(certificates / path) for key, path in paths.items()}

    lines = [f'{key} = "{path}"' for key, path in files("service").items()]
    file = written(certificates, "\n".join(['listen = "0.0.0.0:0"', *lines]))
    with serving(file) as (address, _, _):
        assert address.startswith("tls://0.0.0.0:")
        there = address.replace("0.0.0.0", "127.0.0.1")
        (model,) = await reading_link(settings_at(there, **files("node"))).look()
        assert model.name == "embedded-en"
        for mistaken in (files("stranger"), files("node", authority="stranger")):
            with pytest.raises(ServiceFailed, match=there):
                await reading_link(settings_at(there, **mistaken)).look()
        with pytest.raises(ServiceFailed):
            await reading_link(settings_at(there.replace("tls", "tcp"))).look()
