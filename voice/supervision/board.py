"""The board: all running calls and those of the last hours, bounded, with a count of its changes.

Every change has a position. A page says up to which position it knows the board and learns what
changed since; so it cannot miss a change or see one twice, however long it was away, and nothing is
kept for pages that do not read.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from voice.events import CallEvent, Transferred
from voice.feed import SoundCount
from voice.supervision.supervised_call import SupervisedCall

MOST_ENDED = 300
"""Calls that are over and still on the board."""
MOST_RUNNING = 2000
"""Beyond what any installation can hold: a fault elsewhere must not fill the memory."""
LOST_SECONDS = 3600.0
"""A call without any event for so long is taken as over: its process has died."""


class Board:
    """Takes events; pages wait on `changed` and ask for what is new."""

    def __init__(
        self,
        history_hours: float,
        tasks: dict[str, str] | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.run = secrets.token_hex(4)
        """Names this count of changes; another process begins another one."""
        self.position = 0
        self._history = history_hours * 3600
        self._tasks = tasks or {}
        self._wall = wall
        self._calls: OrderedDict[str, SupervisedCall] = OrderedDict()
        self._heard: dict[str, float] = {}
        self._handed_over: set[str] = set()
        self._waiting: set[asyncio.Event] = set()

    def call(self, call_id: str) -> SupervisedCall | None:
        """A call on the board."""
        return self._calls.get(call_id)

    def calls(self) -> list[SupervisedCall]:
        """All calls on the board."""
        return list(self._calls.values())

    def apply(self, event: CallEvent) -> None:
        """Take an event, of a call in any order of calls, known or new."""
        call = self._calls.get(event.call_id)
        if call is None:
            call = SupervisedCall(event.call_id, self._tasks)
            self._calls[event.call_id] = call
        self._heard[event.call_id] = self._wall()
        if call.apply(event, self.position + 1):
            if isinstance(event, Transferred) and event.ok:
                self._handed_over.add(event.call_id)
            self._change()
        if not call.running or len(self._calls) > MOST_RUNNING + MOST_ENDED:
            self.forget_old()

    def count(self, count: SoundCount) -> None:
        """Take what the edge counted."""
        call = self._calls.get(count.call_id)
        if call and call.count_packets(count.received, count.lost, count.late, self.position + 1):
            self._change()

    def end_silently(self, call_id: str) -> None:
        """A running call's process is gone."""
        call = self._calls.get(call_id)
        if call is not None and call.running:
            call.end_silently(self.position + 1)
            self._change()

    def forget_old(self) -> None:
        """Let go of calls that are over for too long, or too many."""
        now = self._wall()
        for call_id, call in tuple(self._calls.items()):
            if call.running and now - self._heard[call_id] > LOST_SECONDS:
                self.end_silently(call_id)
        ended = [call for call in self._calls.values() if not call.running]
        ended.sort(key=lambda call: call.ended or 0.0)
        old = [call for call in ended if now - (call.ended or 0.0) > self._history]
        for call in {*old, *ended[: max(0, len(ended) - MOST_ENDED)]}:
            self._forget(call.call_id)
        while len(self._calls) > MOST_RUNNING + MOST_ENDED:
            self._forget(next(iter(self._calls)))

    def changes_since(self, run: str, position: int) -> dict[str, Any]:
        """The rows that changed, which calls there still are, and the totals."""
        known = position if run == self.run else 0
        return {
            "run": self.run,
            "position": self.position,
            "calls": [call.summary() for call in self._calls.values() if call.position > known],
            "kept": list(self._calls),
            "totals": self._totals(),
            "now": self._wall(),
        }

    async def news(self, position: int) -> None:
        """Wait until the board has changed since."""
        changed = asyncio.Event()
        self._waiting.add(changed)
        try:
            if self.position <= position:
                await changed.wait()
        finally:
            self._waiting.discard(changed)

    def _forget(self, call_id: str) -> None:
        del self._calls[call_id]
        self._heard.pop(call_id, None)
        self._handed_over.discard(call_id)
        self._change()

    def _change(self) -> None:
        self.position += 1
        for changed in self._waiting:
            changed.set()

    def _totals(self) -> dict[str, Any]:
        calls = self._calls.values()
        latencies = sorted(value for call in calls for value in call.latencies_ms)
        return {
            "running": sum(call.running for call in calls),
            "calls": len(calls),
            "transferred": len(self._handed_over),
            "trouble": sum(call.in_trouble for call in calls),
            "latency_median_ms": round(statistics.median(latencies)) if latencies else None,
            "latency_p95_ms": (
                round(latencies[min(len(latencies) - 1, int(len(latencies) * 0.95))])
                if latencies
                else None
            ),
        }
