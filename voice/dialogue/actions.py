"""What the floor has done. Answers are known by their numbers, each given out once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from voice.dialogue.words import Words

Phrase = Literal[
    "one_moment", "take_your_time", "too_long", "first_this", "without_it", "anything_else",
    "nobody_there", "time_runs_out", "time_is_up",
]  # fmt: skip
"""A phrase of the call itself, by its name in the languages."""

# Answers


@dataclass(frozen=True)
class Begin:
    """Make an answer to all of these words.

    A guess is not heard and changes nothing before its `Commit`. `instead_of`: the answer that this
    one takes the place of, with its words.
    """

    answer: int
    words: tuple[Words, ...]
    guess: bool
    instead_of: int | None = None


@dataclass(frozen=True)
class Commit:
    """The guess was right: it may be heard, and tools with effects may run."""

    answer: int


@dataclass(frozen=True)
class Drop:
    """As if this answer, of which nothing was heard, had never begun."""

    answer: int


@dataclass(frozen=True)
class Stop:
    """Nothing further is made of this answer; what was heard of it stays."""

    answer: int


@dataclass(frozen=True)
class TakeBack:
    """This answer, of which something was heard, was to half a turn: it counts as never given."""

    answer: int


@dataclass(frozen=True)
class ResumeAnswer:
    """Go on with the answer that waited to know who calls, as this one."""

    answer: int


@dataclass(frozen=True)
class AskAgain:
    """Put the question of the tasks that is open once more, as this answer."""

    answer: int


@dataclass(frozen=True)
class Forget:
    """The answer that waited to know who calls is not to come."""


# What is being said


@dataclass(frozen=True)
class CutShort:
    """What is being said has been cut short; whether it goes on is open."""


@dataclass(frozen=True)
class SayOn:
    """Nothing took the floor: say what was cut short."""


@dataclass(frozen=True)
class FallSilent:
    """Cut short what is being said; `all_of_it`: also what is to be heard to its end."""

    all_of_it: bool = False
    for_good: bool = True
    """False: it is open whether it goes on."""


@dataclass(frozen=True)
class Say:
    """Say a phrase of the call's language."""

    phrase: Phrase


@dataclass(frozen=True)
class Tell:
    """Say how far the caller's language goes."""

    words: Words


@dataclass(frozen=True)
class Adapt:
    """Speak from now on as these words want it."""

    words: Words


@dataclass(frozen=True)
class PromptAgain:
    """Say something to a caller who has been silent for the `count`-th time."""

    count: int


@dataclass(frozen=True)
class NoteSilence:
    """Put on record that the caller has been silent, so often in a row."""

    count: int


@dataclass(frozen=True)
class Apologise:
    """Say sorry for what gave up, and look for a person."""

    engine: str
    error: Exception


# Who calls


@dataclass(frozen=True)
class AskIdentity:
    """Ask the caller to prove who they are, up to this level; ends in `Checked`."""

    level: Any


@dataclass(frozen=True)
class Identify:
    """Take these words or keys for that; ends in `Checked`."""

    words: Words


@dataclass(frozen=True)
class Reconsider:
    """Find out whether these words take back what it was checked for who calls, before that goes
    on; ends in `Reconsidered`."""

    words: Words


@dataclass(frozen=True)
class AskOn:
    """Put the open question for who calls once more; `misheard`: in other words."""

    misheard: bool = False


@dataclass(frozen=True)
class LeaveIdentification:
    """The caller need not prove anything any more."""


@dataclass(frozen=True)
class CannotCheck:
    """Tell the caller that it cannot be found out who they are."""

    error: Exception


# Persons and the end


@dataclass(frozen=True)
class HandOver:
    """Put the caller through to a person; ends in `PersonTook`, `PersonLeft` or `Leaving`."""

    reason: str
    spoken: Any = None
    """The language in which it is announced, when that is not the call's."""


@dataclass(frozen=True)
class WithdrawTransfer:
    """Give up a hand-over that is under way."""


@dataclass(frozen=True)
class TakeBackTransfer:
    """Do not hand the caller over after all, if nobody is called yet; ends in `PersonLeft`."""


@dataclass(frozen=True)
class Help:
    """Put a caller in distress through to help; ends in `PersonTook` or `PersonLeft`."""


@dataclass(frozen=True)
class Leave:
    """End the call once what is being said has been heard."""

    reason: str
    by: Literal["assistant", "system"] = "assistant"


@dataclass(frozen=True)
class Stay:
    """The call goes on, although it was to end."""


# The caller's silence


@dataclass(frozen=True)
class AwaitCaller:
    """If nothing is being said it is the caller's turn, from now on."""

    patiently: bool = False
    """For as long as somebody needs who asked to be waited for."""


@dataclass(frozen=True)
class HoldTimer:
    """The caller's silence does not count now."""


Action = (
    Begin | Commit | Drop | Stop | TakeBack | ResumeAnswer | AskAgain | Forget | CutShort | SayOn
    | FallSilent | Say | Tell | Adapt | PromptAgain | NoteSilence | Apologise | AskIdentity
    | Identify | Reconsider | AskOn | LeaveIdentification | CannotCheck | HandOver
    | WithdrawTransfer | TakeBackTransfer | Help | Leave | Stay | AwaitCaller | HoldTimer
)  # fmt: skip
