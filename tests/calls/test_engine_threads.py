"""On how many threads a call process reads a turn."""

from __future__ import annotations

import os
from typing import Any

import pytest

from voice.calls.engines import load_recogniser
from voice.recognition import WhisperRecogniser
from voice.settings import Calls, Recognition, Settings


@pytest.mark.parametrize(
    ("recognition", "processes", "threads"),
    [
        ({}, 1, 4),
        ({}, 2, 3),
        ({"workers": 3}, 2, 1),
        ({"threads": 6}, 1, 6),
        ({"threads": 1}, 1, 1),
    ],
)
def test_all_workers_of_all_processes_share_the_cores_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, recognition: dict[str, Any], processes: int, threads: int
) -> None:
    def load(*_: object, **options: Any) -> None:
        raise KeyError(options["threads"])

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)))
    monkeypatch.setattr(WhisperRecogniser, "load", classmethod(load))
    own = {"recognition": Recognition(**recognition), "calls": Calls(processes=processes)}
    with pytest.raises(KeyError, match=f"^{threads}$"):
        load_recogniser(Settings().model_copy(update=own))
