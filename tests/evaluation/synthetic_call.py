"""Calls that never took place: reports and events with known times."""

from __future__ import annotations

from itertools import count
from typing import Any, TypeVar

from voice.evaluation.callers import CallReport, SpokenTurn
from voice.evaluation.latency import AudibleRun
from voice.events import CallEvent, ClauseSpoken, FinalTranscript, ResponseStarted, TurnEnded

E = TypeVar("E", bound=CallEvent)
BEGAN = 1000.0
_numbers = count()


def at(seconds: float, event: type[E], /, **values: Any) -> E:
    """An event `seconds` after the call began."""
    return event(
        call_id="c",
        sequence=next(_numbers),
        ms=round(seconds * 1000),
        wall_time=BEGAN + seconds,
        **values,
    )


def answer(
    seconds: float, text: str = "It is ten.", duration: float = 1.0, **values: Any
) -> ClauseSpoken:
    values = {"kind": "answer", "synthesis_ms": 20.0, **values}
    return at(seconds, ClauseSpoken, text=text, duration_ms=duration * 1000, **values)


def exchange(end: float, said: str) -> list[CallEvent]:
    """A turn that ended at `end` and was understood and answered half a second later."""
    return [
        at(end + 0.5, TurnEnded, speech_end_ms=round(end * 1000), pause_ms=500),
        at(end + 0.52, FinalTranscript, text=said, confidence=0.9),
        at(end + 0.53, ResponseStarted, response_ms=10.0),
        answer(end + 0.55),
    ]


def spoken(start: float, end: float, reference: str = "how much", **values: Any) -> SpokenTurn:
    return SpokenTurn("balance", reference, BEGAN + start, BEGAN + end, **values)


def run(start: float, end: float) -> AudibleRun:
    return AudibleRun(BEGAN + start, BEGAN + end, round((end - start) * 1000))


def report(turns: list[SpokenTurn], audible: list[AudibleRun]) -> CallReport:
    return CallReport(
        "balance", 1, "353", dialled=BEGAN, answered=BEGAN, ended=BEGAN + 60,
        turns=turns, audible=audible,
    )  # fmt: skip
