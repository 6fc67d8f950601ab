"""What is done about the caller's words: the model proposes, fixed rules decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from voice.engine_queue import Priority
from voice.identity import Caller
from voice.languages import Language, Remark
from voice.languages.yes_no import YesNo
from voice.response.engines.engine import Model
from voice.response.prompts.harmony import Message
from voice.response.rules.asides import Aside, aside_of
from voice.response.rules.collecting import changed
from voice.response.rules.confirmation import Decision, decide
from voice.response.rules.details import after_asking, come_back, misheard
from voice.response.rules.documents import UNKNOWN, looking_up
from voice.response.rules.exchange import Exchange
from voice.response.rules.means import Means, SecondThoughts
from voice.response.rules.meant import (
    is_question,
    request_in,
    what_else_is_meant,
    what_is_beside,
    what_is_meant,
)
from voice.response.rules.proposals import (
    CERTAIN,
    act_of,
    declines,
    helps_no_more,
    is_doubtful,
    is_leaving,
    is_request,
    only_asks,
    opinion_of,
    proposed,
    tool_wanted,
    undo_wanted,
    wants_person,
)
from voice.response.rules.reading import ModelReply
from voice.response.rules.repeating import part_of
from voice.response.rules.said import Said
from voice.response.rules.state import Act, Question, State
from voice.response.rules.turn import ResponseTurn
from voice.response.rules.wording import Wordings
from voice.tasks import DOCUMENTS, Role, TaskSet
from voice.tools import Audit, ToolBox

_MOST_TOOLS = 2
"""Per turn."""
_LEAST_CONFIDENCE = 0.12
"""Of the recogniser; below it the words are taken as not understood."""
_LEAST_PROBABILITY = 0.35
"""Of the model's first message; below it the model is guessing."""
_MOST_MISUNDERSTOOD = 3
_MOST_DOUBTS = 1
"""How often the question before an act is put in other words."""
_MOST_ASIDES = 3
"""How often it stays open for a question of the caller's that is no request."""
_QUESTION = 4
"""Words; fewer, of which no document knows, were perhaps misheard."""
_FOR_DOCUMENTS = frozenset({None, Role.NOT_UNDERSTOOD, Role.OUT_OF_SCOPE})
"""Acts of a model that knows no task for what the caller wants."""
_TO_REPEAT = frozenset(Remark) - {Remark.DROP, Remark.UNABLE}
"""Who wants it slower wants it again."""


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
            await self._do_next(exchange)

    async def _answer(self, exchange: Exchange, said: Said, before: State) -> None:
        if before.untold:
            exchange.tell(before.untold)
        if not said.text or said.confidence < _LEAST_CONFIDENCE:
            await self._not_understood(exchange, before)
        elif wants_person(exchange, said, before):
            await self._use_person(exchange)
        elif _TO_REPEAT & exchange.remarks(said):
            await self._repeat(exchange, said, before)
        elif part := part_of(before.last_answer, said, exchange.tasks):
            await self._repeat(exchange, said, before, part)
        elif before.question:
            await self._after_question(exchange, said, before, before.question)
        elif before.asked:
            await after_asking(exchange, said, before, before.asked, self._follow)
        elif before.person_offered and declines(exchange, said):
            if before.left:
                exchange.update(person_offered=False)
            else:
                await exchange.answer(Role.OKAY)
        elif undo := undo_wanted(exchange, said, before):
            await exchange.use(undo)
        else:
            await self._do_what_is_meant(exchange, said, before)

    async def _do_what_is_meant(self, exchange: Exchange, said: Said, before: State) -> None:
        meant = await what_is_meant(exchange, said)
        if meant.person and meant.reply is None:
            await self._use_person(exchange)
            return
        exchange.update(next=meant.person or before.next)
        await self._follow(exchange, meant.said, before, meant.reply)
        if not exchange.state.next and (exchange.tools_used or exchange.waiting):
            exchange.update(next=await what_else_is_meant(exchange, meant.said))

    async def _do_next(self, exchange: Exchange) -> None:
        """What was asked for in the same breath comes behind all that was open.

        Then that comes back which the caller was asked for before they wanted something else.
        """
        text = exchange.state.next
        if text and not exchange.waiting:
            exchange.update(next="")
            if exchange.tasks.plain_reader.asks_for_person(text):
                await self._use_person(exchange)
            elif (act := await request_in(exchange, text)) and await exchange.use(act):
                await exchange.answer_last_result()
        come_back(exchange)

    async def aside(
        self, turns: Sequence[Sequence[Message]], spoken: Language, waiting: Act | None
    ) -> Aside:
        """See ResponseSession.aside; `waiting`: the act that cannot happen yet."""
        return await aside_of(self._means.model, turns, self._tasks.in_language(spoken), waiting)

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
            await self._do_next(exchange)

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

    async def _repeat(self, exchange: Exchange, said: Said, before: State, part: str = "") -> None:
        """The last content once more, or a part of it; what was open stays so."""
        question = before.question
        if question and not (part or (question.heard and said.heard_last)):
            exchange.ask_again(question)
        elif not before.last_answer:
            only_sound = exchange.remarks(said) - {Remark.REPEAT}
            await exchange.answer(Role.OKAY if only_sound else Role.HELP)
        else:
            exchange.repeat(part)
            exchange.update(
                question=question, asked=before.asked, person_offered=before.person_offered
            )

    async def _use_person(self, exchange: Exchange) -> None:
        tool = exchange.tasks.person_tool
        if tool is None:
            await exchange.say_all([Role.PERSON])
        elif await exchange.use(Act(tool.name)):
            await exchange.answer_last_result()

    async def _follow(
        self, exchange: Exchange, said: Said, before: State, reply: ModelReply | None = None
    ) -> None:
        """Do what the model proposes, as far as it may."""
        while True:
            reply = reply or await exchange.reply(said.priority)
            if not exchange.tools_used and reply.probability < _LEAST_PROBABILITY:
                if not await self._told_by_documents(exchange, said):
                    await self._not_understood(exchange, before)
                return
            tool = tool_wanted(exchange, reply)
            if tool is None or exchange.has_result_of(tool.name):
                reply = await self._say(exchange, reply, said, before)
                if reply is None:
                    return
                continue
            if exchange.tools_used >= _MOST_TOOLS or exchange.has_result_of(DOCUMENTS):
                await exchange.answer("")
                return
            act = proposed(exchange, tool, reply, said)
            if exchange.tools_used and not exchange.may_run(act):
                await exchange.answer("")
            if not await exchange.use(act):
                return
            reply = None

    async def _say(
        self, exchange: Exchange, reply: ModelReply, said: Said, before: State
    ) -> ModelReply | None:
        """Say what the model wants said, or may; returns the call that it wrote behind it."""
        act = act_of(exchange, reply)
        if reply.free and act is None:
            return await exchange.answer_freely()
        if exchange.tools_used:
            await exchange.answer(act or "")
        elif act in _FOR_DOCUMENTS and await self._told_by_documents(exchange, said):
            pass
        elif act is None or act == Role.NOT_UNDERSTOOD:
            await self._not_understood(exchange, before)
        elif helps_no_more(act, said, before):
            told = replace(before, misunderstood=max(before.misunderstood, 1))
            await self._not_understood(exchange, told)
        elif act == Role.REPEAT:
            await self._repeat(exchange, said, before)
        else:
            await exchange.answer(Role.OKAY if act in exchange.tasks.declining else act)
        if is_doubtful(act, said):
            exchange.update(misunderstood=max(exchange.state.misunderstood, 1))
        return None

    async def _not_understood(self, exchange: Exchange, before: State) -> None:
        """Ask again; then offer a person; then hand over."""
        count = before.misunderstood + 1
        if before.question:
            await self._doubt(exchange, before.question)
        elif before.asked:
            await misheard(exchange, before.asked)
        elif count >= _MOST_MISUNDERSTOOD:
            exchange.say(Role.GIVE_UP)
            await exchange.hand_over("the caller was not understood")
        else:
            exchange.say(Role.NOT_UNDERSTOOD if count == 1 else Role.OFFER_PERSON)
            if count > 1 and not exchange.has_person:
                exchange.say(Role.HELP)
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

    # The answer to "shall I?"

    async def _after_question(
        self, exchange: Exchange, said: Said, before: State, question: Question
    ) -> None:
        tool = exchange.tasks.tools[question.act.tool]
        # Nobody agrees to one day by naming another, with a no before it or without.
        if act := changed(question.act, said, exchange.tasks):
            await exchange.use(act)
            beside = await what_is_beside(exchange, said, question.act)
            exchange.update(next=beside or exchange.state.next)
            return
        if exchange.tasks.language.after_correction(said.text):
            meant = await what_is_meant(exchange, said)
            if meant.reply and is_request(exchange, meant.reply, tool):
                exchange.say(tool.declined or Role.OKAY)
                exchange.update(next=meant.person or before.next)
                await self._follow(exchange, meant.said, before, meant.reply)
                return
        reply = await exchange.reply(said.priority)
        opinion = opinion_of(exchange, reply, tool)
        words = f"{question.agreed} {said.text}".strip()
        dropped = Remark.DROP in exchange.remarks(said)
        read = YesNo.NO if dropped else exchange.tasks.readers[tool.name].read(words)
        if only_asks(said) and read is not YesNo.NO:
            read = YesNo.UNCLEAR
        heard = (question.heard and said.heard_last) or bool(question.agreed)
        match decide(read, said.confidence, opinion):
            case Decision.RUN if heard:
                await self._act(exchange, said, question, words)
            case Decision.DECLINE:
                exchange.say(tool.declined or Role.OKAY)
                if opinion.is_("other", CERTAIN) and reply.tool is not None:
                    await self._follow(exchange, said, before, reply)
            case Decision.OTHER_REQUEST if not question.kept and is_request(exchange, reply, tool):
                exchange.keep_for_later(question)
            case Decision.OTHER_REQUEST if is_leaving(exchange, reply, tool):
                exchange.say(tool.declined or Role.OKAY)
                await self._follow(exchange, said, before, reply)
            case Decision.SAY_AND_ASK_ON if heard:
                await exchange.answer(act_of(exchange, reply) or Role.REPEAT)
                exchange.update(question=replace(question, heard=True, agreed=""))
            case Decision.RUN | Decision.SAY_AND_ASK_ON:
                exchange.ask_again(question)
            case Decision.DOUBT | Decision.OTHER_REQUEST:
                await self._neither(exchange, said, question)

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

    async def _neither(self, exchange: Exchange, said: Said, question: Question) -> None:
        """What the caller asks is no answer: documents may know it, and the question stays open."""
        asks = is_question(exchange, said) or only_asks(said)
        if not asks or question.asides >= _MOST_ASIDES:
            await self._doubt(exchange, question)
            return
        if DOCUMENTS in exchange.tasks.tools:
            found = await exchange.use(looking_up(said.text, exchange.tasks))
            if found and exchange.status_of(DOCUMENTS) != UNKNOWN:
                await exchange.answer("")
        if not exchange.is_over:
            exchange.ask_again(replace(question, asides=question.asides + 1))

    async def _doubt(self, exchange: Exchange, question: Question) -> None:
        """Neither yes nor no: ask once more; then it is left, and a person helps."""
        if question.doubts < _MOST_DOUBTS:
            exchange.ask_again(replace(question, doubts=question.doubts + 1))
            return
        exchange.say(exchange.tasks.tools[question.act.tool].declined or Role.OKAY)
        if exchange.has_person:
            await exchange.hand_over("neither yes nor no to the question before an act")
