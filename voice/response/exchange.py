"""The means of one turn: ask the model, run tools, and say what may be said."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from voice.engine_queue import Priority
from voice.identity import Caller
from voice.languages import Language
from voice.response.engine import Model
from voice.response.facts import FactCheck
from voice.response.harmony import Message, ToolCall, ToolResult
from voice.response.reading import Reading, Reply
from voice.response.state import Act, Pending, Question, State
from voice.response.steps import (
    EndCall,
    HandOver,
    NeedsIdentity,
    Say,
    ToolCalled,
    ToolReturned,
    Waits,
)
from voice.response.tasks import LAST_ANSWER, TaskSet, TaskTool, slots_of
from voice.response.tool_run import ToolRun, run_tool
from voice.response.tools import Tool, ToolBox
from voice.response.turn import ResponseTurn
from voice.response.values import Value, written
from voice.response.wording import Wordings, clauses, fill

log = logging.getLogger(__name__)

SecondThoughts = Callable[[], Awaitable[None]]
"""Returns once what was said has been heard to its end and the caller had the time to object."""


@dataclass(frozen=True)
class Means:
    """What all turns of a conversation share."""

    model: Model
    tasks: TaskSet
    tools: ToolBox
    wordings: Wordings
    tool_timeout_seconds: float
    has_person: bool = False
    """Whether the call can be handed over to a person."""
    second_thoughts: SecondThoughts | None = None
    """Waited for between a yes and the act; without one the act runs at once."""


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
        self._results: list[tuple[TaskTool, dict[str, Value]]] = []
        self._to_add: list[str] = []
        """Acts that are said behind the answer."""
        self._reading: Reading | None = None

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

    @property
    def state(self) -> State:
        """The conversation's state as of this turn."""
        return self._turn.state

    def update(self, **changes: object) -> None:
        """Change the state that the conversation will have after this turn."""
        self._turn.state = replace(self._turn.state, **changes)  # type: ignore[arg-type]

    async def reply(self, priority: Priority) -> Reply:
        """The model's next message; what was left of the one before is not written."""
        await self.aclose()
        pieces = self._means.model.reply([*self._history, self._turn.messages], priority)
        self._reading = Reading(pieces, self._means.tasks.may_become_act)
        return await self._reading.begin()

    # Tools

    async def use(
        self, tool: TaskTool, arguments: Mapping[str, str], confirmed: bool = False
    ) -> bool:
        """Run a tool if it may run now; False when the turn ends here instead."""
        act = Act(tool.name, arguments)
        if tool.confirmation and not confirmed:
            self.ask_first(act)
            return False
        if not self._identified(act, asks_first=False):
            return False
        arguments = dict(arguments)
        self._turn.messages.append(ToolCall(tool.name, arguments))
        runnable = self._means.tools.get(tool.name)
        assert runnable is not None, "checked when the session began"
        if runnable.side_effect or tool.side_effect:
            await self._turn.until_committed()
            run = await self._turn.undisturbed(self._run(tool, runnable, arguments))
        else:
            run = await self._run(tool, runnable, arguments)
        if run.result:
            self._keep_in_mind(act, str(run.result["status"]))
            return True
        self._turn.messages.pop()
        if run.unknown:
            self.say("outcome_unknown")
            await self.hand_over(f"what became of {tool.name} is unknown")
        else:
            self.say("tool_failed")
        return False

    def _keep_in_mind(self, act: Act, status: str) -> None:
        """What was done is told even to who interrupts, and can be undone where that is offered."""
        tool = self._means.tasks.tools[act.tool]
        self._turn.has_acted = tool.confirmation is not None
        undo = tool.undo
        if undo and status in undo.after and self._means.tools.get(undo.tool):
            self.update(done=act)
            self._to_add.append(undo.told)
        elif act.tool in self._means.tasks.undoing:
            self.update(done=None)

    def ask_first(self, act: Act) -> None:
        """Ask whether an act may happen, once the caller's identity is high enough for it."""
        tool = self._means.tasks.tools[act.tool]
        assert tool.confirmation is not None
        if self._identified(act, asks_first=True):
            self.say(tool.confirmation)
            self.update(question=Question(act))

    def ask_again(self, question: Question) -> None:
        """Ask the same in other words; what was agreed to so far counts no more."""
        tool = self._means.tasks.tools[question.act.tool]
        again = tool.unclear or tool.confirmation
        assert again is not None
        self.say(again)
        self.update(question=replace(question, heard=True, agreed=""))

    async def give_time_to_object(self, question: Question, agreed: str) -> None:
        """Say what is about to happen; goes on when nothing was said against it.

        Whoever does speak stops this turn; the question is then open, with what was `agreed`.
        """
        wait = self._means.second_thoughts
        if wait is None:
            return
        begins = self._means.tasks.tools[question.act.tool].begins
        if begins and not question.agreed:
            self.say(begins)
        self.update(question=replace(question, heard=False, agreed=agreed))
        self._turn.emit(Waits())
        await self._turn.until_committed()
        await wait()

    def _identified(self, act: Act, asks_first: bool) -> bool:
        tool, runnable = self._means.tasks.tools[act.tool], self._means.tools.get(act.tool)
        assert runnable is not None, "checked when the session began"
        level = max(tool.identity, runnable.level)
        if self._caller().level >= level:
            return True
        self._turn.pending = Pending(act, asks_first)
        self._turn.emit(NeedsIdentity(level, tool.name))
        return False

    async def _run(self, tool: TaskTool, runnable: Tool, arguments: dict[str, str]) -> ToolRun:
        """Run a tool and keep its result, if it gives one."""
        self._turn.emit(ToolCalled(tool.name, arguments))
        seconds = self._means.tool_timeout_seconds
        run = await run_tool(tool, runnable, self._caller(), arguments, seconds)
        if run.result:
            self._results.append((tool, run.result))
            language = self._means.tasks.language
            shown = {key: written(value, language) for key, value in run.result.items()}
            self._turn.messages.append(ToolResult(tool.name, shown))
        self._turn.emit(ToolReturned(tool.name, run.result, run.error, run.unknown))
        return run

    @property
    def has_person(self) -> bool:
        """Whether the call can be handed over to a person."""
        return self._means.has_person

    # Words

    async def answer(self, act: str) -> None:
        """Say what an act says, or what the results allow instead, and do what it entails."""
        allowed = self._allowed()
        if self._results and act not in allowed:
            acts = [tool.acts_after(str(result["status"]))[0] for tool, result in self._results]
        else:
            acts = [act]
        for number, one in enumerate((*acts, *self._to_add)):
            if one in self._means.tasks.hand_over_after:
                await self.hand_over("the caller asked for a person")
                return
            if not self.say(one, goes_on=number > 0):
                await self._give_up_answering()
                return
        if acts[-1] in self._means.tasks.end_call_after:
            await self._turn.until_committed()
            self._turn.emit(EndCall("the caller said goodbye"))

    async def answer_freely(self) -> Reply | None:
        """Say the model's own text, clause by clause, as far as its facts stand in the results.

        Returns the call that the model wrote behind it. A clause with other facts is not said, and
        nothing after it: what the results allow is said instead.
        """
        assert self._reading is not None, "a reply was read before"
        facts = FactCheck([result for _, result in self._results], self._means.tasks.language)
        done, said = self.state.done, ""
        async with aclosing(self._reading.clauses()) as coming:
            async for clause in coming:
                if facts.wrong(clause):
                    log.warning("a clause held facts that no tool gave")
                    await (self.answer("") if self._results else self._give_up_answering())
                    return None
                self._turn.emit(Say(clause, "free"))
                self._turn.answered(clause)
                said = f"{said} {clause}".strip()
                self._turn.state = State(last_answer=said, done=done)
        if self._reading.broken_off and self._results:
            await self.answer("")
            return None
        for act in self._to_add:
            self.say(act, goes_on=True)
        return self._reading.call

    def tell(self, text: str) -> None:
        """Say what was said before, and not heard."""
        for clause in clauses(text):
            self._turn.emit(Say(clause, "told again"))
        self.update(untold="")

    def say(self, act: str, goes_on: bool = False) -> bool:
        """One wording of an act; False, and nothing said, when its facts cannot be vouched for."""
        sentence = self._means.wordings.choose(act)
        before = self._turn.state
        values = self._values(act, sentence)
        language = self._means.tasks.language
        spoken = fill(sentence, values, language)
        if spoken is None or (
            values.keys() - {LAST_ANSWER} and not _is_true(spoken, values, language)
        ):
            return False
        for clause in clauses(spoken):
            self._turn.emit(Say(clause, act))
        self._turn.answered(spoken, sentence)
        last = f"{before.last_answer} {spoken}" if goes_on else spoken
        offers = act in self._means.tasks.person_if_yes
        self._turn.state = State(person_offered=offers, last_answer=last, done=before.done)
        return True

    def _values(self, act: str, sentence: str) -> dict[str, Value]:
        """What the slots of an act stand for, each from the tool that it belongs to."""
        results = {tool.name: result for tool, result in self._results}
        values: dict[str, Value] = {}
        for slot in slots_of(sentence):
            if slot == LAST_ANSWER:
                values[slot] = self.state.last_answer
                continue
            tool, key = self._means.tasks.source(act, slot)
            if key in results.get(tool, {}):
                values[slot] = results[tool][key]
        return values

    def _allowed(self) -> list[str]:
        """The acts that fit all results of this turn."""
        fitting = [tool.acts_after(str(result["status"])) for tool, result in self._results]
        first = fitting[0] if fitting else ()
        return [act for act in first if all(act in acts for acts in fitting)]

    async def _give_up_answering(self) -> None:
        self.say("cannot_say")
        await self.hand_over("no answer could be vouched for")

    async def hand_over(self, reason: str) -> None:
        """To a person, once the turn counts."""
        await self._turn.until_committed()
        self._turn.emit(HandOver(reason))


def _is_true(spoken: str, values: Mapping[str, Value], language: Language) -> bool:
    facts = FactCheck([values], language)
    return not any(facts.wrong(clause) for clause in clauses(spoken))
