"""The header lines of a message, by name; adding one costs the same however many there are."""

from __future__ import annotations

from collections.abc import Iterable

HeaderList = Iterable[tuple[str, str]]


class Headers:
    """Names are compared without regard to case and keep the place where they first stood."""

    def __init__(self, values: HeaderList = ()) -> None:
        self._lines: dict[str, tuple[str, list[str]]] = {}
        for name, value in values:
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        """One more line."""
        self._lines.setdefault(name.lower(), (name, []))[1].append(value)

    def get(self, name: str) -> str | None:
        """The value of the first line of this name, if any."""
        values = self.getlist(name)
        return values[0] if values else None

    def getlist(self, name: str) -> list[str]:
        """The values of all lines of this name."""
        return self._lines.get(name.lower(), (name, []))[1]

    def setlist(self, name: str, values: list[str]) -> None:
        """Lines of this name in place of those that stand there."""
        kept, _ = self._lines.get(name.lower(), (name, []))
        self._lines[name.lower()] = (kept, values)

    def __str__(self) -> str:
        lines = (
            f"{name}: {value}\r\n" for name, values in self._lines.values() for value in values
        )
        return "".join((*lines, "\r\n"))
