"""Which of a turn's words count, where it corrects itself or asks for a person beside something."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voice.engine_queue import Priority
from voice.response.exchange import Exchange
from voice.response.proposals import CERTAIN, VAGUE, act_of, tool_wanted
from voice.response.reading import Reply
from voice.response.said import Said
from voice.understanding.stance import Manner, manner

_NAME = 3
"""Words that may ask for something by naming it: "my bill"."""


@dataclass(frozen=True)
class Meant:
    """What a caller asked for."""

    said: Said
    """Without what was taken back, and without the wish for a person."""
    reply: Reply | None = None
    """What the model makes of these words, where it was asked and is certain."""
    person: bool = False
    """A person is wanted, behind that."""


async def what_is_meant(exchange: Exchange, said: Said) -> Meant:
    """The words that count; all of them, unless a part is surely a request of its own."""
    language = exchange.tasks.language
    first = _before_person(exchange, said.text)
    instead = language.after_correction(said.text if first is None else first)
    for text in filter(None, (instead, first)):
        reply = await _certain_reply(exchange, text, said.priority)
        if reply is not None:
            in_full = language.after_correction(said.in_full) if text == instead else None
            meant = replace(said, text=text, in_full=in_full or said.in_full)
            return Meant(meant, reply, person=first is not None)
    exchange.take_for(said.text)
    return Meant(said, person=first is not None)


async def _certain_reply(exchange: Exchange, text: str, priority: Priority) -> Reply | None:
    exchange.take_for(text)
    reply = await exchange.reply(priority)
    act = act_of(exchange, reply)
    asks = reply.free or tool_wanted(exchange, reply) is not None or act not in {None, *VAGUE}
    return reply if asks and reply.probability >= CERTAIN else None


def _before_person(exchange: Exchange, text: str) -> str | None:
    """What is asked for by words that ask for a person, too; "" for nothing that comes first.

    None where no person is asked for.
    """
    speaks, reader = manner(exchange.tasks.language), exchange.tasks.plain_reader
    words = speaks.full(text)
    for place in speaks.boundaries(words):
        first, then = words[:place], words[place:]
        if before_that := speaks.behind_first(then):
            first, then = before_that, first
        if reader.asks_for_person(" ".join(then)):
            return " ".join(first) if _asks(first, speaks) else ""
    return None


def _asks(words: tuple[str, ...], speaks: Manner) -> bool:
    """Whether they ask for something that can be had at once, and tell of nothing else."""
    clause = speaks.clause(words)
    asks = clause.asks or speaks.orders(clause) or len(words) <= _NAME
    return bool(asks) and not (clause.traits or clause.complains)
