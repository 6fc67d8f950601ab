"""Leaves a server alone that has failed again and again, and tries it once in a while."""

from __future__ import annotations

from collections.abc import Callable


class CircuitBreaker:
    """Closed until `failures` in a row; then open, but for one trial every `rest_seconds`."""

    def __init__(self, failures: int, rest_seconds: float, clock: Callable[[], float]) -> None:
        self._most = failures
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._failures = 0
        self._next_trial = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the server is left alone."""
        return self._failures >= self._most

    def admits(self) -> bool:
        """Whether the server may be asked now; while it is open, whoever may makes the trial."""
        if not self.is_open:
            return True
        if self._clock() < self._next_trial:
            return False
        self._next_trial = self._clock() + self._rest_seconds
        return True

    def succeeded(self) -> None:
        """The server answered."""
        self._failures = 0

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        self._next_trial = self._clock() + self._rest_seconds
