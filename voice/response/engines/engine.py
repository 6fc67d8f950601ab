"""What the conversation needs of a language model, whichever it is and wherever it runs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from voice.engine_queue import Priority
from voice.errors import VoiceError
from voice.response.prompts.harmony import Message
from voice.tasks import TaskSet


@dataclass(frozen=True)
class Wording:
    """A piece of one of the tasks' sentences, with its slots, by a model that writes only these."""

    text: str
    probability: float = 1.0
    """Of the whole message up to here, as far as the model tells."""
    act: str = ""
    """The act that it says, where the model knows it; the text may then be left out."""


@dataclass(frozen=True)
class FreeText:
    """A piece of an answer in the model's own words, fit to be spoken. Never of its analysis."""

    text: str


@dataclass(frozen=True)
class ModelCall:
    """A whole call of a tool, as the model wishes it; the last but `End` of a reply."""

    tool: str
    arguments: Mapping[str, object]
    """As JSON has them, without those that are null."""
    probability: float = 1.0


@dataclass(frozen=True)
class Again:
    """Another model begins the reply anew: what came and was not said yet is void."""


@dataclass(frozen=True)
class End:
    """The reply is over; without it, it was cut off by an error."""

    complete: bool = True
    """False: the model was stopped at the greatest length, in the middle of a sentence perhaps."""


Piece = Wording | FreeText | ModelCall | Again | End
Pieces = AsyncGenerator[Piece, None]
"""A reply while it is written; closing it stops the model."""


class BadReply(VoiceError):
    """What the model wrote is neither an answer nor a call; the message quotes none of it."""


class ReplyTimeout(VoiceError):
    """The model wrote nothing, or nothing further, in its time."""


class Model(Protocol):
    """Continues a conversation."""

    def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        """The next message. Closing the iterator stops the model.

        The last of `turns` is the present one; the others may be left out from the front. Raises
        EngineBusy when too much waits, ReplyTimeout, BadReply, or another VoiceError.
        """


class Engine(Model, Protocol):
    """A model that is loaded once and shared by all calls of the process."""

    def for_tasks(self, tasks: TaskSet) -> Model:
        """The same engine for other tasks than it was loaded with; calls under way keep theirs.

        May take seconds and blocks. Raises VoiceError when it cannot work with these.
        """

    @property
    def languages(self) -> tuple[str, ...] | None:
        """The tags of the languages that it understands; None: all in which tasks are written."""

    @property
    def depth(self) -> int:
        """How many requests wait."""

    async def warm_up(self) -> None:
        """Make ready what all prompts share; raises VoiceError when no reply can be had."""

    def close(self) -> None:
        """Let go of the model."""
