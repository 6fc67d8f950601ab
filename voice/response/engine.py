"""What the conversation needs of a language model, whichever it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from voice.engine_queue import Priority
from voice.response.harmony import Message
from voice.response.harmony_parser import Delta


class Engine(Protocol):
    """Continues a conversation."""

    @property
    def closed_answers(self) -> bool:
        """Whether it writes the tasks' sentences with slots, or sentences of its own."""

    def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> AsyncIterator[Delta]:
        """The next message as it is written. Closing the iterator stops the model.

        The last of `turns` is the present one; the others may be left out from the front. Raises
        EngineBusy when too much waits.
        """
