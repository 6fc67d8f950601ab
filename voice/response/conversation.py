"""What is done about the caller's words: the model proposes, fixed rules decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from voice.engine_queue import Priority
from voice.identity import Caller
from voice.languages import Language
from voice.response.confirmation import Opinion, Verdict, decide
from voice.response.engine import Model
from voice.response.exchange import Exchange, Means, SecondThoughts
from voice.response.harmony import Message
from voice.response.reading import Reply
from voice.response.state import Act, Pending, Question, State
from voice.response.tasks import TaskSet, TaskTool
from voice.response.tools import ToolBox
from voice.response.turn import ResponseTurn
from voice.response.wording import Wordings

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
_PERSON = "transfer_to_person"


@dataclass(frozen=True)
class Said:
    """The caller's words in normal form."""

    text: str
    confidence: float
    priority: Priority
    heard_last: bool = True
    """They had heard the last answer to its end, and nothing since, when they began."""


class Conversation:
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
    ) -> None:
        self._tasks = tasks
        self._means = Means(
            model,
            tasks,
            tools,
            Wordings(tasks),
            tool_timeout_seconds,
            has_person=has_person,
            second_thoughts=second_thoughts,
        )

    @property
    def language(self) -> Language:
        """In which the caller is answered."""
        return self._tasks.language

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
        elif self._wants_person(said, before):
            await self._use_person(exchange)
        elif before.question:
            await self._after_question(exchange, said, before, before.question)
        elif before.person_offered and self._declines(said):
            await exchange.answer("okay")
        elif undo := self._undo_wanted(said, before):
            exchange.ask_first(undo)
        else:
            await self._follow(exchange, said, before)

    async def go_on(
        self,
        turn: ResponseTurn,
        pending: Pending,
        history: Sequence[Sequence[Message]],
        caller: Callable[[], Caller],
    ) -> None:
        """The script of a turn that waited for the caller's identity."""
        act = pending.act
        async with aclosing(Exchange(self._means, turn, history, caller)) as exchange:
            if pending.asks_first:
                exchange.ask_first(act)
            elif await exchange.use(self._tasks.tools[act.tool], act.arguments):
                said = Said("", 1.0, Priority.FINAL)
                await self._follow(exchange, said, turn.state)

    async def ask_again(
        self,
        turn: ResponseTurn,
        history: Sequence[Sequence[Message]],
        caller: Callable[[], Caller],
    ) -> None:
        """The script of a turn that puts an open question once more."""
        assert turn.state.question is not None
        Exchange(self._means, turn, history, caller).ask_again(turn.state.question)

    def _undo_wanted(self, said: Said, before: State) -> Act | None:
        if before.done is None:
            return None
        undo = self._tasks.tools[before.done.tool].undo
        wanted = self._tasks.undo_readers[before.done.tool].names_act(said.text)
        return Act(undo.tool, before.done.arguments) if undo and wanted else None

    def _wants_person(self, said: Said, before: State) -> bool:
        if _PERSON not in self._tasks.tools:
            return False
        reader = self._tasks.plain_reader
        agreed = before.person_offered and reader.agrees(said.text)
        return agreed or reader.asks_for_person(said.text)

    def _declines(self, said: Said) -> bool:
        brief = len(said.text.split()) <= _BRIEF
        return brief and self._tasks.plain_reader.declines(said.text)

    async def _use_person(self, exchange: Exchange) -> None:
        if await exchange.use(self._tasks.tools[_PERSON], {}):
            await exchange.answer("")

    async def _follow(
        self, exchange: Exchange, said: Said, before: State, reply: Reply | None = None
    ) -> None:
        """Do what the model proposes, as far as it may."""
        while True:
            reply = reply or await exchange.reply(said.priority)
            if not exchange.tools_used and reply.probability < _LEAST_PROBABILITY:
                await self._not_understood(exchange, before)
                return
            tool = self._tool_wanted(reply)
            if tool is None or exchange.has_result_of(tool.name):
                reply = await self._say(exchange, reply, before)
                if reply is None:
                    return
                continue
            if exchange.tools_used >= _MOST_TOOLS:
                await exchange.answer("")
                return
            if not await exchange.use(tool, reply.arguments):
                return
            reply = None

    def _tool_wanted(self, reply: Reply) -> TaskTool | None:
        """The tool that is called, or that an answer without its result would need."""
        if reply.tool is not None:
            return self._tasks.tools.get(reply.tool)
        act = self._tasks.act_of(reply.text)
        for tool in self._tasks.tools.values():
            words = tool.result["status"]
            answers = words.values() if isinstance(words, dict) else ()
            if act == tool.confirmation or any(act in acts for acts in answers):
                return tool if act else None
        return None

    async def _say(self, exchange: Exchange, reply: Reply, before: State) -> Reply | None:
        """Say what the model wants said, or may; returns the call that it wrote behind it."""
        act = self._tasks.act_of(reply.text) if reply.tool is None else None
        declines = {tool.declined for tool in self._tasks.tools.values()}
        if reply.free and act is None:
            return await exchange.answer_freely()
        if exchange.tools_used:
            await exchange.answer(act or "")
        elif act is None or act == "not_understood":
            await self._not_understood(exchange, before)
        elif act == "repeat" and not before.last_answer:
            await exchange.answer("help")
        else:
            await exchange.answer("okay" if act in declines else act)
        return None

    async def _not_understood(self, exchange: Exchange, before: State) -> None:
        """Ask again; then offer a person; then hand over."""
        count = before.misunderstood + 1
        if before.question:
            await self._doubt(exchange, before.question)
            return
        if count >= _MOST_MISUNDERSTOOD:
            exchange.say("give_up")
            await exchange.hand_over("the caller was not understood")
            return
        exchange.say("not_understood" if count == 1 else "offer_person")
        exchange.update(misunderstood=count)

    # The answer to "shall I?"

    async def _after_question(
        self, exchange: Exchange, said: Said, before: State, question: Question
    ) -> None:
        tool = self._tasks.tools[question.act.tool]
        reply = await exchange.reply(said.priority)
        opinion = self._opinion(reply, tool)
        words = f"{question.agreed} {said.text}".strip()
        read = self._tasks.readers[tool.name].read(words)
        heard = (question.heard and said.heard_last) or bool(question.agreed)
        match decide(read, said.confidence, opinion):
            case Verdict.RUN if heard:
                await self._act(exchange, said, question, words)
            case Verdict.DECLINE:
                exchange.say(tool.declined or "okay")
                if opinion.is_("other", _CERTAIN) and reply.tool is not None:
                    await self._follow(exchange, said, before, reply)
            case Verdict.OTHER_REQUEST:
                exchange.say(tool.declined or "okay")
                await self._follow(exchange, said, before, reply)
            case Verdict.SAY_AND_ASK_ON if heard:
                await exchange.answer(self._tasks.act_of(reply.text) or "repeat")
                exchange.update(question=replace(question, heard=True, agreed=""))
            case Verdict.RUN | Verdict.SAY_AND_ASK_ON:
                exchange.ask_again(question)
            case Verdict.DOUBT:
                await self._doubt(exchange, question)

    async def _act(self, exchange: Exchange, said: Said, question: Question, words: str) -> None:
        """The caller agreed: after a time in which they may object, it happens."""
        tool = self._tasks.tools[question.act.tool]
        await exchange.give_time_to_object(question, words)
        exchange.update(question=None)
        if not await exchange.use(tool, question.act.arguments, confirmed=True):
            return
        if tool.name in self._tasks.undoing:
            await exchange.answer("")
        else:
            await self._follow(exchange, said, exchange.state)

    def _opinion(self, reply: Reply, tool: TaskTool) -> Opinion:
        """What undoes something is not known to the model: it has no opinion."""
        if tool.name in self._tasks.undoing:
            return Opinion("unsure", 0.0)
        if reply.tool is not None:
            kind = "agrees" if reply.tool == tool.name else "other"
        else:
            act = self._tasks.act_of(reply.text) or "not_understood"
            known = {tool.declined: "declines", "repeat": "again", "wait": "again"}
            vague = {"not_understood", "okay", "thanks", "greeting", tool.confirmation}
            kind = known.get(act) or ("unsure" if act in vague else "other")
        return Opinion(kind, reply.probability)

    async def _doubt(self, exchange: Exchange, question: Question) -> None:
        """Neither yes nor no: ask once more; then it is left, and a person helps."""
        if question.doubts < _MOST_DOUBTS:
            exchange.ask_again(replace(question, doubts=question.doubts + 1))
            return
        exchange.say(self._tasks.tools[question.act.tool].declined or "okay")
        if exchange.has_person:
            await exchange.hand_over("neither yes nor no to the question before an act")
