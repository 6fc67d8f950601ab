"""A progress that shows nothing."""

from __future__ import annotations


class Told:
    """Remembers what was told, and stops the run at a line."""

    def __init__(self, stop: str = "-") -> None:
        self.lines: list[str] = []
        self.stretches: list[str] = []
        self._stop = stop

    def began(self, what: str, total: int) -> None:
        self.stretches.append(what)

    def advanced(self, steps: int = 1) -> None:
        pass

    def told(self, line: str) -> None:
        self.lines.append(line)
        if line.startswith(self._stop):
            raise KeyboardInterrupt
