"""`voice serve`: what signals do to it, and how it says what is wrong with its settings."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from voice.cli import pull_progress, serve
from voice.errors import ConfigError, VoiceError
from voice.service.child import ChildFailed
from voice.settings import EMBEDDED, EMBEDDED_ONLY


class FakeService:
    """Says what is asked of it, and sends this process the signals that a user would."""

    said: list[str]
    behaviour: str
    supervision_address = "http://127.0.0.1:8060"
    monitoring_address = "http://127.0.0.1:9464"
    first_account = ("supervisor", "once-only")

    def __init__(self, *_: object) -> None:
        pass

    async def start(self) -> str:
        if self.behaviour == "fails":
            raise ChildFailed("edge did not start")
        os.kill(os.getpid(), signal.SIGTERM)
        if self.behaviour == "slow":
            await self._wait("start")
        return "127.0.0.1:5060"

    async def stop(self) -> None:
        if self.behaviour == "busy":
            os.kill(os.getpid(), signal.SIGINT)
            while "calls ended" not in self.said:
                await asyncio.sleep(0)
        self.said.append("stopped")

    async def end_calls(self) -> None:
        self.said.append("calls ended")

    async def _wait(self, what: str) -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.said.append(f"{what} cancelled")
            raise


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the service was asked to do."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serve, "configure_logging", lambda *_: None)
    monkeypatch.setattr(serve, "Service", FakeService)
    monkeypatch.setattr(FakeService, "said", [], raising=False)
    return FakeService.said


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ("idle", ["stopped"]),
        ("busy", ["calls ended", "stopped"]),
        ("slow", ["start cancelled"]),
    ],
)
def test_a_signal_stops_it_and_a_second_one_insists(
    behaviour: str, expected: list[str], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeService, "behaviour", behaviour, raising=False)
    serve.serve(None)
    assert said == expected


@pytest.mark.parametrize("behaviour", ["idle", "busy"])
def test_it_stops_in_order_though_nobody_reads_what_it_prints(
    behaviour: str, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr(FakeService, "behaviour", behaviour, raising=False)
    with open(writing, "w") as output:
        monkeypatch.setattr(sys, "stdout", output)
        serve.serve(None)
    assert said[-1] == "stopped"


def test_it_says_where_calls_are_answered_only_once_they_are(
    said: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(FakeService, "behaviour", "idle", raising=False)
    serve.serve(None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Ready: answering sip:127.0.0.1:5060"
    assert lines[1] == "Supervision: http://127.0.0.1:8060"
    assert lines[2] == "Metrics: http://127.0.0.1:9464/metrics"
    assert lines[3].startswith("First sign-in: supervisor with the password once-only")
    monkeypatch.setattr(FakeService, "behaviour", "fails", raising=False)
    with pytest.raises(ChildFailed):
        serve.serve(None)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[sip]\nlisen = "127.0.0.1:5060"', "did you mean listen"),
        ("[calls]\nmax_calls = 0", "calls.max_calls"),
        ('[telemetry]\nlisten = "0.0.0.0:9464"', "telemetry.listen: 0.0.0.0:9464 can be reached"),
        ('[telemetry]\nlisten = "localhost:9464"', "telemetry.listen"),
        ('[telemetry]\nlisten = "127.0.0.1"', "expected IP-ADDRESS:PORT"),
        ("[sip\n", "voice.toml"),
    ],
)
def test_a_mistake_in_the_settings_is_one_line(tmp_path: Path, text: str, part: str) -> None:
    file = tmp_path / "voice.toml"
    file.write_text(text)
    command = [sys.executable, "-m", "voice", "serve", "--settings", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("voice: ") and part in line


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '[supervision]\nlisten = "0.0.0.0:8060"',
            "supervision.listen: 0.0.0.0:8060 can be reached",
        ),
        ('[supervision]\naccounts = "DAMAGED"', "supervision.accounts: .*not a file of accounts"),
        (
            '[supervision]\ncertificate = "DAMAGED"\nkey = "DAMAGED"',
            "supervision.certificate: .*damaged: ",
        ),
        ('[records]\ndirectory = "DAMAGED"', "records.directory: .*File exists"),
        ('[sip]\nlisten = "192.0.2.1:5060"', "sip.listen: 192.0.2.1:5060 can be reached"),
        ('[sip]\nperson = "sip:me@127.0.0.1"', "sip.person: .*a call to Voice itself"),
        ("[rtp]\nport_min = 30000\nport_max = 30005", "rtp.port_max: 3 pairs"),
    ],
)
def test_what_no_process_could_start_with_is_refused_before_a_model_is_fetched(
    text: str, says: str, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*_: object) -> None:
        raise AssertionError("a model was asked for")

    monkeypatch.setattr(serve, "models_at_hand", fetch)
    damaged = tmp_path / "damaged"
    damaged.write_text("nothing of use")
    file = tmp_path / "voice.toml"
    file.write_text(text.replace("DAMAGED", str(damaged)))
    with pytest.raises(ConfigError, match=f"{file}: {says}"):
        serve.serve(file)
    assert said == []


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[recognition]\nlanguages = "fr"', "recognition.languages: nobody speaks fr"),
        ('[recognition]\nlanguages = ["en", "sw"]', "recognition.languages: nobody speaks sw"),
        ('[speech]\nvoices = {fr = "de_DE-thorsten-medium"}', "speech.voices.fr: .* speaks de"),
        ('[speech]\nvoices = {fr = "whisper-base"}', "speech.voices.fr: .* is a recogniser"),
        ('[speech]\nvoices = {fr = "./nowhere"}', "speech.voices.fr: nowhere: .* no such voice"),
        ('[speech]\nvoices = {fr = "DAMAGED"}', "speech.voices.fr: .*JSON"),
    ],
)
def test_a_mistake_in_voices_is_refused_before_a_model_is_fetched(
    text: str,
    says: str,
    embedded: bool,
    said: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fetch(*_: object) -> None:
        raise AssertionError("a model was asked for")

    monkeypatch.setattr(pull_progress, "at_hand", fetch)
    damaged = tmp_path / "damaged.onnx"
    damaged.write_text("nothing of use")
    damaged.with_suffix(".onnx.json").write_text("[]")
    file = tmp_path / "voice.toml"
    file.write_text(text.replace("DAMAGED", str(damaged)))
    with pytest.raises(VoiceError, match=f"{file}: {says}"):
        serve.serve(file, embedded)
    assert said == []


@pytest.mark.parametrize(
    ("greeting", "greetings", "warned"),
    [
        ("Hi, this is Mary.", "", "calls.greeting"),
        ("You are speaking with a Computer.", "Bonjour, ici Marie.", "calls.greetings.fr"),
        ("This is Mary, an AI assistant.", "Je suis une assistante virtuelle.", ""),
        ("", "", ""),
    ],
)
def test_a_greeting_that_does_not_disclose_a_machine_is_warned_of_in_one_line(
    greeting: str,
    greetings: str,
    warned: str,
    said: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(FakeService, "behaviour", "idle", raising=False)
    monkeypatch.setattr(pull_progress, "chosen_voices", lambda _: {})
    file = tmp_path / "voice.toml"
    file.write_text(
        "[recognition]\nlanguages = ['en', 'fr']\n[calls]\n"
        + (f"greeting = '{greeting}'\n" if greeting else "")
        + (f"greetings = {{fr = '{greetings}'}}\n" if greetings else "")
    )
    serve.serve(file, embedded=True)
    lines = capsys.readouterr().err.splitlines()
    assert said == ["stopped"]
    assert len(lines) == bool(warned)
    assert all(line.startswith(f"Warning: {warned}: does not say") for line in lines)


@pytest.mark.parametrize("embedded", [True, False])
def test_without_the_real_models_the_embedded_ones_answer(
    embedded: bool,
    said: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for variable in EMBEDDED_ONLY:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(FakeService, "behaviour", "idle", raising=False)

    serve.serve(None, embedded)

    expected = {"VOICE_RECOGNITION__MODEL": EMBEDDED, "VOICE_SPEECH__VOICE": EMBEDDED}
    assert expected.items() <= os.environ.items(), "which the processes of calls read"
    assert "VOICE_RESPONSE__ENGINE" not in os.environ, "tasks of one's own are answered as well"
    lines = capsys.readouterr().err.splitlines()
    if embedded:
        assert lines == []
    else:
        people, requests = lines[-2:]
        assert people.startswith("whisper-base cannot be had: pypi.org is not in [network]")
        assert people.endswith("they understand synthetic voices only, not people.")
        assert requests.startswith("embedding.requests: multilingual-e5-small-q4 cannot be had")
        assert requests.endswith("requests are found by letters, and fewer of them.")
