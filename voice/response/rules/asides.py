"""What a caller asks for who was asked something by the call itself, and said something else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from enum import Enum, auto

from voice.engine_queue import Priority
from voice.languages import Language
from voice.response.engines.engine import Model
from voice.response.prompts.harmony import CallerSaid, Message
from voice.response.rules.reading import ReplyReading
from voice.response.rules.state import Act
from voice.tasks import Role, TaskSet
from voice.understanding.stance import manner

_SURE = 0.8
"""Of the model; words that were misheard are easily taken for something."""


class Aside(Enum):
    """As far as it matters to the question that is open."""

    NONE = auto()
    """Nothing that is known."""
    AGAIN = auto()
    """To hear the question, or what it is for, again."""
    REQUEST = auto()
    """Something else, beside what the question is for."""
    PERSON = auto()
    DROPS = auto()
    """No more of it."""
    GOODBYE = auto()


_ASIDES: dict[str, Aside] = {
    Role.PERSON: Aside.PERSON,
    Role.OKAY: Aside.DROPS,
    Role.GOODBYE: Aside.GOODBYE,
    Role.REPEAT: Aside.AGAIN,
    Role.WAIT: Aside.AGAIN,
    Role.NOT_UNDERSTOOD: Aside.NONE,
    Role.GREETING: Aside.AGAIN,
    Role.THANKS: Aside.NONE,
    Role.OUT_OF_SCOPE: Aside.NONE,
}


async def aside_of(
    model: Model, turns: Sequence[Sequence[Message]], tasks: TaskSet, waiting: Act | None
) -> Aside:
    """What the last of `turns` asks for, by the model; `waiting`: what the question is for."""
    pieces = model.reply(turns, Priority.FINAL)
    async with aclosing(ReplyReading(pieces, tasks.may_become_act)) as reading:
        reply = await reading.begin()
    if reply.free:
        return _by_words(turns[-1], tasks.language)
    if reply.probability < _SURE:
        return Aside.NONE
    act = reply.act or tasks.act_of(reply.text) if reply.tool is None else None
    tool = tasks.tools.get(reply.tool) if reply.tool else tasks.tool_before(act) if act else None
    if tool is not None and waiting is not None and tool.name == waiting.tool:
        return Aside.AGAIN
    if tool is not None:
        return Aside.PERSON if tool is tasks.person_tool else Aside.REQUEST
    if act is None or act in tasks.declining:
        return Aside.NONE if act is None else Aside.DROPS
    return _ASIDES.get(act, Aside.REQUEST)


def _by_words(turn: Sequence[Message], language: Language) -> Aside:
    """The same where a model answers in its own words, which do not tell what they answer."""
    said = " ".join(message.text for message in turn if isinstance(message, CallerSaid))
    speaks = manner(language)
    clause = speaks.clause(speaks.full(said))
    if not (clause.question or clause.asks):
        return Aside.NONE
    return Aside.AGAIN if language.secrets.mention.search(said) else Aside.REQUEST
