"""One run of a tool: what goes in, its deadline, its failure, and what became of a change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voice.events import HIDDEN, ToolOutcome
from voice.foreign_code import ForeignError, call_foreign
from voice.identity import Caller
from voice.tasks import TaskTool, checked_arguments
from voice.tools.results import UnexpectedResult, Value, checked, from_json
from voice.tools.tool import Arguments, Tool, Work, with_key

log = logging.getLogger(__name__)

Audit = Callable[..., None]
"""Takes the values of a `ToolUsed` event by their names; must return at once."""


@dataclass(frozen=True)
class ToolRun:
    """What a run came to."""

    result: dict[str, Value]
    """Empty when there is none."""
    error: str = ""
    """Class and id of what went wrong, if something did."""
    outcome: ToolOutcome = "done"

    @property
    def unknown(self) -> bool:
        """Whether a change was made cannot be told."""
        return self.outcome == "unknown"


async def run_tool(
    task: TaskTool,
    tool: Tool,
    caller: Caller,
    arguments: Mapping[str, object],
    seconds: float,
    key: str,
    audit: Audit | None = None,
) -> ToolRun:
    """Run a tool for at most so many seconds, and as many again to look up what it changed.

    `key` is the act's idempotency key. Never raises for what the tool does. A change that failed or
    gave no answer may have been made all the same, so it counts as not made only where the tool
    says so itself, or its lookup does and the run is over. `audit` hears of every run, also of one
    that is cancelled.
    """
    clock = asyncio.get_running_loop().time
    began, run = clock(), ToolRun({}, outcome="dropped")
    try:
        run = await _Asked(task, tool, caller, seconds, key).run(arguments)
    finally:
        if audit is not None:
            audit(
                tool=tool.name,
                source=tool.source,
                customer=caller.customer,
                level=caller.level.name.lower(),
                arguments={name: _shown(task, name, value) for name, value in arguments.items()},
                outcome=run.outcome,
                error=run.error,
                duration_ms=round((clock() - began) * 1000, 1),
                key=key,
            )
    return run


def _shown(task: TaskTool, name: str, value: object) -> str:
    argument = (task.arguments or {}).get(name)
    return HIDDEN if argument is not None and argument.secret else str(value)


@dataclass(frozen=True)
class _Asked:
    """A tool, asked to run or what became of it."""

    task: TaskTool
    tool: Tool
    caller: Caller
    seconds: float
    key: str

    async def run(self, arguments: Mapping[str, object]) -> ToolRun:
        task, tool = self.task, self.tool
        try:
            fitting = checked_arguments(task, arguments)
        except ValueError as error:
            log.error("tool %s: not called: %s", tool.name, error)
            return ToolRun({}, f"refused: {error}", "refused")
        try:
            result = await self._by(f"tool {tool.name}", tool.run, fitting)
            return ToolRun(self._read(result))
        except (ForeignError, UnexpectedResult) as error:
            failure = error
            if isinstance(error, UnexpectedResult):
                log.error("tool gave an unexpected result: %s", error)
        note = failure.reason
        if not (tool.side_effect or task.side_effect):
            return ToolRun({}, note, "failed")
        if isinstance(failure, ForeignError) and failure.nothing_done:
            return ToolRun({}, note, "not done")
        found = await self._what_became(fitting)
        if found:
            return ToolRun(found, note)
        may_still_happen = isinstance(failure, ForeignError) and failure.timed_out
        return ToolRun({}, note, "unknown" if found is None or may_still_happen else "not done")

    async def _by(self, name: str, work: Work[Any], arguments: Arguments) -> object:
        """What a function of the tool gives; raises ForeignError."""
        function = with_key(work, self.key)
        return await call_foreign(name, self.seconds, function, self.caller, dict(arguments))

    def _read(self, result: object) -> dict[str, Value]:
        """The result as the task has it; raises UnexpectedResult."""
        if self.tool.as_json and isinstance(result, dict):
            result = from_json(self.task, result)
        return checked(self.task, result)

    async def _what_became(self, arguments: Arguments) -> dict[str, Value] | None:
        """What the tool's lookup says: the result, {} for nothing done, None for not known."""
        if self.tool.outcome is None:
            return None
        try:
            found = await self._by(f"outcome of {self.tool.name}", self.tool.outcome, arguments)
            return {} if found == {} else None if found is None else self._read(found)
        except (ForeignError, UnexpectedResult):
            return None
