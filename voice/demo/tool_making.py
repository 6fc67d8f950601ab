"""Makes tools of plain functions over a company's books.

Such a function takes the books, the caller and the tool's arguments by name, and may block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from voice.foreign_code import off_loop
from voice.identity import Caller, IdentityLevel
from voice.tools import Tool, Value

Books = TypeVar("Books")
Work = Callable[..., dict[str, Value]]


class Maker(Generic[Books]):
    """Makes the tools of one company."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def reading(self, name: str, level: IdentityLevel, work: Work) -> Tool:
        """A tool that only looks something up."""
        return Tool(name, level, False, self._checked(name, level, work))

    def changing(
        self, name: str, level: IdentityLevel, work: Work, outcome: Work | None = None
    ) -> Tool:
        """A tool that changes something; `outcome` says what became of a change."""

        def look_up(caller: Caller, arguments: Mapping[str, Any]) -> dict[str, Value]:
            assert outcome is not None
            return outcome(self._books, caller, **arguments)

        run = self._checked(name, level, work)
        return Tool(name, level, True, run, look_up if outcome else None)

    def _checked(self, name: str, level: IdentityLevel, work: Work) -> Any:
        async def run(caller: Caller, arguments: Mapping[str, Any]) -> dict[str, Value]:
            if caller.level < level:
                raise PermissionError(f"{name} needs a caller who is {level.name.lower()}")
            return await off_loop(name, work, self._books, caller, **arguments)

        return run
