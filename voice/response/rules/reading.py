"""One reply of a model while it is read: first what it is, then clause after clause."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from voice.errors import VoiceError
from voice.response.engines.engine import Again, BadReply, End, FreeText, ModelCall, Pieces, Wording
from voice.response.rules.wording import whole_clauses

log = logging.getLogger(__name__)

MOST_WORDS = 150
"""Of a free text, a minute's: nobody listens longer, and the model is stopped."""


@dataclass(frozen=True)
class ModelReply:
    """The model's next message, as far as it has to be known before anything is done about it."""

    tool: str | None
    text: str
    probability: float
    arguments: dict[str, object] = field(default_factory=dict)
    """As the model wrote them."""
    act: str = ""
    """Of the tasks, where the model named it."""
    free: bool = False
    """In the model's own words, which may still be coming; `text` is then the beginning."""


NOTHING = ModelReply(None, "", 0.0)
"""The model wrote nothing that can be used."""


class ReplyReading:
    """Reads the pieces of a reply; close it, so that the model stops."""

    def __init__(self, pieces: Pieces, may_become_wording: Callable[[str], bool]) -> None:
        self._pieces = pieces
        self._may_become_wording = may_become_wording
        self._text = ""
        self.call: ModelReply | None = None
        """The call that followed a free text."""
        self.broken_off = False
        """A free text was not read to its end: an error cut it off."""

    async def aclose(self) -> None:
        """Stop the model."""
        await self._pieces.aclose()

    async def begin(self) -> ModelReply:
        """Read until it is known whether this is a call, a wording or a text, which goes on then.

        Of a text that is at least the first sentence, and more while it may be a wording of the
        tasks. Raises VoiceError when no reply can be had.
        """
        text, act, probability, free = "", "", 0.0, False
        try:
            async for piece in self._pieces:
                match piece:
                    case Wording(more, probability, act):
                        text += more
                    case FreeText(more):
                        text, free = text + more, True
                        if whole_clauses(text)[0] and not self._may_become_wording(text):
                            break
                    case ModelCall():
                        return _as_reply(piece)
                    case Again():
                        text, probability, free = "", 0.0, False
                    case End(complete):
                        if free and not complete:
                            text = "".join(f"{clause} " for clause in whole_clauses(text)[0])
        except BadReply as error:
            log.warning("%s", error)
            return NOTHING
        if not free:
            return ModelReply(None, text, probability, act=act)
        self._text = text
        return ModelReply(None, text.strip(), 1.0, free=True) if text.strip() else NOTHING

    async def clauses(self) -> AsyncGenerator[str, None]:
        """The sentences of a free text, each once it is whole."""
        complete, words = True, 0
        try:
            while True:
                whole, self._text = whole_clauses(self._text)
                for clause in whole:
                    yield clause
                    words += len(clause.split())
                    if words >= MOST_WORDS:
                        return
                match await anext(self._pieces, None):
                    case FreeText(more):
                        self._text += more
                    case ModelCall() as call:
                        self.call = _as_reply(call)
                    case Again():
                        self.broken_off = True
                        return
                    case End(complete):
                        pass
                    case None:
                        break
        except VoiceError as error:
            log.warning("an answer was cut off: %s", error)
            self.broken_off = True
            return
        if complete and self._text.strip():
            yield self._text.strip()


def _as_reply(call: ModelCall) -> ModelReply:
    return ModelReply(call.tool, "", call.probability, dict(call.arguments))
