"""Where the floor is, and the answers that it knows of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from voice.dialogue.words import Words


class FloorState(Enum):
    """Where the floor is. Of several things that are so at once, the first of these counts."""

    LEAVING = auto()
    """The call ends; what is being said is heard to its end."""
    CONNECTING = auto()
    """A person is being called."""
    WITH_PERSON = auto()
    """A person speaks; the assistant does not."""
    ACTING = auto()
    """A tool is at work, or its outcome has not been heard; or it is checked who calls."""
    IDENTIFYING = auto()
    """The caller is asked to prove who they are."""
    THINKING = auto()
    """An answer is being made; nothing of it was heard, and it has called no tool."""
    SPEAKING = auto()
    """An answer is heard or announces an act, or something else is said."""
    HELD = auto()
    """The caller neither hears nor speaks."""
    LISTENING = auto()
    """It is the caller's turn."""


AWAY = (FloorState.LEAVING, FloorState.CONNECTING, FloorState.WITH_PERSON)
"""Nothing that the caller says is answered, but for distress and what keeps the call."""
ENGAGED = (*AWAY, FloorState.ACTING, FloorState.HELD)
"""Nothing is taken back: words of the caller do not stop what is going on, or are none."""


@dataclass
class Making:
    """An answer that is being made."""

    answer: int
    words: tuple[Words, ...] = ()
    at_work: bool = False
    heard: bool = False
