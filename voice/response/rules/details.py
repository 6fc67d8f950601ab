"""The answer to the question for a detail of an act: it, something else, or that it is not had."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from voice.languages import Remark
from voice.response.rules.collecting import Taken, gathered, take
from voice.response.rules.exchange import Exchange
from voice.response.rules.meant import Meant, is_question, plainly_asks, what_is_meant
from voice.response.rules.proposals import CERTAIN, VAGUE, act_of, tool_wanted
from voice.response.rules.reading import ModelReply
from voice.response.rules.said import Said
from voice.response.rules.state import Asked, State
from voice.tasks import Role

Follow = Callable[[Exchange, Said, State, ModelReply | None], Awaitable[None]]
"""Does what a reply of the model proposes to words, or what it still has to propose."""

_MOST_MISHEARD = 2
"""How often a detail is asked for again."""
_AGAIN = frozenset({Role.REPEAT, Role.WAIT, Role.HELP})
"""Acts that leave a question open."""
_FREE_TEXT = frozenset({"name", "text"})
"""Kinds of arguments of which any words may be one."""


async def after_asking(
    exchange: Exchange, said: Said, before: State, asked: Asked, follow: Follow
) -> None:
    """Take a caller's answer to the question for a detail."""
    argument = (exchange.tasks.tools[asked.act.tool].arguments or {})[asked.argument]
    if argument.type in _FREE_TEXT:
        if await _gives_up(exchange, said):
            return
        is_no_name = argument.type == "name" and is_question(exchange, said)
        if await _turned(exchange, said, before, asked, follow, is_no_name):
            return
    taken, asked = take(asked, said, exchange.tasks)
    partly = taken in {Taken.BEGINNING, Taken.NOTHING}
    if partly and await _gives_up(exchange, said):
        return
    match taken:
        case Taken.VALUE | Taken.YES:
            if await exchange.use(asked.act):
                await follow(exchange, said, exchange.state, None)
        case Taken.BEGINNING:  # of a number: they say the other figures then
            exchange.say(Role.GO_ON)
            exchange.update(asked=asked)
        case Taken.NO:
            await misheard(exchange, asked.without_value())
        case Taken.NOTHING:
            await _no_such_value(exchange, said, before, asked, follow)


async def misheard(exchange: Exchange, asked: Asked) -> None:
    """Ask once more; then a person helps."""
    if asked.misheard < _MOST_MISHEARD:
        exchange.ask(replace(asked, misheard=asked.misheard + 1))
        return
    exchange.say(Role.GIVE_UP)
    await exchange.hand_over("an answer was not understood")


def come_back(exchange: Exchange) -> None:
    """Ask once more for what was left, once what the caller wanted instead is done.

    Not as long as that asks something itself.
    """
    left, state = exchange.state.left, exchange.state
    if left is None or exchange.waiting or exchange.is_over or state.person_offered:
        return
    exchange.update(left=None)
    exchange.ask(replace(left, misheard=0, came_back=True))


async def _gives_up(exchange: Exchange, said: Said) -> bool:
    """Whether the caller cannot or will not say what they are asked for; it is left then."""
    remarks = exchange.remarks(said)
    if Remark.UNABLE in remarks:
        await exchange.answer(Role.WITHOUT_IT)
    elif Remark.DROP in remarks:
        await exchange.answer(Role.OKAY)
    return bool(remarks & {Remark.UNABLE, Remark.DROP})


async def _turned(
    exchange: Exchange,
    said: Said,
    before: State,
    asked: Asked,
    follow: Follow,
    is_no_answer: bool,
) -> bool:
    """Whether words that might be the answer are surely another request; it is taken up then.

    They are where it is said that something else is meant ("oh wait, what is ..."), or where they
    are no answer to the question in any case.
    """
    meant, reply = Meant(said), None
    if exchange.tasks.language.after_correction(said.text) is not None:
        meant = await what_is_meant(exchange, said)
        reply = meant.reply
    if reply is None and is_no_answer:
        reply = await exchange.reply(said.priority)
    if reply is None or not _is_other(exchange, reply, asked):
        return False
    left = _unless_dropped(exchange, said, asked)
    await _take_up(exchange, meant, before, left, follow, reply)
    return True


async def _no_such_value(
    exchange: Exchange, said: Said, before: State, asked: Asked, follow: Follow
) -> None:
    """Another request, which goes first; a word to the question; a no; or it was misheard."""
    meant = await what_is_meant(exchange, said)
    reply = meant.reply or await exchange.reply(said.priority)
    tool, act = tool_wanted(exchange, reply), act_of(exchange, reply)
    if tool is not None and tool.name == asked.act.tool:
        known = gathered(tool, reply.arguments, said, exchange.tasks)
        if asked.argument in known:
            await exchange.use(replace(asked.act, arguments={**asked.act.arguments, **known}))
            return
    if reply.probability >= CERTAIN and act in _AGAIN:
        await exchange.answer(act or "")
        exchange.update(asked=asked)
    elif _is_other(exchange, reply, asked) and (not reply.free or plainly_asks(exchange, said)):
        left = _unless_dropped(exchange, said, asked)
        await _take_up(exchange, meant, before, left, follow, reply)
    elif meant.person:
        exchange.update(asked=None, next=meant.person)
    elif exchange.tasks.plain_reader.declines(said.text):
        await exchange.answer(Role.OKAY)
    else:
        await misheard(exchange, asked)


def _is_other(exchange: Exchange, reply: ModelReply, asked: Asked) -> bool:
    """Whether a reply is surely about something else than what the detail is for."""
    if reply.probability < CERTAIN:
        return False
    tool, act = tool_wanted(exchange, reply), act_of(exchange, reply)
    if tool is not None:
        return tool.name != asked.act.tool
    return reply.free or (act is not None and act not in VAGUE)


def _unless_dropped(exchange: Exchange, said: Said, asked: Asked) -> Asked | None:
    """What comes back behind another request, once; None for what the caller wants no more."""
    dropped = exchange.tasks.language.after_dropping(said.text) is not None
    return None if dropped or asked.came_back else asked


async def _take_up(
    exchange: Exchange,
    meant: Meant,
    before: State,
    left: Asked | None,
    follow: Follow,
    reply: ModelReply,
) -> None:
    """The other request is answered; what was `left` for it comes back behind it."""
    exchange.update(left=left, next=meant.person or before.next)
    await follow(exchange, meant.said, before, reply)
