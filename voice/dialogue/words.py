"""What the caller said, as far as it concerns the floor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Sense(Enum):
    """What words are to the floor, whatever they ask for."""

    NOTHING = auto()
    """No words, or none that want the floor: a backchannel over what is being said."""
    PATIENCE = auto()
    """No more than that the caller is still there; while something is at work, no request."""
    WAIT = auto()
    """To be waited for: 'hold on, I have to find my papers'."""
    REQUEST = auto()
    STRANGE = auto()
    """In a language in which no request can be answered."""
    DISTRESS = auto()


@dataclass(frozen=True)
class Words:
    """Something that the caller said or keyed; `said` is handed back as it came."""

    said: Any
    sense: Sense = Sense.REQUEST
