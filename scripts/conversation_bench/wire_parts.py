"""The parts that are measured on the wire: turns beside stock, interruptions, and many calls."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conversation_bench.comparison import Match, Point, matches
from conversation_bench.interruptions import GaveWay, gave_way
from conversation_bench.sides import (
    DEFAULT_PAUSE_MS,
    PAUSES_MS,
    Side,
    SideName,
    hold_call,
    running,
)
from conversation_bench.wire_caller import WireCall, WireCaller
from conversation_bench.wire_turns import JudgedTurn
from conversation_bench.wire_words import WireWords
from voice.errors import VoiceError
from voice.evaluation.callers.engines import EngineMouth
from voice.evaluation.figures import BenchmarkResult
from voice.events import FinalTranscript
from voice.model_folders import find_model
from voice.models import ModelsAtHand
from voice.telephony.sip import CallRejected

TURNS_A_CALL = 40
INTERRUPTED_AFTER_SECONDS = (0.8, 2.2)
"""How much of the answer is heard before it is interrupted."""
INTERRUPTED = "What is my plan?"
INTERRUPTION = "No, please stop, what is my plan?"


@dataclass
class TurnsMeasured:
    """What a comparison found."""

    points: list[Point]
    first_call: list[JudgedTurn]
    """Of ours, the first call after a start, at the default pause."""
    settings: list[str]
    readings: list[FinalTranscript] = field(default_factory=list)
    """The turns of all callers of ours at the default pause, as they were understood."""

    @property
    def ours(self) -> list[JudgedTurn]:
        """Our turns at the default pause."""
        return self._at("ours")

    @property
    def matches(self) -> list[Match]:
        """Each pause of stock with its counterpart."""
        return matches(self.points)

    def _at(self, side: SideName) -> list[JudgedTurn]:
        pause = DEFAULT_PAUSE_MS[side]
        return [
            turn
            for point in self.points
            if (point.side, point.pause_ms) == (side, pause)
            for turn in point.turns
        ]


class WireBench:
    """Calls one side after the other; all callers have the same voice and the same words."""

    def __init__(self, result: BenchmarkResult, folder: Path) -> None:
        self._result = result
        self._folder = folder
        self._words = WireWords(EngineMouth(find_model("tts_voices", "embedded-caller-en")))
        self._seeds = itertools.count(1)

    async def compare(self, models: ModelsAtHand, seconds: float, whole: bool) -> TurnsMeasured:
        """Turns for so long, ours and stock in turns; `whole`: at all pauses, else the defaults.

        Our default pause, which the figures of one call come from, gets more time than the others.
        """
        turns: dict[tuple[SideName, int], list[JudgedTurn]] = {}
        measured = TurnsMeasured([], [], [])
        blocks = _blocks(whole)
        until = time.monotonic() + seconds
        for number, (name, pause, share) in enumerate(blocks):
            left = max(0.0, until - time.monotonic())
            whole_share = sum(share for *_, share in blocks[number:])
            ends = time.monotonic() + left * share / whole_share
            # Both sides at their n-th pause meet the same words.
            try:
                async with running(name, pause, models, self._folder) as side:
                    judged = await self._turns(side, 1 + number // 2, ends)
                    if pause == DEFAULT_PAUSE_MS["ours"]:
                        measured.readings += side.readings()
            except VoiceError as error:
                raise VoiceError(f"{name} at {pause} ms: {error}") from None
            self._print_settings(side, measured)
            if name == "ours" and pause == DEFAULT_PAUSE_MS["ours"] and not measured.first_call:
                measured.first_call = judged[0] if judged else []
            turns.setdefault((name, pause), []).extend(turn for call in judged for turn in call)
            cut_ins = sum(turn.cut_in for call in judged for turn in call)
            count = sum(map(len, judged))
            print(f"{name:<6} {pause:>4} ms: {count} turns, {cut_ins} cut into", flush=True)
        measured.points = [Point(*key, tuple(found)) for key, found in turns.items()]
        return measured

    async def interrupt(self, models: ModelsAtHand, seconds: float) -> list[GaveWay]:
        """Interruptions with something to say, for so long."""
        chance = random.Random("interruptions")
        found: list[GaveWay] = []
        ask = await self._words.plain("plan", INTERRUPTED)
        into = await self._words.plain("plan", INTERRUPTION)
        async with running("ours", DEFAULT_PAUSE_MS["ours"], models, self._folder) as side:
            until = time.monotonic() + seconds
            for customer in itertools.cycle(side.customers):
                if time.monotonic() > until:
                    break
                async with WireCaller(customer.persona) as caller:
                    await caller.dial(side.uri)
                    for _ in range(TURNS_A_CALL // 2):
                        if time.monotonic() > until:
                            break
                        after = chance.uniform(*INTERRUPTED_AFTER_SECONDS)
                        await caller.interrupt(ask, into, after)
                    call = await caller.hang_up()
                for one in call.interruptions:
                    gave = gave_way(call.packets, one.answer_began, one.turn.start)
                    found += [gave] if gave else []
                self._result.note_contention()
        return found

    async def crowd(
        self, models: ModelsAtHand, calls: Sequence[int], seconds: float
    ) -> dict[int, list[JudgedTurn]]:
        """So many calls at once, one number after the other, sharing the time."""
        found: dict[int, list[JudgedTurn]] = {}
        async with running("ours", DEFAULT_PAUSE_MS["ours"], models, self._folder) as side:
            for count in calls:
                until = time.monotonic() + seconds / len(calls)
                held = await asyncio.gather(
                    *(self._one_of_many(side, number, until) for number in range(count))
                )
                found[count] = [turn for turns in held for turn in turns]
                print(f"{count} at once: {len(found[count])} turns", flush=True)
        return found

    async def _one_of_many(self, side: Side, number: int, until: float) -> list[JudgedTurn]:
        customer = side.customers[number % len(side.customers)]
        turns = await self._words.turns(100 + number, TURNS_A_CALL)
        # People do not all dial in the same instant, nor speak in step.
        await asyncio.sleep(random.Random(number).uniform(0, 3))
        return side.judged(await hold_call(side, customer, self._words, turns, until))

    async def _turns(self, side: Side, seed: int, until: float) -> list[list[JudgedTurn]]:
        """Calls one after the other, until then; at least one, and each by another customer."""
        judged: list[list[JudgedTurn]] = []
        for number, customer in enumerate(itertools.cycle(side.customers)):
            if judged and time.monotonic() > until:
                break
            turns = await self._words.turns(1000 * seed + number, _turns_of_call(number))
            try:
                call = await hold_call(side, customer, self._words, turns, until)
            except CallRejected as error:
                raise VoiceError(f"a call was refused: {error}") from None
            self._watch(call)
            judged.append(side.judged(call))
        return judged

    def _watch(self, call: WireCall) -> None:
        self._result.note_contention()
        if not call.report.turns:
            raise VoiceError("a call ended before its first turn")

    def _print_settings(self, side: Side, measured: TurnsMeasured) -> None:
        for line in side.settings:
            if line not in measured.settings:
                measured.settings.append(line)
                print(f"{side.name:<6} {line}", flush=True)


def _turns_of_call(number: int) -> int:
    """The first call is short: it stands for the first one after a start."""
    return 14 if number == 0 else TURNS_A_CALL


def _blocks(whole: bool) -> list[tuple[SideName, int, float]]:
    """Side, pause and share of the time, ours and stock alternating; who begins alternates, too."""
    if not whole:
        return [("ours", DEFAULT_PAUSE_MS["ours"], 1.0), ("stock", DEFAULT_PAUSE_MS["stock"], 1.0)]
    blocks: list[tuple[SideName, int, float]] = []
    pairs = zip(PAUSES_MS["ours"], PAUSES_MS["stock"], strict=True)
    for number, (ours, stock) in enumerate(pairs):
        share = 6.0 if ours == DEFAULT_PAUSE_MS["ours"] else 1.0
        both: list[tuple[SideName, int, float]] = [("ours", ours, share), ("stock", stock, 1.0)]
        blocks += both if number % 2 == 0 else both[::-1]
    return blocks
