"""Which of a turn's words count, where it corrects itself or asks for several things."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voice.engine_queue import Priority
from voice.errors import VoiceError
from voice.languages import words_of
from voice.response.caller_text import normal_form
from voice.response.rules.collecting import changed
from voice.response.rules.exchange import Exchange
from voice.response.rules.proposals import CERTAIN, VAGUE, act_of, proposed, tool_wanted
from voice.response.rules.reading import ModelReply
from voice.response.rules.said import Said
from voice.response.rules.state import Act
from voice.understanding.stance import Manner, manner

_LIKELY = 0.6
"""Of the model, for what is answered before a person, who comes in any case."""
_NAME = 3
"""Words that may ask for something by naming it: "my bill"."""


@dataclass(frozen=True)
class Meant:
    """What a caller asked for."""

    said: Said
    """Without what was taken back, and without the wish for a person."""
    reply: ModelReply | None = None
    """What the model makes of these words, where it was asked and is certain."""
    person: str = ""
    """The words that ask for a person, behind that."""


async def what_is_meant(exchange: Exchange, said: Said) -> Meant:
    """The words that count; all of them, unless a part is surely a request of its own."""
    language = exchange.tasks.language
    first, person = _before_person(exchange, said.text)
    instead = language.after_correction(first or said.text)
    for text in filter(None, (instead, first)):
        least = CERTAIN if text == instead else _LIKELY
        reply = await _certain_reply(exchange, text, said.priority, least)
        if reply is not None:
            in_full = language.after_correction(said.in_full) if text == instead else None
            exchange.take_for(text)
            meant = replace(said, text=text, in_full=in_full or said.in_full)
            return Meant(meant, reply, person)
    return Meant(said, person=person)


async def what_else_is_meant(exchange: Exchange, said: Said) -> str:
    """A part of the words that asks for something that was not taken up; "" where none does."""
    for part in _parts_that_ask(manner(exchange.tasks.language), said.text):
        act = await request_in(exchange, part, said.priority)
        waiting = exchange.waiting
        if act is not None and not (waiting and waiting.tool == act.tool):
            return part
    return ""


async def what_is_beside(exchange: Exchange, said: Said, before: Act) -> str:
    """What is asked for beside other values for an act: a person, or a request; "" for neither.

    `before`: the act with the values that it had: a part that names others is no request.
    """
    _, person = _before_person(exchange, said.text)
    if person:
        return person
    language, waiting = exchange.tasks.language, exchange.waiting
    speaks = manner(language)
    words = speaks.full(" ".join(words_of(said.in_full)).lower())
    for place in speaks.boundaries(words):
        for part in (speaks.without_joins(words[place:]), words[:place]):
            text = " ".join(part)
            values = replace(said, text=text, in_full=text)
            if not _asks(part, speaks) or changed(before, values, exchange.tasks):
                continue
            masked = normal_form(text, language)
            act = await request_in(exchange, masked, said.priority)
            if act is not None and not (waiting and waiting.tool == act.tool):
                return masked
    return ""


async def request_in(
    exchange: Exchange, text: str, priority: Priority = Priority.FINAL
) -> Act | None:
    """What some words surely ask for by themselves; None for what was done, or needs no tool.

    None also where the model has no time: what they were said beside has been answered.
    """
    try:
        reply = await _certain_reply(exchange, text, priority)
    except VoiceError:
        return None
    tool = tool_wanted(exchange, reply) if reply else None
    if reply is None or tool is None or tool is exchange.tasks.person_tool:
        return None
    if exchange.has_result_of(tool.name):
        return None
    return proposed(exchange, tool, reply, Said(text, 1.0, priority, in_full=text))


async def _certain_reply(
    exchange: Exchange, text: str, priority: Priority, least: float = CERTAIN
) -> ModelReply | None:
    """What the model makes of the words alone, if they surely ask for something."""
    reply = await exchange.reply(priority, to=text)
    says = reply.free or act_of(exchange, reply) not in {None, *VAGUE}
    speaks = manner(exchange.tasks.language)
    asks = tool_wanted(exchange, reply) or (says and _asks(speaks.full(text), speaks))
    return reply if asks and reply.probability >= least else None


def plainly_asks(exchange: Exchange, said: Said) -> bool:
    """Whether the words ask for something, and tell of nothing else."""
    speaks = manner(exchange.tasks.language)
    return _asks(speaks.full(said.text), speaks)


def is_question(exchange: Exchange, said: Said) -> bool:
    """Whether the words are a question, and not only polite."""
    speaks = manner(exchange.tasks.language)
    return speaks.clause(speaks.full(said.text)).question


def _before_person(exchange: Exchange, text: str) -> tuple[str, str]:
    """What is answered first in words that ask for a person, too, and those that do.

    Both are empty where no person is asked for, the first where nothing plainly comes before.
    """
    speaks, reader = manner(exchange.tasks.language), exchange.tasks.plain_reader
    words = speaks.full(text)
    for place in speaks.boundaries(words):
        first, then = words[:place], words[place:]
        if before_that := speaks.behind_first(then):
            first, then = before_that, first
        elif reader.asks_for_person(" ".join(first)):
            first, then = speaks.without_joins(then), first
        person = " ".join(then)
        if reader.asks_for_person(person):
            asks = _asks(first, speaks) or (len(first) <= _NAME and not _tells(first, speaks))
            return " ".join(first) if asks else "", person
    return "", ""


def _parts_that_ask(speaks: Manner, text: str) -> list[str]:
    """Both parts of words that ask for two things; none of others."""
    words = speaks.full(text)
    for place in speaks.boundaries(words):
        parts = words[:place], speaks.without_joins(words[place:])
        if all(_asks(part, speaks) for part in parts):
            return [" ".join(part) for part in parts]
    return []


def _asks(words: tuple[str, ...], speaks: Manner) -> bool:
    """Whether they ask for something that can be had at once, and tell of nothing else."""
    clause = speaks.clause(words)
    return (clause.asks or bool(speaks.orders(clause))) and not _tells(words, speaks)


def _tells(words: tuple[str, ...], speaks: Manner) -> bool:
    clause = speaks.clause(words)
    return bool(clause.traits) or clause.complains
