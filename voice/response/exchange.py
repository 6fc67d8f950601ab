"""The means of one turn: ask the model, run tools, and say what may be said."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from voice.engine_queue import Priority
from voice.identity import Caller
from voice.response.engine import Engine
from voice.response.facts import FactCheck
from voice.response.harmony import Message, ToolCall, ToolResult
from voice.response.state import Pending, State
from voice.response.steps import EndCall, HandOver, NeedsIdentity, Say, ToolCalled, ToolReturned
from voice.response.tasks import LAST_ANSWER, TaskSet, TaskTool, slots_of
from voice.response.tool_run import ToolRun, run_tool
from voice.response.tools import Tool, ToolBox
from voice.response.turn import ResponseTurn
from voice.response.values import Value, written
from voice.response.wording import Wordings, clauses, fill

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """The model's next message."""

    tool: str | None
    text: str
    probability: float
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Means:
    """What all turns of a conversation share."""

    engine: Engine
    tasks: TaskSet
    tools: ToolBox
    wordings: Wordings
    tool_timeout_seconds: float


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
        """The model's next message, read to its end."""
        text, tool, probability = "", None, 0.0
        stream = self._means.engine.reply([*self._history, self._turn.messages], priority)
        async with aclosing(stream) as deltas:  # type: ignore[type-var]
            async for delta in deltas:
                if delta.channel != "analysis":
                    text, tool, probability = text + delta.text, delta.tool, delta.probability
        return Reply(tool, text, probability, _arguments(text) if tool else {})

    # Tools

    async def use(self, tool: TaskTool, arguments: dict[str, str], confirmed: bool = False) -> bool:
        """Run a tool if it may run now; False when the turn ends here instead."""
        if tool.confirmation and not confirmed:
            self.ask_first(tool)
            return False
        if not self._identified(tool, asks_first=False):
            return False
        self._turn.messages.append(ToolCall(tool.name, arguments))
        runnable = self._means.tools.get(tool.name)
        assert runnable is not None, "checked when the session began"
        if runnable.side_effect or tool.side_effect:
            await self._turn.until_committed()
            run = await self._turn.undisturbed(self._run(tool, runnable, arguments))
        else:
            run = await self._run(tool, runnable, arguments)
        if run.result:
            return True
        self._turn.messages.pop()
        if run.unknown:
            self.say("outcome_unknown")
            await self.hand_over(f"what became of {tool.name} is unknown")
        else:
            self.say("tool_failed")
        return False

    def ask_first(self, tool: TaskTool) -> None:
        """Ask whether the tool may run, once the caller's identity is high enough for it."""
        assert tool.confirmation is not None
        if self._identified(tool, asks_first=True):
            self.say(tool.confirmation)
            self.update(awaiting_confirmation=tool.name, doubts=0)

    def _identified(self, tool: TaskTool, asks_first: bool) -> bool:
        runnable = self._means.tools.get(tool.name)
        assert runnable is not None, "checked when the session began"
        level = max(tool.identity, runnable.level)
        if self._caller().level >= level:
            return True
        self._turn.pending = Pending(tool.name, asks_first)
        self._turn.emit(NeedsIdentity(level, tool.name))
        return False

    async def _run(self, tool: TaskTool, runnable: Tool, arguments: dict[str, str]) -> ToolRun:
        """Run a tool and keep its result, if it gives one."""
        self._turn.emit(ToolCalled(tool.name, arguments))
        seconds = self._means.tool_timeout_seconds
        run = await run_tool(tool, runnable, self._caller(), arguments, seconds)
        if run.result:
            self._results.append((tool, run.result))
            self._turn.messages.append(ToolResult(tool.name, self._shown(run.result)))
        self._turn.emit(ToolReturned(tool.name, run.result, run.error, run.unknown))
        return run

    def _shown(self, result: dict[str, Value]) -> dict[str, str]:
        """A model that writes slots sees no values; they can then not come out wrong."""
        if self._means.engine.closed_answers:
            return {"status": str(result["status"])}
        return {key: written(value) for key, value in result.items()}

    # Words

    async def answer(self, act: str) -> None:
        """Say what an act says, or what the results allow instead, and do what it entails."""
        allowed = self._allowed()
        if self._results and act not in allowed:
            acts = [tool.acts_after(str(result["status"]))[0] for tool, result in self._results]
        else:
            acts = [act]
        for number, one in enumerate(acts):
            if one in self._means.tasks.hand_over_after:
                await self.hand_over("the caller asked for a person")
                return
            if not self.say(one, goes_on=number > 0):
                await self._give_up_answering()
                return
        if acts[-1] in self._means.tasks.end_call_after:
            await self._turn.until_committed()
            self._turn.emit(EndCall("the caller said goodbye"))

    async def answer_freely(self, text: str) -> None:
        """Say a text of the model's own as far as its facts stand in the results."""
        facts = FactCheck(result for _, result in self._results)
        for clause in clauses(text):
            if facts.wrong(clause):
                log.warning("a clause held facts that no tool gave")
                await (self.answer("") if self._results else self._give_up_answering())
                return
            self._turn.emit(Say(clause, "free"))
        self._turn.answered(text)
        self._turn.state = State(last_answer=text)

    def say(self, act: str, goes_on: bool = False) -> bool:
        """One wording of an act; False, and nothing said, when its facts cannot be vouched for."""
        sentence = self._means.wordings.choose(act)
        before = self._turn.state
        spoken = fill(sentence, [result for _, result in self._results], before.last_answer)
        if spoken is None or not self._is_true(sentence, spoken):
            return False
        for clause in clauses(spoken):
            self._turn.emit(Say(clause, act))
        self._turn.answered(sentence)
        last = f"{before.last_answer} {spoken}" if goes_on else spoken
        offers = act in self._means.tasks.person_if_yes
        self._turn.state = State(person_offered=offers, last_answer=last)
        return True

    def _is_true(self, sentence: str, spoken: str) -> bool:
        slots = set(slots_of(sentence))
        if not slots or slots == {LAST_ANSWER}:
            return True
        facts = FactCheck(result for _, result in self._results)
        return not any(facts.wrong(clause) for clause in clauses(spoken))

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


def _arguments(content: str) -> dict[str, str]:
    with contextlib.suppress(ValueError):
        values = json.loads(content)
        if isinstance(values, dict):
            return {str(key): str(value).strip() for key, value in values.items()}
    return {}
