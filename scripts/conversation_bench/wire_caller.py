"""A caller over SIP and RTP who says prepared turns, and notes what passed the socket and when.

They need no recogniser: they speak once the line has been quiet, whoever answers. So both sides of
the comparison meet the same caller, who takes next to nothing of the machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from conversation_bench.wire_words import WireTurn
from voice.audio import Pcm
from voice.evaluation.callers import CallReport, Persona, SpokenTurn
from voice.evaluation.callers.phone_line import PhoneLine
from voice.evaluation.latency import AUDIBLE_DBFS, MISS_SECONDS, HeardPacket, audible_runs

QUIET_SECONDS = 0.9
"""Without sound for so long, the assistant is done."""
GREETING_SECONDS = 3.0
"""Who is not greeted by then speaks first."""
LONGEST_ANSWER_SECONDS = 25.0
FEWEST_TURNS = 3
_CHECK_SECONDS = 0.02


@dataclass(frozen=True)
class Interruption:
    """Something said into an answer."""

    turn: SpokenTurn
    answer_began: float
    """Wall-clock seconds at which the answer was first heard."""


@dataclass
class WireCall:
    """One call as its caller noted it."""

    report: CallReport
    packets: list[HeardPacket]
    pauses_ms: list[int] = field(default_factory=list)
    """Of each turn of the report, the pause inside it."""
    interruptions: list[Interruption] = field(default_factory=list)


class WireCaller:
    """One telephone; `persona` says from which number and with which PIN."""

    def __init__(self, persona: Persona) -> None:
        self._persona = persona
        self._packets: list[HeardPacket] = []
        self._last_loud = 0.0
        self._line = PhoneLine(self._take)
        self._report = CallReport("wire", 0, persona.number)
        self.call = WireCall(self._report, self._packets)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._line.close()

    async def dial(self, target: str, asks_pin: WireTurn | None = None) -> None:
        """Call, hear the greeting, and prove who this is where `asks_pin` makes that necessary.

        Raises CallRejected. What is said here counts as no turn.
        """
        self._report.dialled = time.time()
        await self._line.dial(target, self._persona.number)
        self._report.answered, self._report.call_id = time.time(), self._line.call_id
        await self._hear_out(GREETING_SECONDS)
        if asks_pin is None:
            return
        sent = await self._line.audio.speak(asks_pin.utterance.pcm)
        await self._until(lambda: self._last_loud > sent[-1], MISS_SECONDS)
        await self._line.audio.press(self._persona.pin)
        await self._hear_out(MISS_SECONDS)

    async def say(self, turns: Sequence[WireTurn], until: float) -> None:
        """Say these turns one after the other, as long as `time.monotonic()` is below `until`;
        the first ones in any case.
        """
        for number, turn in enumerate(turns):
            late = number >= FEWEST_TURNS and time.monotonic() > until
            if late or self._line.ended.is_set():
                return
            await self.ask(turn)

    async def ask(self, turn: WireTurn) -> None:
        """Say a turn and hear the answer out."""
        await self._speak(turn)
        self._mark(await self._hear_out(MISS_SECONDS))

    async def interrupt(self, turn: WireTurn, into: WireTurn, after_seconds: float) -> bool:
        """Ask `turn`, and say `into` when its answer has been heard for so long.

        False when the answer was over before that.
        """
        end = (await self._speak(turn)).end
        if not await self._until(lambda: self._last_loud > end, MISS_SECONDS):
            return False
        began = self._last_loud
        await asyncio.sleep(after_seconds)
        if time.time() - self._last_loud > 0.2:
            await self._hear_out(MISS_SECONDS)
            return False
        spoken = await self._speak(into, interrupts=True)
        self.call.interruptions.append(Interruption(spoken, began))
        await self._hear_out(MISS_SECONDS)
        return True

    async def hang_up(self) -> WireCall:
        """End the call; what was noted of it."""
        await self._line.hang_up()
        report = self._report
        report.ended = time.time()
        report.ended_by = "caller" if self._line.ended_by_us else "assistant"
        report.audible = audible_runs(self._packets)
        return self.call

    async def _speak(self, turn: WireTurn, interrupts: bool = False) -> SpokenTurn:
        sent = await self._line.audio.speak(turn.utterance.pcm)
        spoken = SpokenTurn(
            turn.intent,
            turn.utterance.text,
            sent[0],
            sent[turn.utterance.last_packet],
            interrupts=interrupts,
        )
        self._report.turns.append(spoken)
        self.call.pauses_ms.append(turn.pause_ms)
        return spoken

    async def _hear_out(self, patience: float) -> bool:
        """Wait for sound and then for its end; False when none comes."""
        began = time.time()
        if not await self._until(lambda: self._last_loud > began, patience):
            return False
        quiet_for = LONGEST_ANSWER_SECONDS
        await self._until(lambda: time.time() - self._last_loud > QUIET_SECONDS, quiet_for)
        return True

    async def _until(self, condition: Callable[[], bool], patience: float) -> bool:
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline or self._line.ended.is_set():
                return False
            await asyncio.sleep(_CHECK_SECONDS)
        return True

    def _mark(self, heard: bool) -> None:
        if not heard:
            self._report.turns[-1] = replace(self._report.turns[-1], missed=True)

    def _take(self, packet: HeardPacket, _: Pcm) -> None:
        self._packets.append(packet)
        if packet.level_dbfs > AUDIBLE_DBFS:
            self._last_loud = packet.received
