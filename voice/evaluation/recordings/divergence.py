"""Whether a recorded caller and the assistant still talk about the same.

A recording does not wait and does not answer what it is asked: once the assistant says something
else than in the recorded call, for instance because a PIN that was never recorded is missing, the
caller's further words answer questions that were not put.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from voice.events import CallEvent, ClauseSpoken, Transferred

_SHOWN_CHARACTERS = 60
_BESIDE_THE_POINT = ("greeting", "filler")
"""What a clause may be without being a step of the conversation."""


@dataclass(frozen=True)
class _Step:
    """What the assistant did next."""

    act: str
    """What kind of answer it was, or its words where it has no kind: figures in it may differ."""
    shown: str
    wall_time: float


def divergence(recorded: Sequence[CallEvent], evaluated: Sequence[CallEvent], began: float) -> str:
    """Where the evaluated call left the way of the recorded one, and how; nothing if it did not.

    `began` is the wall time (s) at which the recording began to play.
    """
    for before, now in zip_longest(_steps(recorded), _steps(evaluated)):
        if before is not None and now is not None and before.act == now.act:
            continue
        if now is None:
            return f"the assistant did not say what it said in the recorded call: {before.shown}"
        at = max(0, round(now.wall_time - began))
        then = before.shown if before else "nothing more"
        return f"at {at // 60}:{at % 60:02d} the assistant said {now.shown}, then it was {then}"
    return ""


def _steps(events: Sequence[CallEvent]) -> Iterator[_Step]:
    for _, same in groupby(_each(events), lambda step: step.act):
        yield next(same)


def _each(events: Sequence[CallEvent]) -> Iterator[_Step]:
    for event in events:
        match event:
            case ClauseSpoken() if event.kind not in _BESIDE_THE_POINT:
                yield _Step(event.act or event.text, _quoted(event.text), event.wall_time)
            case Transferred():
                yield _Step("transfer", "a transfer", event.wall_time)
            case _:
                pass


def _quoted(text: str) -> str:
    cut = len(text) > _SHOWN_CHARACTERS
    return f"“{text[:_SHOWN_CHARACTERS].rstrip()}{'…' if cut else ''}”"
