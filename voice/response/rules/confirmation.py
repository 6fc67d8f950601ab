"""Whether something irreversible may run: the grammar decides, the model may only object."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from voice.languages.yes_no import YesNo

_LEAST_CONFIDENCE = 0.25
"""Of the recogniser, for a yes that is acted on."""
_SURE = 0.6
"""Of the recogniser, for a yes that one lost word could have left of a no."""
_LIKELY = 0.5
_CERTAIN = 0.8
"""Of the model, for a no that the grammar does not see; a misheard yes looks like one at times."""
_OBJECTS = 0.9
"""Of the model, to stand against a yes of the grammar."""


@dataclass(frozen=True)
class Opinion:
    """What the model makes of the caller's answer to the question."""

    kind: str
    """agrees, declines, other (another request), again (repeat, wait) or unsure."""
    probability: float

    def is_(self, kind: str, probability: float) -> bool:
        """Whether the model is of this opinion, at least so surely."""
        return self.kind == kind and self.probability >= probability


class Decision(Enum):
    """What follows from the caller's answer to the question."""

    RUN = auto()
    DECLINE = auto()
    OTHER_REQUEST = auto()
    SAY_AND_ASK_ON = auto()
    DOUBT = auto()


def decide(read: YesNo, confidence: float, opinion: Opinion) -> Decision:
    """The verdict on an answer that the grammar read so; without its yes nothing runs."""
    match read:
        case YesNo.YES:
            objects = opinion.is_("other", _OBJECTS)
            heard = confidence >= _LEAST_CONFIDENCE
            return Decision.RUN if heard and not objects else Decision.DOUBT
        case YesNo.FRAGILE_YES:
            objects = opinion.is_("other", _OBJECTS) or opinion.is_("declines", _OBJECTS)
            return Decision.RUN if confidence >= _SURE and not objects else Decision.DOUBT
        case YesNo.NO:
            return Decision.DECLINE
    if opinion.is_("other", _LIKELY):
        return Decision.OTHER_REQUEST
    if opinion.is_("declines", _CERTAIN):
        return Decision.DECLINE
    return Decision.SAY_AND_ASK_ON if opinion.is_("again", _LIKELY) else Decision.DOUBT
