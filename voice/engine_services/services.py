"""Which engines' work services do, and who is told when one is left alone or used again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from voice.engine_services.link import Change

Listener = Callable[[Change], None]
"""Takes each change as it happens; must return at once."""


class Services:
    """Those of one process; none where all engines are local."""

    def __init__(self) -> None:
        self.engines: list[str] = []
        """Whose work is done by a service."""
        self._away: dict[str, str] = {}
        self._listeners: list[Listener] = []

    def is_used(self, engine: str) -> bool:
        """Whether its service is not left alone now."""
        return engine not in self._away

    def tell(self, change: Change) -> None:
        """Take and pass on what happens to a service."""
        if change.reason:
            self._away[change.engine] = change.reason
        else:
            self._away.pop(change.engine, None)
        for listener in list(self._listeners):
            listener(change)

    @contextlib.contextmanager
    def followed(self, listener: Listener) -> Iterator[None]:
        """Tell this one, too; at once of each service that is left alone now."""
        for engine, reason in self._away.items():
            listener(Change(engine, reason))
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)
