"""What answers the telephone, in virtual time and in memory, with books that are always new."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from voice.calls.call import Call
from voice.calls.engines import load_engines
from voice.evaluation.callers.live_line import RATE, LiveLine
from voice.evaluation.database_changes import RowChange, changes, snapshot
from voice.evaluation.virtual_time import (
    CostTable,
    VirtualQueues,
    run_virtually,
    virtual_wall_clock,
)
from voice.evaluation.virtual_time.surroundings import Books
from voice.events import CallEvent
from voice.settings import Settings
from voice.telephony.leg import Offer

T = TypeVar("T")

CallersSide = Callable[[list[CallEvent]], tuple[LiveLine, Awaitable[T]]]
"""Given the list to which the events come: the caller's line, and what the caller does on it."""


@dataclass(frozen=True)
class HeldCall(Generic[T]):
    """One call that is over."""

    outcome: T
    """What the caller's side returned."""
    events: tuple[CallEvent, ...]
    changed: tuple[RowChange, ...]
    """Rows of the operator's books."""
    ended_by_caller: bool
    transferred_to: str
    """The person that it was handed to."""


class VirtualService:
    """Answers calls one after the other; none leaves anything behind for the next."""

    def __init__(self, settings: Settings, costs: CostTable | None, scratch: Path) -> None:
        """Loads the models; raises ModelError or ConfigError.

        The databases of the `settings` lie in `scratch`, as virtual_time.surroundings has them.
        """
        self._settings = settings
        self._books = Books(scratch)
        self._books.open_anew()
        self._engines = run_virtually(load_engines(settings, VirtualQueues(costs)))

    def hold(self, offer: Offer, side: CallersSide[T]) -> HeldCall[T]:
        """One call, from its answer to its end; `side` is made on the loop of virtual time."""
        events: list[CallEvent] = []
        self._books.open_anew()
        before = snapshot(self._settings.demo.database)
        self._engines.voices.forget()
        outcome, line = run_virtually(self._answered(offer, side, events))
        # A pipeline is full of cycles: without this, memory grows for hundreds of calls.
        gc.collect()
        changed = changes(before, snapshot(self._settings.demo.database))
        return HeldCall(
            outcome, tuple(events), tuple(changed), line.ended_by_caller, line.transferred_to
        )

    async def _answered(
        self, offer: Offer, side: CallersSide[T], events: list[CallEvent]
    ) -> tuple[T, LiveLine]:
        """What the caller returns, who is cut off from the line behind that, and the line."""
        line, caller = side(events)
        call = Call(line, offer, self._settings, self._engines, [events.append], virtual_wall_clock)
        running = asyncio.create_task(call.run())
        try:
            return await caller, line
        finally:
            line.hang_up()
            await running

    def close(self) -> None:
        """End the engines' threads."""
        self._engines.close()


def offer_from(number: str | None, call_id: str) -> Offer:
    """A call from a number that a trusted trunk vouches for; withheld where there is none."""
    return Offer(
        call_id=call_id,
        caller_number=number or None,
        caller_display="",
        called="evaluation",
        sample_rate=RATE,
        identity="claimed" if number else "unknown",
    )
