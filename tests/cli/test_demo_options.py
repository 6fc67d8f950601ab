"""What `voice demo` refuses before it starts anything, and what it leaves behind."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from voice.audio import FlacWriter, read_stereo
from voice.cli import demo
from voice.cli.app import app
from voice.cli.demo_files import leave_records
from voice.cli.demo_worlds import WORLDS, World
from voice.errors import ConfigError
from voice.evaluation.callers import SCENARIOS, Goal
from voice.evaluation.judge import CallVerdict
from voice.evaluation.trial_call import TrialCall


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "my-phone", "", "192.168.1.20:5060"])
def test_an_address_that_no_phone_can_dial_is_refused(address: str) -> None:
    outcome = CliRunner().invoke(app, ["demo", "--phone", "--address", address])
    assert isinstance(outcome.exception, ConfigError)
    assert str(outcome.exception).startswith(f"--address: {address}: expected the IP address")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--world", "atlantis"], "--world: atlantis: expected one of larkfield, municipality"),
        (["--world", "municipality"], "--world: municipality: expected --phone, too: no"),
    ],
)
def test_a_company_that_cannot_be_called_is_refused(options: list[str], reason: str) -> None:
    outcome = CliRunner().invoke(app, ["demo", *options])
    assert isinstance(outcome.exception, ConfigError)
    assert str(outcome.exception).startswith(reason)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_who_plays_a_role_is_in_the_companys_books(tmp_path: Path, world: World) -> None:
    assert world.role(tmp_path, 1) == world.role(tmp_path, 1)
    assert world.role(tmp_path, 2).name != world.role(tmp_path, 1).name
    assert len(list(tmp_path.glob("*.sqlite"))) == 1


def test_the_report_of_an_earlier_call_does_not_stay_beside_a_new_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    records = tmp_path / "records"
    for folder, name in ((records, "events.jsonl"), (tmp_path / "demo", "report.json")):
        folder.mkdir()
        (folder / name).write_text("x")
    with FlacWriter(records / "call.flac", 8000) as recording:
        recording.append(np.full(800, 500, np.int16), np.zeros(800, np.int16))
    leave_records(records)
    left = {file.name for file in (tmp_path / "demo").iterdir()}
    assert left == {"call.flac", "call.wav", "events.jsonl"}
    caller, assistant, rate = read_stereo(tmp_path / "demo" / "call.wav")
    assert rate == 8000 and len(caller) == 800 and caller.all() and not assistant.any()


WANTED = "The caller got what they wanted."


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (CallVerdict(), WANTED),
        (
            CallVerdict(failures=("not told: 42 euros",)),
            "did not get what they wanted (not told: 42",
        ),
        (CallVerdict(misheard=("42 euros",)), "the caller left without: 42 euros"),
        (CallVerdict(unanswered=(Goal.PERSON,)), "the caller left without: a person"),
    ],
)
def test_a_caller_got_what_they_wanted_only_when_it_is_so(verdict: CallVerdict, says: str) -> None:
    said = demo._verdict(TrialCall("mixed", 1, verdict))

    assert says in said
    assert (WANTED in said) is (says == WANTED)


def test_every_request_can_be_named() -> None:
    assert set(demo._IN_WORDS) == set(Goal)


def test_help_shows_the_brackets_of_sections() -> None:
    shown = CliRunner().invoke(app, ["records", "clean", "--help"]).output
    assert "[records] keep_days" in shown


@pytest.mark.parametrize(("command", "says"), [([], "serve"), (["demo"], "softphone")])
def test_help_names_what_can_be_done(command: list[str], says: str) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"]).output
    assert says in shown
    if command:
        assert set(SCENARIOS) <= set(re.findall(r"\w+", shown))
