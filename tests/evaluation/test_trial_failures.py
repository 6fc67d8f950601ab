"""A trial that cannot begin says why, and nothing of it stays running."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voice.evaluation import caller_process
from voice.evaluation.caller_process import CallerFailed, CallerProcess
from voice.evaluation.callers import Persona
from voice.evaluation.processes import descendants
from voice.evaluation.trial_service import TrialFailed, TrialService
from voice.models import ModelsAtHand

PERSONA = Persona(number="35315550101", pin="4071")


async def test_a_service_that_does_not_start_gives_its_reason(tmp_path: Path) -> None:
    with pytest.raises(TrialFailed, match=r"sip\.listne: unknown key \(did you mean listen\?\)"):
        async with TrialService(tmp_path, '[sip]\nlistne = "127.0.0.1:0"\n'):
            pass
    assert descendants(os.getpid()) == []


async def test_the_cause_is_told_and_not_what_follows_from_it(tmp_path: Path) -> None:
    settings = '[sip]\nlisten = "127.0.0.1:0"\n'
    nowhere = ModelsAtHand(recogniser="/nowhere/at-all")
    with pytest.raises(TrialFailed, match="/nowhere/at-all"):
        async with TrialService(tmp_path, settings, models=nowhere):
            pass
    assert descendants(os.getpid()) == []


async def test_a_caller_that_takes_too_long_to_load_is_a_failed_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller_process, "LOADING_SECONDS", 0.01)
    caller = CallerProcess("sip:x@127.0.0.1:9", "plan", PERSONA, 1, tmp_path)
    with pytest.raises(CallerFailed, match="not loaded within"):
        await caller.call(60)
    assert descendants(os.getpid()) == []


async def test_a_caller_that_does_not_start_gives_its_reason(tmp_path: Path) -> None:
    empty = tmp_path / "phrasings"
    empty.mkdir()
    caller = CallerProcess("sip:x@127.0.0.1:9", "plan", PERSONA, 1, tmp_path, phrasings=empty)
    with pytest.raises(CallerFailed, match="no phrasings"):
        await caller.call(60)
    assert descendants(os.getpid()) == []


async def test_the_pin_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    caller = CallerProcess("sip:x@127.0.0.1:9", "nothing", PERSONA, 1, tmp_path)
    with pytest.raises(CallerFailed, match="no scenario 'nothing'"):
        await caller.call(60)
    assert (tmp_path / "persona.json").stat().st_mode & 0o077 == 0
