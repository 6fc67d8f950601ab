"""What a tuning tells while it runs."""

from __future__ import annotations

from typing import Protocol


class RunProgress(Protocol):
    """Watches a long run, for instance as a bar."""

    def began(self, what: str, total: int) -> None:
        """A stretch of so many steps begins; the one before is over."""

    def advanced(self, steps: int = 1) -> None:
        """So many further steps are done."""

    def told(self, line: str) -> None:
        """Something worth a line."""
