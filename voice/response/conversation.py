"""What is done about the caller's words: the model proposes, fixed rules decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from voice.engine_queue import Priority
from voice.identity import Caller
from voice.response.collecting import Taken, correction, gathered, take
from voice.response.confirmation import Decision, Opinion, decide
from voice.response.documents import UNKNOWN, looking_up
from voice.response.engine import Model
from voice.response.exchange import Exchange, Means, SecondThoughts
from voice.response.harmony import Message
from voice.response.reading import Reply
from voice.response.said import Said
from voice.response.state import Act, Asked, Question, State
from voice.response.turn import ResponseTurn
from voice.response.wording import Wordings
from voice.tasks import DOCUMENTS, Role, TaskSet, TaskTool
from voice.tools import Audit, ToolBox

_MOST_TOOLS = 2
"""Per turn."""
_LEAST_CONFIDENCE = 0.12
"""Of the recogniser; below it the words are taken as not understood."""
_LEAST_PROBABILITY = 0.35
"""Of the model's first message; below it the model is guessing."""
_CERTAIN = 0.8
"""Of the model's call of another tool, to follow it after a no."""
_MOST_MISUNDERSTOOD = 3
_MOST_DOUBTS = 1
"""How often the question before an act is put in other words."""
_BRIEF = 5
"""Words; a longer answer to an offer may ask for something else."""
_MOST_MISHEARD = 2
"""How often an argument is asked for again."""
_QUESTION = 4
"""Words; fewer, of which no document knows, were perhaps misheard."""
_FOR_DOCUMENTS = frozenset({None, Role.NOT_UNDERSTOOD, Role.OUT_OF_SCOPE})
"""Acts of a model that knows no task for what the caller wants."""
_VAGUE = frozenset({Role.NOT_UNDERSTOOD, Role.OKAY, Role.THANKS, Role.GREETING})
"""Acts that a model falls back on; they say nothing of what the caller wants."""
_AGAIN = frozenset({Role.REPEAT, Role.WAIT, Role.HELP})
"""Acts that leave a question open."""


class ConversationRules:
    """The rules of one call's conversation; the session keeps its history and state."""

    def __init__(
        self,
        model: Model,
        tasks: TaskSet,
        tools: ToolBox,
        tool_timeout_seconds: float,
        *,
        has_person: bool = False,
        second_thoughts: SecondThoughts | None = None,
        audit: Audit | None = None,
    ) -> None:
        self._tasks = tasks
        self._means = Means(
            model,
            tasks,
            tools,
            Wordings(),
            tool_timeout_seconds,
            has_person=has_person,
            second_thoughts=second_thoughts,
            audit=audit,
        )

    @property
    def tasks(self) -> TaskSet:
        """What it is about."""
        return self._tasks

    async def answer(
        self,
        turn: ResponseTurn,
        said: Said,
        history: Sequence[Sequence[Message]],
        caller: Callable[[], Caller],
    ) -> None:
        """The script of an ordinary turn."""
        async with aclosing(Exchange(self._means, turn, history, caller)) as exchange:
            await self._answer(exchange, said, turn.state)

    async def _answer(self, exchange: Exchange, said: Said, before: State) -> None:
        if before.untold:
            exchange.tell(before.untold)
        if not said.text or said.confidence < _LEAST_CONFIDENCE:
            await self._not_understood(exchange, before)
        elif _wants_person(exchange, said, before):
            await self._use_person(exchange)
        elif before.question:
            await self._after_question(exchange, said, before, before.question)
        elif before.asked:
            await self._after_asking(exchange, said, before, before.asked)
        elif before.person_offered and _declines(exchange, said):
            await exchange.answer(Role.OKAY)
        elif undo := _undo_wanted(exchange, said, before):
            await exchange.use(undo)
        else:
            await self._follow(exchange, said, before)

    async def go_on(
        self,
        turn: ResponseTurn,
        pending: Act,
        history: Sequence[Sequence[Message]],
        caller: Callable[[], Caller],
    ) -> None:
        """The script of a turn that waited for the caller's identity."""
        async with aclosing(Exchange(self._means, turn, history, caller)) as exchange:
            if await exchange.use(pending):
                await self._follow(exchange, Said("", 1.0, Priority.FINAL), turn.state)

    async def ask_again(
        self,
        turn: ResponseTurn,
        history: Sequence[Sequence[Message]],
        caller: Callable[[], Caller],
    ) -> None:
        """The script of a turn that puts an open question once more."""
        exchange = Exchange(self._means, turn, history, caller)
        if turn.state.question:
            exchange.ask_again(turn.state.question)
        elif turn.state.asked:
            exchange.ask(turn.state.asked)

    async def _use_person(self, exchange: Exchange) -> None:
        tool = exchange.tasks.person_tool
        if tool is None:
            await exchange.answer(Role.PERSON)
        elif await exchange.use(Act(tool.name)):
            await exchange.answer("")

    async def _follow(
        self, exchange: Exchange, said: Said, before: State, reply: Reply | None = None
    ) -> None:
        """Do what the model proposes, as far as it may."""
        while True:
            reply = reply or await exchange.reply(said.priority)
            if not exchange.tools_used and reply.probability < _LEAST_PROBABILITY:
                if not await self._told_by_documents(exchange, said):
                    await self._not_understood(exchange, before)
                return
            tool = _tool_wanted(exchange, reply)
            if tool is None or exchange.has_result_of(tool.name):
                reply = await self._say(exchange, reply, said, before)
                if reply is None:
                    return
                continue
            if exchange.tools_used >= _MOST_TOOLS or exchange.has_result_of(DOCUMENTS):
                await exchange.answer("")
                return
            act = _proposed(exchange, tool, reply, said)
            if exchange.tools_used and not exchange.may_run(act):
                await exchange.answer("")
            if not await exchange.use(act):
                return
            reply = None

    async def _say(
        self, exchange: Exchange, reply: Reply, said: Said, before: State
    ) -> Reply | None:
        """Say what the model wants said, or may; returns the call that it wrote behind it."""
        act = _act(exchange, reply)
        if reply.free and act is None:
            return await exchange.answer_freely()
        if exchange.tools_used:
            await exchange.answer(act or "")
        elif act in _FOR_DOCUMENTS and await self._told_by_documents(exchange, said):
            pass
        elif act is None or act == Role.NOT_UNDERSTOOD:
            await self._not_understood(exchange, before)
        elif act == Role.REPEAT and not before.last_answer:
            await exchange.answer(Role.HELP)
        else:
            await exchange.answer(Role.OKAY if act in exchange.tasks.declining else act)
        return None

    async def _not_understood(self, exchange: Exchange, before: State) -> None:
        """Ask again; then offer a person; then hand over."""
        count = before.misunderstood + 1
        if before.question:
            await self._doubt(exchange, before.question)
        elif before.asked:
            await self._misheard(exchange, before.asked)
        elif count >= _MOST_MISUNDERSTOOD:
            exchange.say(Role.GIVE_UP)
            await exchange.hand_over("the caller was not understood")
        else:
            exchange.say(Role.NOT_UNDERSTOOD if count == 1 else Role.OFFER_PERSON)
            exchange.update(misunderstood=count)

    async def _told_by_documents(self, exchange: Exchange, said: Said) -> bool:
        """Look up what no task is for; False when there is nothing to be said about it."""
        if DOCUMENTS not in exchange.tasks.tools:
            return False
        if not await exchange.use(looking_up(said.text, exchange.tasks)):
            return True
        if exchange.status_of(DOCUMENTS) == UNKNOWN and len(said.text.split()) < _QUESTION:
            return False
        await exchange.answer("")
        return True

    # The answer to the question for an argument

    async def _after_asking(
        self, exchange: Exchange, said: Said, before: State, asked: Asked
    ) -> None:
        taken, asked = take(asked, said, exchange.tasks)
        match taken:
            case Taken.VALUE | Taken.YES:
                if await exchange.use(asked.act):
                    await self._follow(exchange, said, exchange.state)
            case Taken.BEGINNING:
                exchange.go_on_asking(asked)
            case Taken.NO:
                await self._misheard(exchange, asked.without_value())
            case Taken.NOTHING:
                await self._asks_something_else(exchange, said, before, asked)

    async def _asks_something_else(
        self, exchange: Exchange, said: Said, before: State, asked: Asked
    ) -> None:
        """Another request, which goes first; a word to the question; a no; or it was misheard."""
        reply = await exchange.reply(said.priority)
        tool, act = _tool_wanted(exchange, reply), _act(exchange, reply)
        is_sure = reply.probability >= _CERTAIN
        if tool is not None and tool.name == asked.act.tool:
            known = gathered(tool, reply.arguments, said, exchange.tasks)
            if asked.argument in known:
                await exchange.use(replace(asked.act, arguments={**asked.act.arguments, **known}))
                return
        if is_sure and act in _AGAIN:
            await exchange.answer(act or "")
            exchange.update(asked=asked)
        elif is_sure and (tool.name != asked.act.tool if tool else act and act not in _VAGUE):
            await self._follow(exchange, said, before, reply)
        elif exchange.tasks.plain_reader.declines(said.text):
            await exchange.answer(Role.OKAY)
        else:
            await self._misheard(exchange, asked)

    async def _misheard(self, exchange: Exchange, asked: Asked) -> None:
        """Ask once more; then a person helps."""
        if asked.misheard < _MOST_MISHEARD:
            exchange.ask(replace(asked, misheard=asked.misheard + 1))
            return
        exchange.say(Role.GIVE_UP)
        await exchange.hand_over("an answer was not understood")

    # The answer to "shall I?"

    async def _after_question(
        self, exchange: Exchange, said: Said, before: State, question: Question
    ) -> None:
        tool = exchange.tasks.tools[question.act.tool]
        if not question.agreed and (act := correction(question.act, said, exchange.tasks)):
            await exchange.use(act)
            return
        reply = await exchange.reply(said.priority)
        opinion = _opinion(exchange, reply, tool)
        words = f"{question.agreed} {said.text}".strip()
        read = exchange.tasks.readers[tool.name].read(words)
        heard = (question.heard and said.heard_last) or bool(question.agreed)
        match decide(read, said.confidence, opinion):
            case Decision.RUN if heard:
                await self._act(exchange, said, question, words)
            case Decision.DECLINE:
                exchange.say(tool.declined or Role.OKAY)
                if opinion.is_("other", _CERTAIN) and reply.tool is not None:
                    await self._follow(exchange, said, before, reply)
            case Decision.OTHER_REQUEST:
                exchange.say(tool.declined or Role.OKAY)
                await self._follow(exchange, said, before, reply)
            case Decision.SAY_AND_ASK_ON if heard:
                await exchange.answer(_act(exchange, reply) or Role.REPEAT)
                exchange.update(question=replace(question, heard=True, agreed=""))
            case Decision.RUN | Decision.SAY_AND_ASK_ON:
                exchange.ask_again(question)
            case Decision.DOUBT:
                await self._doubt(exchange, question)

    async def _act(self, exchange: Exchange, said: Said, question: Question, words: str) -> None:
        """The caller agreed: after a time in which they may object, it happens."""
        await exchange.give_time_to_object(question, words)
        exchange.update(question=None)
        if not await exchange.use(question.act, confirmed=True):
            return
        if question.act.tool in exchange.tasks.undoing:
            await exchange.answer("")
        else:
            await self._follow(exchange, said, exchange.state)

    async def _doubt(self, exchange: Exchange, question: Question) -> None:
        """Neither yes nor no: ask once more; then it is left, and a person helps."""
        if question.doubts < _MOST_DOUBTS:
            exchange.ask_again(replace(question, doubts=question.doubts + 1))
            return
        exchange.say(exchange.tasks.tools[question.act.tool].declined or Role.OKAY)
        if exchange.has_person:
            await exchange.hand_over("neither yes nor no to the question before an act")


def _proposed(exchange: Exchange, tool: TaskTool, reply: Reply, said: Said) -> Act:
    """The call that a model wishes, with what the caller said for it."""
    if tool.name == DOCUMENTS:
        return looking_up(str(reply.arguments.get("question") or said.text), exchange.tasks)
    return Act(tool.name, gathered(tool, reply.arguments, said, exchange.tasks))


def _wants_person(exchange: Exchange, said: Said, before: State) -> bool:
    reader = exchange.tasks.plain_reader
    agreed = before.person_offered and reader.agrees(said.text)
    return agreed or reader.asks_for_person(said.text)


def _declines(exchange: Exchange, said: Said) -> bool:
    brief = len(said.text.split()) <= _BRIEF
    return brief and exchange.tasks.plain_reader.declines(said.text)


def _undo_wanted(exchange: Exchange, said: Said, before: State) -> Act | None:
    done, tasks = before.done, exchange.tasks
    undo = tasks.tools[done.tool].undo if done else None
    if done is None or undo is None or not tasks.undo_readers[done.tool].names_act(said.text):
        return None
    taken = tasks.tools[undo.tool].arguments
    known = {name: v for name, v in done.arguments.items() if taken is None or name in taken}
    return Act(undo.tool, known)


def _act(exchange: Exchange, reply: Reply) -> str | None:
    """The act that a reply says; None for a call, and for words that are none of the tasks'."""
    if reply.tool is not None:
        return None
    return reply.act or exchange.tasks.act_of(reply.text)


def _tool_wanted(exchange: Exchange, reply: Reply) -> TaskTool | None:
    """The tool that is called, or that an answer without its result would need."""
    if reply.tool is not None:
        return exchange.tasks.tools.get(reply.tool)
    act = _act(exchange, reply)
    return exchange.tasks.tool_before(act) if act else None


def _opinion(exchange: Exchange, reply: Reply, tool: TaskTool) -> Opinion:
    """What undoes something is not known to the model: it has no opinion."""
    if tool.name in exchange.tasks.undoing:
        return Opinion("unsure", 0.0)
    if reply.tool is not None:
        kind = "agrees" if reply.tool == tool.name else "other"
    else:
        act = _act(exchange, reply) or Role.NOT_UNDERSTOOD
        known = {tool.declined: "declines", Role.REPEAT: "again", Role.WAIT: "again"}
        kind = known.get(act) or ("unsure" if act in _VAGUE | {tool.confirmation} else "other")
    return Opinion(kind, reply.probability)
