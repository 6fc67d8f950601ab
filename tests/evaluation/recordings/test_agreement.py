"""Calls on the telephone and their recordings: which turns were understood alike."""

from __future__ import annotations

import pytest

from voice.evaluation.recordings.agreement import turns_alike
from voice.events import CallEvent, FinalTranscript


def live(*texts: str) -> list[CallEvent]:
    return [
        FinalTranscript(
            call_id="a", sequence=number, ms=0, wall_time=0.0, text=text, confidence=1.0
        )
        for number, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("said", "evaluated", "alike"),
    [
        (("What is my plan?", "Bye."), ("what is my plan", "bye"), (2, 2)),
        (("one", "two", "three"), ("one", "three"), (2, 3)),
        (("one", "two"), ("zero", "one", "two"), (2, 2)),
        (("one", "two"), ("two", "one"), (1, 2)),
        (("one", "[hidden]", "", "two"), ("one", "two"), (2, 2)),
        (("42",), ("forty two",), (1, 1)),
        ((), ("one",), (0, 0)),
    ],
)
def test_turns_are_paired_in_order(
    said: tuple[str, ...], evaluated: tuple[str, ...], alike: tuple[int, int]
) -> None:
    assert turns_alike(live(*said), evaluated) == alike
