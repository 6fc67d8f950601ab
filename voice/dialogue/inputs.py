"""What the floor is told. Answers are known by their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from voice.dialogue.actions import AskIdentity, HandOver, Leave
from voice.dialogue.words import Words

# The caller


@dataclass(frozen=True)
class SpeechBegan:
    """The caller begins to speak."""

    goes_on: bool = False
    """With the turn before, which was not over: its words come again with those that follow."""


@dataclass(frozen=True)
class Heard:
    """A pause that may be the end of the turn, and what was said until there."""

    words: Words
    paused: bool = True
    """False: the caller speaks on, and these words are the beginning of a long turn."""


@dataclass(frozen=True)
class WentOn:
    """It was not the end of the turn."""


@dataclass(frozen=True)
class TurnOver:
    """The caller is done."""

    words: Words
    cut_question: bool = False
    """A question that is open was cut short by what turned out to be no words."""


@dataclass(frozen=True)
class TooLong:
    """The caller speaks for so long, without a pause, that they have to be asked for one."""


@dataclass(frozen=True)
class TookFloor:
    """The caller speaks over what is being said."""


@dataclass(frozen=True)
class Key:
    """A key; `begins`: the first of an answer."""

    begins: bool


@dataclass(frozen=True)
class Keyed:
    """All keys of an answer."""

    words: Words


@dataclass(frozen=True)
class PersonKey:
    """The key for a person."""


@dataclass(frozen=True)
class SilenceOver:
    """The caller has said nothing for too long; `asks`: to a question of the tasks."""

    asks: bool = False


@dataclass(frozen=True)
class Held:
    """The caller put the call on hold, or came back."""

    on: bool


# Answers


@dataclass(frozen=True)
class Calling:
    """An answer calls a tool."""

    answer: int


@dataclass(frozen=True)
class Waiting:
    """An answer has announced an act, and the caller has the time to object."""

    answer: int


@dataclass(frozen=True)
class Audible:
    """The caller hears something of an answer."""

    answer: int


@dataclass(frozen=True)
class Ended:
    """An answer is made to its end."""

    answer: int
    then: AskIdentity | HandOver | Leave | None = None
    """What it asks of the call."""
    helped: bool | None = None
    """Whether it brought the caller anything; None where that says nothing, as after 'okay'."""
    asks: bool = False
    """A question of the tasks is open behind it."""
    keeps: bool = False
    """Its words asked for something that is to be taken up when that question is answered."""


@dataclass(frozen=True)
class Failed:
    """An engine, or whoever else has to do with a call, gave up."""

    engine: str
    error: Exception


# What the assistant does


@dataclass(frozen=True)
class Spoke:
    """The assistant becomes audible."""


@dataclass(frozen=True)
class FellSilent:
    """All that was to be said has been heard, or cut short."""


@dataclass(frozen=True)
class Checked:
    """The operator's side has answered who calls."""

    asks: bool
    """The caller is asked for more."""
    verified: bool | None = None
    """True or False once it is decided."""
    beside: Words | None = None
    """What the caller said was no answer to the question, but this."""


@dataclass(frozen=True)
class Reconsidered:
    """It is known whether the caller took back what it was checked for who they are."""

    instead: Words | None
    """What they want now, or that they want no more; None: they took nothing back."""


@dataclass(frozen=True)
class CheckFailed:
    """The operator's side cannot say who calls."""

    error: Exception


# Persons and the end


@dataclass(frozen=True)
class PersonWanted:
    """Something beside the answers asks for a person; `spoken`: a language to announce it in."""

    reason: str
    spoken: Any = None


@dataclass(frozen=True)
class PersonTook:
    """A person speaks with the caller."""


@dataclass(frozen=True)
class PersonLeft:
    """The person is gone, or was not to be had; `stays`: the call is not ended by us any more."""

    stays: bool = False


@dataclass(frozen=True)
class TimeRunsOut:
    """The call comes near its longest."""


@dataclass(frozen=True)
class TimeUp:
    """The call is at its longest."""


@dataclass(frozen=True)
class Leaving:
    """Something beside the answers ends the call."""

    reason: str
    by: Literal["assistant", "system"]


Input = (
    SpeechBegan | Heard | WentOn | TurnOver | TooLong | TookFloor | Key | Keyed | PersonKey
    | SilenceOver | Held | Calling | Waiting | Audible | Ended | Failed | Spoke | FellSilent
    | Checked | Reconsidered | CheckFailed | PersonWanted | PersonTook | PersonLeft | TimeRunsOut
    | TimeUp | Leaving
)  # fmt: skip
