"""The means of one turn: ask the model, run tools, and say what may be said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from voice.engine_queue import Priority
from voice.events import HIDDEN
from voice.identity import Caller, IdentityLevel
from voice.languages import Remark
from voice.response.grounding import grounding_of
from voice.response.prompts.harmony import CallerSaid, Message, ToolCall, ToolResult
from voice.response.rules.means import Means
from voice.response.rules.reading import ModelReply, ReplyReading
from voice.response.rules.said import Said
from voice.response.rules.slot_values import values_of
from voice.response.rules.state import Act, Asked, Question, State
from voice.response.rules.steps import (
    CallingTool,
    Later,
    NeedsIdentity,
    SayClause,
    ToolAnswered,
    Waits,
    WantsEnd,
    WantsPerson,
)
from voice.response.rules.turn import ResponseTurn
from voice.response.rules.values import written
from voice.response.rules.wording import clauses, fill, without_person
from voice.tasks import (
    LAST_ANSWER,
    PASSING,
    VALUE,
    ArgumentValue,
    Role,
    TaskTool,
    between_slots,
)
from voice.tools import Tool, ToolRun, Value, run_tool

log = logging.getLogger(__name__)

_ROLES = frozenset(Role)


class Exchange:
    """What the script of one turn works with."""

    def __init__(
        self,
        means: Means,
        turn: ResponseTurn,
        history: Sequence[Sequence[Message]],
        caller: Callable[[], Caller],
    ) -> None:
        self._means = means
        self._turn = turn
        self._history = history
        self._caller = caller
        self.tasks = means.tasks.in_language(turn.language)
        """In the language of the turn."""
        self._results: list[tuple[TaskTool, dict[str, Value]]] = []
        self._given: dict[str, Mapping[str, ArgumentValue]] = {}
        """What the caller gave for each tool."""
        self._to_add: list[str] = []
        """Acts that are said behind the answer."""
        self._reading: ReplyReading | None = None
        self._told = False
        """Something of the tasks was answered in this turn: what follows is part of it."""
        self.is_over = False
        """The call goes to a person, or ends."""

    async def aclose(self) -> None:
        """Stop the model where it still writes."""
        if self._reading is not None:
            await self._reading.aclose()

    @property
    def tools_used(self) -> int:
        """How many tools have answered in this turn."""
        return len(self._results)

    def has_result_of(self, tool: str) -> bool:
        """Whether this tool has answered in this turn."""
        return any(used.name == tool for used, _ in self._results)

    def status_of(self, tool: str) -> str | None:
        """How this tool's answer in this turn ended; None when it gave none."""
        return next((str(r["status"]) for used, r in self._results if used.name == tool), None)

    @property
    def state(self) -> State:
        """The conversation's state as of this turn."""
        return self._turn.state

    def update(self, **changes: object) -> None:
        """Change the state that the conversation will have after this turn."""
        self._turn.state = replace(self._turn.state, **changes)  # type: ignore[arg-type]

    @property
    def waiting(self) -> Act | None:
        """What may happen once the caller has said who they are, something for it, or yes."""
        asked = self.state.question or self.state.asked
        return self._turn.pending or (asked.act if asked else None)

    def take_for(self, text: str) -> None:
        """From now on these are the words that the caller said in this turn."""
        said = self._turn.messages[0]
        assert isinstance(said, CallerSaid), "an ordinary turn begins with the caller's words"
        self._turn.messages[0] = replace(said, text=text)

    async def reply(self, priority: Priority, to: str = "") -> ModelReply:
        """The model's next message, or what that would be `to` words said instead, and no more.

        What was left of the one before is not written.
        """
        await self.aclose()
        turn = [CallerSaid(to, self.tasks.language.tag)] if to else self._turn.messages
        pieces = self._means.model.reply([*self._history, turn], priority)
        self._reading = ReplyReading(pieces, self.tasks.may_become_act)
        return await self._reading.begin()

    # Tools

    async def use(self, act: Act, confirmed: bool = False) -> bool:
        """Run a tool if it may run now; False when the turn ends here instead.

        Who calls, what the tool is called with, and whether it may happen at all, is asked for in
        this order, each in a turn of its own.
        """
        tool = self.tasks.tools[act.tool]
        self._given[act.tool] = act.arguments
        if not self._identified(act):
            return False
        if (argument := act.to_ask(tool)) is not None:
            self.ask(Asked(act, argument))
            return False
        if tool.confirmation and not confirmed:
            if not await self._quoted(tool, act):
                return False
            if self.say(tool.confirmation):
                self.update(question=Question(act))
            else:
                await self._give_up_answering()
            return False
        return await self._use(tool, act)

    async def _quoted(self, tool: TaskTool, act: Act) -> bool:
        """Look up what the question tells; False when that fails, which is said instead."""
        if tool.quote is None:
            return True
        return await self._use(self.tasks.tools[tool.quote], replace(act, tool=tool.quote))

    def may_run(self, act: Act) -> bool:
        """Whether nothing has to be asked before."""
        tool = self.tasks.tools[act.tool]
        known = self._caller().level >= self._level(act) and act.to_ask(tool) is None
        return known and not tool.confirmation

    async def _use(self, tool: TaskTool, act: Act) -> bool:
        self._turn.messages.append(ToolCall(tool.name, act.in_words(tool)))
        runnable = self._means.tools.get(tool.name)
        assert runnable is not None, "checked when the session began"
        if runnable.side_effect or tool.side_effect:
            await self._turn.until_committed()
            run = await self._turn.undisturbed(self._run(tool, runnable, act))
        else:
            run = await self._run(tool, runnable, act)
        if run.result:
            self._keep_in_mind(act, str(run.result["status"]))
            return True
        self._turn.messages.pop()
        if run.unknown:
            self.say(Role.OUTCOME_UNKNOWN)
            await self.hand_over(f"what became of {tool.name} is unknown")
        else:
            self.say(Role.TOOL_FAILED)
        return False

    def _keep_in_mind(self, act: Act, status: str) -> None:
        """What was done is told even to who interrupts, and can be undone where that is offered."""
        tool = self.tasks.tools[act.tool]
        self._turn.has_acted = tool.confirmation is not None
        undo = tool.undo
        if undo and status in undo.after and self._means.tools.get(undo.tool):
            self.update(done=act)
            self._to_add.append(undo.told)
        elif act.tool in self.tasks.undoing:
            self.update(done=None)

    def ask(self, asked: Asked) -> None:
        """Ask for an argument, or whether it was understood right."""
        argument = (self.tasks.tools[asked.act.tool].arguments or {})[asked.argument]
        self._given[asked.act.tool] = asked.act.arguments
        if asked.misheard:
            self.say(Role.NOT_CAUGHT)
        if asked.reads_back:
            value = asked.act.arguments[asked.argument]
            spoken = argument.written(value, self.tasks.language)
            self.say(Role.READ_BACK, value=spoken)
        else:
            self.say(argument.ask or Role.asking(argument.type))
        self.update(asked=asked)

    def ask_again(self, question: Question) -> None:
        """Ask the same, of any values by name; what was agreed to so far counts no more."""
        tool, values = self.tasks.tools[question.act.tool], question.act.arguments
        self._given[tool.name] = values
        assert tool.confirmation is not None
        if not (values and self.say(tool.confirmation)):
            self.say(tool.unclear or tool.confirmation)
        self.update(question=replace(question, heard=True, agreed=""))

    def keep_for_later(self, question: Question) -> None:
        """Say that what the caller asks for comes after the question, and put that once more."""
        self.say(Role.LATER)
        self._turn.emit(Later())
        self.ask_again(replace(question, kept=True))

    async def give_time_to_object(self, question: Question, agreed: str) -> None:
        """Say what is about to happen; goes on when nothing was said against it.

        Whoever does speak stops this turn; the question is then open, with what was `agreed`.
        """
        wait = self._means.second_thoughts
        if wait is None:
            return
        begins = self.tasks.tools[question.act.tool].begins
        if begins and not question.agreed:
            self.say(begins)
        self.update(question=replace(question, heard=False, agreed=agreed))
        self._turn.emit(Waits())
        await self._turn.until_committed()
        await wait()

    def _identified(self, act: Act) -> bool:
        level = self._level(act)
        if self._caller().level >= level:
            return True
        self._turn.pending = act
        self._turn.emit(NeedsIdentity(level, act.tool))
        return False

    def _level(self, act: Act) -> IdentityLevel:
        runnable = self._means.tools.get(act.tool)
        assert runnable is not None, "checked when the session began"
        return max(self.tasks.tools[act.tool].identity, runnable.level)

    async def _run(self, tool: TaskTool, runnable: Tool, act: Act) -> ToolRun:
        """Run a tool and keep its result, if it gives one."""
        self._turn.emit(CallingTool(tool.name, act.in_words(tool, secret=HIDDEN)))
        means, given = self._means, act.arguments
        key = means.keys.of(tool.name, given)
        run = await run_tool(
            tool, runnable, self._caller(), given, means.tool_timeout_seconds, key, means.audit
        )
        if not run.unknown:
            means.keys.settle(tool.name, given)
        if run.result:
            self._results.append((tool, run.result))
            language = self.tasks.language
            shown = {key: written(value, language) for key, value in run.result.items()}
            self._turn.messages.append(ToolResult(tool.name, shown))
        self._turn.emit(ToolAnswered(tool.name, run.result, run.error, run.unknown))
        return run

    def remarks(self, said: Said) -> frozenset[Remark]:
        """What the caller wants of the talk itself."""
        return self.tasks.language.remarks(said.text)

    @property
    def has_person(self) -> bool:
        """Whether the call can be handed over to a person."""
        return self._means.has_person

    # Words

    async def answer(self, act: str) -> None:
        """Say what an act says, or what the results allow instead, and do what it entails."""
        acts = [act]
        if self._results and act not in self._allowed():
            acts = [tool.acts_after(str(result["status"]))[0] for tool, result in self._results]
        await self.say_all(acts, self._to_add)

    async def answer_last_result(self) -> None:
        """Say what the last result allows, whatever was said about those before it."""
        tool, result = self._results[-1]
        await self.say_all(tool.acts_after(str(result["status"]))[:1])

    async def say_all(self, acts: Sequence[str], added: Sequence[str] = ()) -> None:
        """Say what these acts say, one after the other, and do what they entail: leaving last."""
        for one in sorted((*acts, *added), key=self.tasks.hand_over_after.__contains__):
            if one in self.tasks.hand_over_after:
                await self.hand_over("the caller asked for a person")
                return
            if not self.say(one):
                await self._give_up_answering()
                return
            self._told = self._told or one not in PASSING
        if acts[-1] in self.tasks.end_call_after:
            await self._turn.until_committed()
            self._turn.emit(WantsEnd("the caller said goodbye"))
            self.is_over = True

    async def answer_freely(self) -> ModelReply | None:
        """Say the model's own text, clause by clause, as far as its facts stand in the results.

        Returns the call that the model wrote behind it. A clause with other facts is not said, and
        nothing after it: what the results allow is said instead.
        """
        assert self._reading is not None, "a reply was read before"
        grounds = grounding_of(self.tasks).turn(self._history)
        for tool, result in self._results:
            grounds.add(tool.name, result, self._given.get(tool.name))
        outlasting, said = self.state.outlasting(), self.state.last_answer if self._told else ""
        async with aclosing(self._reading.clauses()) as coming:
            async for clause in coming:
                if wrong := grounds.wrong(clause):
                    kinds = ", ".join(sorted({one.kind for one in wrong}))
                    log.warning("a clause is not said: no result vouches for its %s", kinds)
                    await (self.answer("") if self._results else self._give_up_answering())
                    return None
                self._turn.emit(SayClause(clause, "free"))
                self._turn.answered(clause)
                said = f"{said} {clause}".strip()
                self._turn.state = replace(outlasting, last_answer=said, has_content=True)
                self._told = True
        if self._reading.broken_off and self._results:
            await self.answer("")
            return None
        for act in self._to_add:
            self.say(act)
        return self._reading.call

    def tell(self, text: str) -> None:
        """Say what was said before, and not heard."""
        for clause in clauses(text):
            self._turn.emit(SayClause(clause, "told again"))
        self.update(untold="")

    def repeat(self, part: str = "") -> None:
        """Say the last content again, or this part of it; it stays the last one."""
        self.say(Role.REPEAT, value=part)

    def say(self, act: str, value: str = "") -> bool:
        """One wording of an act; False, and nothing said, when its facts cannot be vouched for.

        `value`: what is repeated to the caller. Where no person can be had, none is spoken of.
        """
        before, language = self._turn.state, self.tasks.language
        offers = act in self.tasks.person_if_yes
        alone = not self.has_person and (offers or act in _ROLES) and act != Role.PERSON
        sentence = self._means.wordings.choose(act, self.tasks, alone)
        by_code = {LAST_ANSWER: value or before.last_answer, VALUE: value}
        results = {tool.name: result for tool, result in self._results}
        values = values_of(act, sentence, by_code, results, self._given, self.tasks)
        wording = without_person(sentence, language) if alone else sentence
        spoken = fill(wording, values, language)
        if spoken is None or not self._is_true(act, sentence, spoken, values):
            return False
        for clause in clauses(spoken):
            self._turn.emit(SayClause(clause, act))
        self._turn.answered(spoken, wording)
        last = f"{before.last_answer} {spoken}" if self._told else spoken
        passes = (act in PASSING and before.has_content) or act == Role.REPEAT
        self._turn.state = replace(
            before.outlasting(),
            person_offered=offers and self.has_person,
            misunderstood=before.misunderstood if act in PASSING or act == Role.REPEAT else 0,
            last_answer=before.last_answer if passes else last,
            last_act=act,
            has_content=before.has_content or not (act in PASSING or act == Role.REPEAT),
        )
        return True

    def _is_true(self, act: str, wording: str, spoken: str, values: Mapping[str, Value]) -> bool:
        grounding = grounding_of(self.tasks)
        # A wording that is a value alone, such as a quotation, states nothing beside it.
        is_value = not "".join(between_slots(wording)).strip()
        said = clauses(spoken) if values.keys() - {LAST_ANSWER} and not is_value else []
        return not any(grounding.wrong_in(act, wording, values, clause) for clause in said)

    def _allowed(self) -> list[str]:
        """The acts that fit all results of this turn; there is one at least."""
        fitting = [tool.acts_after(str(result["status"])) for tool, result in self._results]
        return [act for act in fitting[0] if all(act in acts for acts in fitting)]

    async def _give_up_answering(self) -> None:
        self.say(Role.CANNOT_SAY)
        await self.hand_over("no answer could be vouched for")

    async def hand_over(self, reason: str) -> None:
        """To a person, once the turn counts."""
        await self._turn.until_committed()
        self._turn.emit(WantsPerson(reason))
        self.is_over = True
