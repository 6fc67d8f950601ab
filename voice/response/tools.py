"""Tools: what the assistant can look up and do for a caller.

A package of tools is an entry point of the group `voice.tools`: a function that takes the Settings
and gives a ToolBox, and beside it what establishes who calls.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from voice.errors import ConfigError
from voice.identity import Caller, IdentityLevel
from voice.response.values import Value
from voice.tasks import TaskSet

T = TypeVar("T")
Work = Callable[[Caller, dict[str, Any]], Awaitable[T] | T]
"""A function of a caller and the arguments as the task has them typed, which the operator wrote."""


@dataclass(frozen=True)
class Tool:
    """One thing that can be looked up or done for a caller."""

    name: str
    level: IdentityLevel
    """The least identity that it needs."""
    side_effect: bool
    """Whether it changes anything; such a tool runs only once the caller's turn is certain."""
    run: Work[dict[str, Value]]
    """Does it, within the tool's deadline. A plain function may block, an `async` one must not."""
    outcome: Work[dict[str, Value] | None] | None = None
    """Asked after a `run` with a side effect that failed or gave no answer: what `run` would have
    given if it did its work, {} if it did nothing, None if that cannot be told."""


class ToolBox:
    """The tools of an installation."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise ConfigError(f"tools: two are called {tool.name}")
            self._tools[tool.name] = tool

    def get(self, name: str) -> Tool | None:
        """The tool of this name."""
        return self._tools.get(name)

    def require(self, tasks: TaskSet) -> None:
        """Raise ConfigError unless every task's tool is there and agrees with its task.

        Tools that only undo what others did may be missing.
        """
        for wanted in tasks.tools.values():
            tool = self._tools.get(wanted.name)
            if tool is None and wanted.name in tasks.undoing:
                continue
            if tool is None:
                raise ConfigError(f"tasks: there is no tool {wanted.name}")
            if (wanted.confirmation or wanted.side_effect) and not tool.side_effect:
                raise ConfigError(f"tasks: {wanted.name} should have a side effect, but only reads")
