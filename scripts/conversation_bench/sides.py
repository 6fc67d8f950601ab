"""The two sides of the comparison as something to call: ours and stock, at one pause setting each.

Both are behind the same edge on the same machine with the same models; a side runs only while it
is called, so that neither takes anything from the other.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from conversation_bench.stock.service import StockService
from conversation_bench.wire_caller import WireCall, WireCaller
from conversation_bench.wire_turns import JudgedTurn, by_events, by_packets, events_of
from conversation_bench.wire_words import WireTurn, WireWords
from voice.evaluation.demo_operator import KnownCustomer, open_books
from voice.evaluation.measured_call import read_events
from voice.evaluation.trial_service import TrialService
from voice.events import FinalTranscript
from voice.models import ModelsAtHand
from voice.settings.turns import Turns

SideName = Literal["ours", "stock"]
PAUSES_MS: dict[SideName, tuple[int, ...]] = {
    "ours": (280, 360, 460, Turns().end_ms, 720),
    "stock": (200, 300, 450, 600, 800),
}
"""Ours: `turns.end_ms`, and in proportion to it the pauses behind sure and doubted words, not those
behind open ones; stock: `stop_secs` of its VAD, behind which its smart-turn decides."""
DEFAULT_PAUSE_MS: dict[SideName, int] = {"ours": Turns().end_ms, "stock": 200}
ASKS_PIN = "How much is my bill?"
TRUSTED = '\n[[sip.trunks]]\nname = "carrier"\nnetworks = ["127.0.0.0/8"]\ntrusted = true\n'
SETTINGS = 'log_level = "warning"\n[supervision]\nenabled = false\n[sip]\nlisten = "127.0.0.1:0"\n'
_numbers = itertools.count()


@dataclass(frozen=True)
class Side:
    """One side that runs."""

    name: SideName
    pause_ms: int
    uri: str
    asks_pin: bool
    records: Path | None
    """Where events are written; None where there are none."""
    customers: list[KnownCustomer]
    settings: tuple[str, ...]
    """What it runs with, to be printed."""

    def judged(self, call: WireCall) -> list[JudgedTurn]:
        """The turns of a call to this side."""
        if self.records is None:
            return by_packets(call)
        return by_events(call, events_of(self.records, call))

    def readings(self) -> list[FinalTranscript]:
        """What was understood in all calls to this side, as far as it writes events."""
        files = sorted(self.records.glob("*/events.jsonl")) if self.records else []
        events = (event for file in files for event in read_events(file))
        return [event for event in events if isinstance(event, FinalTranscript)]


@asynccontextmanager
async def running(
    name: SideName, pause_ms: int, models: ModelsAtHand, folder: Path
) -> AsyncIterator[Side]:
    """Start a side; it is stopped behind the context."""
    own = folder / f"{name}-{next(_numbers)}"
    own.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        if name == "ours":
            pauses = _pauses(pause_ms)
            settings = f"{SETTINGS}[turns]\n" + "\n".join(pauses) + "\n"
            service = await stack.enter_async_context(TrialService(own, settings, models=models))
            customers = open_books(service.database, seed=1)
            set_to = f"[turns] {', '.join(pauses)}; defaults otherwise"
            yield Side(name, pause_ms, service.uri, True, service.records, customers, (set_to,))
        else:
            customers = open_books(own / "operator.sqlite", seed=1)
            stock = await stack.enter_async_context(StockService(own, SETTINGS + TRUSTED, models))
            lines = (f"PAUSE = {pause_ms / 1000:g} s", *stock.lines)
            yield Side(name, pause_ms, stock.uri(pause_ms), False, None, customers, lines)


def _pauses(end_ms: int) -> list[str]:
    """The settings of turns, as lines; those of open sentences and dictated figures stay."""
    usual = Turns()
    share = end_ms / usual.end_ms
    return [
        f"end_ms = {end_ms}",
        f"end_ms_sure = {max(usual.speculate_ms, round(usual.end_ms_sure * share))}",
        f"end_ms_doubted = {round(usual.end_ms_doubted * share)}",
    ]


async def hold_call(
    side: Side, customer: KnownCustomer, words: WireWords, turns: list[WireTurn], until: float
) -> WireCall:
    """One call with these turns, or as many as there is time for (`time.monotonic()`)."""
    asks_pin = await words.plain("balance", ASKS_PIN) if side.asks_pin else None
    async with WireCaller(customer.persona) as caller:
        await caller.dial(side.uri, asks_pin)
        await caller.say(turns, until)
        return await caller.hang_up()
