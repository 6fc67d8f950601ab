"""On how many threads a call process reads a turn and speaks a clause."""

from __future__ import annotations

import os
from typing import Any

import pytest

from voice.calls.engines import load_recogniser, load_voices
from voice.recognition import WhisperRecogniser
from voice.settings import Calls, Recognition, Settings, Speech
from voice.speech import PiperSpeaker


@pytest.fixture(autouse=True)
def engines_that_only_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine of six cores, loading an engine raises a KeyError of its threads."""

    def load(*_: object, **options: Any) -> None:
        raise KeyError(options["threads"])

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)))
    monkeypatch.setattr(WhisperRecogniser, "load", classmethod(load))
    monkeypatch.setattr(PiperSpeaker, "load", classmethod(load))


@pytest.mark.parametrize(
    ("speech", "processes", "threads"),
    [
        ({}, 1, 4),
        ({}, 2, 3),
        ({"workers": 3}, 2, 1),
        ({"threads": 6}, 1, 6),
        ({"threads": 1}, 1, 1),
    ],
)
def test_voices_of_all_processes_share_the_cores_unless_told_otherwise(
    speech: dict[str, Any], processes: int, threads: int
) -> None:
    own = {
        "speech": Speech(voice="embedded-en", **speech),
        "calls": Calls(processes=processes),
    }
    with pytest.raises(KeyError, match=f"^{threads}$"):
        load_voices(Settings().model_copy(update=own))


@pytest.mark.parametrize(("recognition", "threads"), [({}, 1), ({"threads": 6}, 6)])
def test_a_turn_is_read_by_one_thread_unless_told_otherwise(
    recognition: dict[str, Any], threads: int
) -> None:
    own = {"recognition": Recognition(**recognition)}
    with pytest.raises(KeyError, match=f"^{threads}$"):
        load_recogniser(Settings().model_copy(update=own))
