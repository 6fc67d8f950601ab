"""Which services a process uses, and who is told when one is left alone or used again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from voice.engine_services.link import Change, ServiceLink

Listener = Callable[[Change], None]
"""Takes each change as it happens; must return at once."""


class Services:
    """The links of one process, by their engines; none where all engines are local."""

    def __init__(self) -> None:
        self.links: list[ServiceLink] = []
        self._listeners: list[Listener] = []

    def add(self, link: ServiceLink) -> ServiceLink:
        """Use a service."""
        self.links.append(link)
        return link

    def tell(self, change: Change) -> None:
        """Pass on what a link says."""
        for listener in list(self._listeners):
            listener(change)

    @contextlib.contextmanager
    def followed(self, listener: Listener) -> Iterator[None]:
        """Tell this one, too; at once of each service that is left alone now."""
        for link in self.links:
            if link.reason:
                listener(Change(link.engine, link.reason))
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)
