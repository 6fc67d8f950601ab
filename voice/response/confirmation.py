"""Whether something irreversible may run: fixed rules and the model have to agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from voice.response.yes_no import YesNo, read_yes_no

_LEAST_CONFIDENCE = 0.25
"""Of the recogniser, for a yes that is acted on."""
_SURE = 0.6
"""Of the recogniser, for a yes that one lost word could turn into a no."""
_LIKELY = 0.5
_CERTAIN = 0.8
"""Of the model, for a no that the rules do not see; a misheard yes looks like one at times."""
_SHORT = 5
"""Words; a longer answer may ask for something else."""


@dataclass(frozen=True)
class Opinion:
    """What the model makes of the caller's answer to the question."""

    kind: str
    """agrees, declines, other (another request), again (repeat, wait) or unsure."""
    probability: float


class Verdict(Enum):
    """What follows from the caller's answer to the question."""

    RUN = auto()
    DECLINE = auto()
    OTHER_REQUEST = auto()
    SAY_AND_ASK_ON = auto()
    DOUBT = auto()


def decide(text: str, confidence: float, opinion: Opinion) -> Verdict:
    """The verdict on the caller's words; only a clear yes that the model saw too is a yes."""
    read = read_yes_no(text, sure=confidence >= _SURE)
    brief = len(text.split()) <= _SHORT
    likely = opinion.probability >= _LIKELY
    if read is YesNo.YES and opinion.kind == "agrees":
        return Verdict.RUN if confidence >= _LEAST_CONFIDENCE else Verdict.DOUBT
    if opinion.kind == "other" and likely and not (brief and read is not YesNo.UNCLEAR):
        return Verdict.OTHER_REQUEST
    unheard_no = read is YesNo.UNCLEAR and opinion.probability >= _CERTAIN
    if read is YesNo.NO or (opinion.kind == "declines" and unheard_no):
        return Verdict.DECLINE
    if opinion.kind == "again" and likely:
        return Verdict.SAY_AND_ASK_ON
    return Verdict.DOUBT
