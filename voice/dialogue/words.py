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
    INSTEAD = auto()
    """While it is checked who calls, or a person announced: it may take back what that is for."""
    MANNER = auto()
    """How the assistant shall speak: slower, louder."""
    STRANGE = auto()
    """In a language in which no request can be answered."""
    DISTRESS = auto()
    PERSON = auto()
    """These four are told apart only where the caller is asked who they are: to have a person;"""
    AGAIN = auto()
    """to hear the question again;"""
    DROPS = auto()
    """not to go on with it, and perhaps something else instead;"""
    UNABLE = auto()
    """or they do not know what they are asked for."""


@dataclass(frozen=True)
class Words:
    """Something that the caller said or keyed; `said` is handed back as it came."""

    said: Any
    sense: Sense = Sense.REQUEST
