"""One run of a tool: its deadline, its failure, and what became of what it was to change."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from voice.foreign_code import ForeignError, call_foreign
from voice.identity import Caller
from voice.response.tools import Tool
from voice.response.values import UnexpectedResult, Value, checked
from voice.tasks import ArgumentValue, TaskTool

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ToolRun:
    """What a run came to."""

    result: dict[str, Value]
    """Empty when there is none."""
    error: str = ""
    """Class and id of what went wrong, if something did."""
    unknown: bool = False
    """Whether a change was made cannot be told."""


async def run_tool(
    task: TaskTool, tool: Tool, caller: Caller, arguments: dict[str, ArgumentValue], seconds: float
) -> ToolRun:
    """Run a tool for at most so many seconds, and as many again to look up what it changed.

    Never raises for what the tool does. A change that failed or gave no answer may have been made
    all the same, so it counts as not made only where the tool's lookup says so and the run is over.
    """
    name = f"tool {tool.name}"
    try:
        result = await call_foreign(name, seconds, tool.run, caller, arguments)
        return ToolRun(checked(task, result))
    except (ForeignError, UnexpectedResult) as error:
        failure = error
        if isinstance(error, UnexpectedResult):
            log.error("tool gave an unexpected result: %s", error)
    note = failure.reason
    if not (tool.side_effect or task.side_effect):
        return ToolRun({}, note)
    found = await _outcome(task, tool, caller, arguments, seconds)
    if found:
        return ToolRun(found, note)
    may_still_happen = isinstance(failure, ForeignError) and failure.timed_out
    return ToolRun({}, note, unknown=found is None or may_still_happen)


async def _outcome(
    task: TaskTool, tool: Tool, caller: Caller, arguments: dict[str, ArgumentValue], seconds: float
) -> dict[str, Value] | None:
    """What the tool's lookup says: the result, {} for nothing done, None for not known."""
    if tool.outcome is None:
        return None
    try:
        name = f"outcome of {tool.name}"
        found = await call_foreign(name, seconds, tool.outcome, caller, arguments)
        return found if found is None or found == {} else checked(task, found)
    except (ForeignError, UnexpectedResult):
        return None
