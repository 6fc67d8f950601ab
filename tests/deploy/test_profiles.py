"""The three profiles, as they are but for addresses and small models, started and called."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx2
import pytest

from scale_bench.call_nodes import Caller, free_port
from tests.telephony.edge.edge_programs import running
from voice.service import check_settings
from voice.settings import load_settings
from voice.settings.values import LOCAL

pytestmark = pytest.mark.usefixtures("as_written")

PROFILES = Path(__file__).resolve().parents[2] / "deploy" / "profiles"
EMBEDDED_ENGINE = {"VOICE_RESPONSE__ENGINE": "embedded"}
NAMES = sorted(file.stem for file in PROFILES.glob("*.toml"))


def elsewhere(folder: Path, name: str, sip_port: int) -> Mapping[str, str]:
    """What is different on this machine: where things lie, who calls, which models."""
    settings = load_settings(PROFILES / f"{name}.toml")
    by_server = settings.response.engine == "openai"
    trunk = {"name": settings.sip.trunks[0].name, "networks": ["127.0.0.1/32"], "trusted": True}
    return {
        "VOICE_SIP__LISTEN": f"127.0.0.1:{sip_port}",
        "VOICE_SIP__TRUNKS": json.dumps([trunk]),
        "VOICE_SUPERVISION__LISTEN": "127.0.0.1:0",
        "VOICE_SUPERVISION__ACCOUNTS": str(folder / "accounts.json"),
        "VOICE_TELEMETRY__LISTEN": "127.0.0.1:0",
        "VOICE_RUNTIME__DIRECTORY": str(folder / "run"),
        "VOICE_RECORDS__DIRECTORY": str(folder / "records"),
        "VOICE_IDENTITY__DATABASE": str(folder / "pin_tries.sqlite"),
        "VOICE_DEMO__DATABASE": str(folder / "operator.sqlite"),
        "VOICE_CALLS__PROCESSES": str(min(2, settings.calls.processes)),
        **({"VOICE_RESPONSE__FALLBACK": "embedded-en"} if by_server else EMBEDDED_ENGINE),
        **(certified(folder) if settings.supervision.certificate else {}),
        **(joined(folder) if settings.supervision.region.url else {}),
    }


def joined(folder: Path) -> Mapping[str, str]:
    """The region's Redis is not there: the node answers all the same."""
    file = folder / "redis.password"
    file.write_text("a secret")
    return {
        "VOICE_SUPERVISION__REGION__PASSWORD_FILE": str(file),
        "VOICE_SUPERVISION__REGION__AUTHORITY": f"{folder}/a.pem",
    }


def certified(folder: Path) -> Mapping[str, str]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    make = f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    make += f" -addext subjectAltName=IP:127.0.0.1 -keyout {folder}/a.key -out {folder}/a.pem"
    subprocess.run(make.split(), check=True, capture_output=True)
    return {
        "VOICE_SUPERVISION__CERTIFICATE": f"{folder}/a.pem",
        "VOICE_SUPERVISION__KEY": f"{folder}/a.key",
        "VOICE_ENGINES__CERTIFICATE": f"{folder}/a.pem",
        "VOICE_ENGINES__KEY": f"{folder}/a.key",
        "VOICE_ENGINES__AUTHORITY": f"{folder}/a.pem",
    }


@contextlib.asynccontextmanager
async def engine_service(folder: Path, name: str) -> AsyncIterator[Mapping[str, str]]:
    """The one that the profile's nodes share, and what they are told of it."""
    if load_settings(PROFILES / f"{name}.toml").recognition.at == LOCAL:
        yield {}
        return
    (folder / "engines.toml").write_text(
        '[engines]\nlisten = "127.0.0.1:0"\n[telemetry]\nlisten = "127.0.0.1:0"\n'
    )
    command = [sys.executable, "-m", "voice", "engines", "serve", "--embedded"]
    file = str(folder / "engines.toml")
    async with running([*command, "--settings", file], certified(folder)) as service:
        at = (await service.line("Ready: engines at tls://", seconds=60)).rpartition(" ")[2]
        yield {"VOICE_RECOGNITION__AT": at, "VOICE_NETWORK__ALLOW": '["127.0.0.1"]',
               "VOICE_RESPONSE__SERVER__URL": "http://127.0.0.1:9/v1",
               "VOICE_SUPERVISION__REGION__URL": "rediss://127.0.0.1:9"}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_one_configuration_model_takes_all_of_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in elsewhere(tmp_path, name, free_port()).items():
        monkeypatch.setenv(variable, value)
    settings = load_settings(PROFILES / f"{name}.toml")
    check_settings(settings)
    reached = ["192.0.2.40", "192.0.2.45", "192.0.2.50"]
    assert settings.network.allow == (reached if name == "region" else [])
    assert settings.calls.shutdown_seconds >= settings.calls.max_minutes * 60


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_admits_no_more_calls_than_its_processes_take(name: str) -> None:
    settings = load_settings(PROFILES / f"{name}.toml")
    assert settings.sip.max_calls <= settings.calls.processes * settings.calls.max_calls


@pytest.mark.calls
@pytest.mark.parametrize("name", NAMES)
async def test_it_starts_answers_and_tells_of_itself(name: str, tmp_path: Path) -> None:
    port = free_port()
    profile = str(PROFILES / f"{name}.toml")
    command = [sys.executable, "-m", "voice", "serve", "--settings", profile]
    ours = elsewhere(tmp_path, name, port)
    async with (
        engine_service(tmp_path, name) as shared,
        running(command, {**ours, **shared}) as service,
    ):
        await service.line(f"Ready: answering sip:127.0.0.1:{port}", seconds=60)
        pages = (await service.line("Supervision: ")).removeprefix("Supervision: ")
        metrics = (await service.line("Metrics: ")).removeprefix("Metrics: ")
        caller = Caller()
        try:
            await caller.dial(f"127.0.0.1:{port}")
            assert await caller.hears()
            await caller.line.hang_up()
        finally:
            await caller.line.close()
        async with httpx2.AsyncClient(verify=trusted(tmp_path)) as client:
            assert (await client.get(f"{pages}/sign-in")).status_code == 200
            assert (await client.get(metrics.replace("metrics", "readyz"))).text == "ready\n"
            told = (await client.get(metrics)).text
            assert "voice_calls_limit " in told
            used = re.findall(r'voice_engine_service_up\{engine="recognition",.*} (\S+)', told)
            assert set(used) == ({"1.0"} if shared else set())
        service.terminate()
        assert await service.wait() == 0
    assert list((tmp_path / "records").glob("*/events.jsonl")), "the call is on record"


def trusted(folder: Path) -> ssl.SSLContext:
    own = folder / "a.pem"
    return ssl.create_default_context(cafile=str(own) if own.exists() else None)
