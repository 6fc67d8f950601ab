"""Idempotency keys: by which the other side knows that what comes twice is one act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4


class ActKeys:
    """One key for each act of a conversation.

    An act of which nobody knows what became keeps its key: asked for again, it is the same one.
    """

    def __init__(self, make: Callable[[], str] = lambda: str(uuid4())) -> None:
        self._make = make
        self._open: dict[tuple[str, frozenset[tuple[str, Any]]], str] = {}

    def of(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """The key of an act that begins."""
        act = (tool, frozenset(arguments.items()))
        return self._open.setdefault(act, self._make())

    def settle(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """What became of the act is known: the next one is another."""
        self._open.pop((tool, frozenset(arguments.items())), None)
