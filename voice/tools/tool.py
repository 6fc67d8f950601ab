"""Tools: what the assistant can look up and do for a caller."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from voice.errors import ConfigError
from voice.identity import IdentityLevel
from voice.tasks import ArgumentValue, TaskSet, TaskTool

T = TypeVar("T")
Arguments = Mapping[str, ArgumentValue]
"""What a tool is called with, by the names that its task gives."""
_KEY = "idempotency_key"
"""By which name a function takes it."""


Work = Callable[..., Awaitable[T] | T]
"""A function of a Caller and the Arguments, which the operator wrote.

If it has a parameter `idempotency_key`, it is also told by that name which act it belongs to: two
calls with one key are one act, and whatever it changes is to be changed once.
"""


@dataclass(frozen=True)
class Tool:
    """One thing that can be looked up or done for a caller."""

    name: str
    level: IdentityLevel
    """The least identity that it needs."""
    side_effect: bool
    """Whether it changes anything; such a tool runs only once the caller's turn is certain."""
    run: Work[dict[str, Any]]
    """Does it, within the tool's deadline, and gives a dict of Values with a `status`. A plain
    function may block, an `async` one must not."""
    outcome: Work[dict[str, Any] | None] | None = None
    """Asked after a `run` with a side effect that failed or gave no answer: what `run` would have
    given if it did its work, {} if it did nothing, None if that cannot be told."""
    source: str = "package"
    """Whose it is, as the audit has it."""
    as_json: bool = False
    """It gives values as JSON has them, to be read as its task names their kinds."""
    fits: Callable[[TaskTool], None] | None = None
    """Raises ConfigError when the task has arguments or values that it cannot serve."""

    def __post_init__(self) -> None:
        """Raise TypeError for what would fail no earlier than in a call."""
        if not isinstance(self.level, IdentityLevel):
            raise TypeError(f"tool {self.name}: level: expected an IdentityLevel")
        if not callable(self.run):
            raise TypeError(f"tool {self.name}: run: expected a function")


class ToolBox:
    """The tools of an installation."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self.closing: Callable[[], Awaitable[None]] | None = None
        """Ends what the tools keep open."""
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise ConfigError(f"tools: two are called {tool.name}")
            self._tools[tool.name] = tool

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def with_tool(self, tool: Tool) -> ToolBox:
        """These and one more; raises ConfigError when there is one of its name.

        What is kept open stays with the first box.
        """
        return ToolBox([*self, tool])

    async def aclose(self) -> None:
        """End what the tools keep open, such as the servers that were started for them."""
        if self.closing is not None:
            await self.closing()

    def get(self, name: str) -> Tool | None:
        """The tool of this name."""
        return self._tools.get(name)

    def require(self, tasks: TaskSet) -> None:
        """Raise ConfigError unless every task's tool is there and agrees with its task.

        Tools that only undo what others did may be missing.
        """
        for task in tasks.tasks:
            wanted = task.tool
            if wanted is None:
                continue
            tool = self._tools.get(wanted.name)
            if tool is None and wanted.name in tasks.undoing:
                continue
            if tool is None:
                there = ", ".join(self._tools) or "none"
                reason = f"there is no tool {wanted.name}; those of [tools] are {there}"
                raise ConfigError(f"tasks: {task.name}: {reason}")
            if (wanted.confirmation or wanted.side_effect) and not tool.side_effect:
                raise ConfigError(f"tasks: {wanted.name} should have a side effect, but only reads")
            if tool.fits is not None:
                tool.fits(wanted)


def with_key(work: Work[T], key: str) -> Work[T]:
    """A tool's function with the idempotency key of the act, where it takes one."""
    try:
        takes_key = _KEY in inspect.signature(work).parameters
    except (ValueError, TypeError):  # of some that are not written in Python
        takes_key = False
    return partial(work, idempotency_key=key) if takes_key else work
