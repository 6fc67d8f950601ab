"""How long a pause has to last to end the turn: one decision on all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from voice.languages import Ending
from voice.settings.turns import Turns

SURE = 0.6
"""A finality from which on the turn sounds as if it were over."""
DOUBTFUL = 0.1
"""Below, it sounds as if the caller were going on: so do six of ten pauses within turns of recorded
people, and one or two of ten ends."""
LISTEN_AGAIN_MS = 120
"""A turn that does not sound as if it were over may do so with a little more silence behind it."""
_MANY_DOUBTS = 3
"""Words that are not sure, and two things against them or one that counts twice."""


class Awaited(Enum):
    """What the caller was asked for."""

    ANYTHING = "anything"
    YES_OR_NO = "yes or no"
    FIGURES = "figures"
    """Said in groups, with pauses between them."""
    DICTATION = "dictation"
    """A name, an address, a message: thought over, perhaps spelled."""


@dataclass(frozen=True)
class Evidence:
    """What is known about a pause, so far."""

    awaited: Awaited = Awaited.ANYTHING
    finality: float | None = None
    """How much the turn sounds as if it were over, 0 to 1; None while nobody knows."""
    ending: Ending | None = None
    """How the words so far end; None while they are being read."""
    settled: bool = False
    """The words are just what was asked for: a yes or a no, or as many figures as were wanted."""
    half_heard: bool = False
    """The words may well be others."""
    tells: bool = False
    """The words only tell something: mostly it follows what is wanted."""
    leads_nowhere: bool = False
    """What would be answered to the words brings the caller nothing."""
    short: bool = False
    """The turn holds less than a second of voice: too little to tell by its sound."""
    tried: bool = False
    """What was asked for will be tried, and a wrong try counts."""

    @property
    def sounds_over(self) -> bool:
        """Whether it does, for sure."""
        return self.finality is not None and self.finality >= SURE

    @property
    def is_doubted(self) -> bool:
        """Whether it sounds as if the caller were going on."""
        return self.finality is not None and self.finality < DOUBTFUL

    @property
    def doubts(self) -> int:
        """How much speaks against the end: none where its words are sure and its sound agrees.

        What leads nowhere counts twice: it may be a whole sentence, but what is wanted is mostly
        still to come. The sound of sure words counts where nothing else does: they are over more
        often than they sound so.
        """
        said = self.half_heard + 2 * self.leads_nowhere
        if self.ending is Ending.SURE:
            return max(said, int(self.finality is None or self.is_doubted))
        believed = self.short and self.ending is Ending.WHOLE
        return 1 + (self.ending is Ending.DOUBTED) + (self.is_doubted and not believed) + said


def pause_wanted(known: Evidence, settings: Turns) -> int:
    """The ms of silence that end the turn, by what is known now.

    What was asked for comes first: the last figure ends the turn at once, but that of a PIN: a try
    cannot be taken back when the caller goes on ("no, wait"), as another turn can. A yes or a no
    ends it, too, unless it sounds as if it went on ("yes, please do" has a gap), and figures and
    letters are waited for.
    Then the words count: an open sentence is given time whatever it sounds like. Else it is given
    more where something speaks against its being over, and much more where three things do, or
    where it only tells something: what is wanted is mostly still to come. That it sounds like going
    on is not held against a single short word ("goodbye"), nor against sure words that something
    else speaks against.
    """
    if known.settled and known.awaited is Awaited.FIGURES:
        return settings.end_ms_sure + settings.resume_ms if known.tried else 0
    if known.settled and not known.is_doubted:
        return settings.end_ms_sure
    if known.awaited is Awaited.FIGURES or known.ending is Ending.DICTATED:
        return settings.end_ms_digits
    if known.ending is Ending.OPEN or known.awaited is Awaited.DICTATION:
        return settings.end_ms_open
    if known.tells or known.doubts >= _MANY_DOUBTS:
        return max(settings.end_ms, min(settings.end_ms_doubted, settings.end_ms_open))
    return settings.end_ms if known.doubts else settings.end_ms_sure
