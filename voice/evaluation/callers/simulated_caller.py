"""A simulated caller: dials, listens, decides, speaks, interrupts once in a while, and hangs up."""

from __future__ import annotations

import asyncio
import random
import resource
import time
from collections.abc import Callable
from typing import Protocol

from voice.audio import Pcm
from voice.evaluation.callers.call_report import MASKED, CallReport, GaveUp, SpokenTurn
from voice.evaluation.callers.ears import Ears, Transcriber
from voice.evaluation.callers.mouth import Mouth, Synthesiser
from voice.evaluation.callers.phone_audio import OnAudio
from voice.evaluation.callers.phone_line import PhoneLine
from voice.evaluation.callers.policy import (
    Act,
    CallerPolicy,
    HangUpMove,
    ListenMove,
    PressMove,
    SayMove,
)
from voice.evaluation.callers.scenario import Persona, Scenario
from voice.evaluation.callers.wording import Phrasings
from voice.evaluation.latency import MISS_SECONDS, audible_runs
from voice.evaluation.packet_gaps import talkspurt_gaps
from voice.telephony.sip import CallRejected, Credentials

INTERRUPTION_SECONDS = 1.2
"""How much of an answer is heard before it is interrupted."""
FAREWELL_SECONDS = 4.0
HAND_OVER_SECONDS = 12.0
LONGEST_CALL_SECONDS = 180.0
_CHECK_SECONDS = 0.05


class CallersLine(Protocol):
    """A telephone on which one call is held."""

    @property
    def ended(self) -> asyncio.Event:
        """Set once the call is over."""
        ...

    @property
    def call_id(self) -> str:
        """Of the call."""
        ...

    @property
    def ended_by_us(self) -> bool:
        """Whether the caller hung up."""
        ...

    async def dial(self, target: str, number: str, credentials: Credentials | None = None) -> None:
        """Call `target` from `number`; raises CallRejected."""
        ...

    async def speak(self, pcm: Pcm) -> list[float]:
        """Send 8 kHz samples; the wall-clock time of each 20 ms, once the last have left."""
        ...

    async def press(self, digits: str) -> None:
        """Press keys, one after the other."""
        ...

    async def hang_up(self) -> None:
        """End the call."""
        ...

    async def close(self) -> None:
        """Free what it holds."""
        ...


class SimulatedCaller:
    """One call of one persona; everything by chance comes from the seed."""

    def __init__(
        self,
        scenario: Scenario,
        persona: Persona,
        phrasings: Phrasings,
        seed: int,
        transcriber: Transcriber,
        synthesiser: Synthesiser,
        line: Callable[[OnAudio], CallersLine] = PhoneLine,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`line` makes the telephone, `wall` gives the wall-clock time in seconds."""
        chance = random.Random(f"{seed} {persona.number}")
        self._patient = scenario.patience
        before_answer = chance.randint(*self._patient.before_answer_ms)
        self._policy = CallerPolicy(scenario, persona, phrasings, seed)
        self._wall = wall
        self._ears = Ears(transcriber, 20 * (before_answer // 20), wall)
        self._mouth = Mouth(synthesiser, chance if scenario.hesitates else None)
        self._line = line(self._ears.take)
        self._report = CallReport(scenario.name, seed, persona.number)
        self._interruptible = False
        self._spoke_until = 0.0
        self._number = persona.number

    async def call(
        self,
        target: str,
        credentials: Credentials | None = None,
        seconds: float | None = None,
    ) -> CallReport:
        """Hold the whole conversation; after `seconds` an endless one comes to its end."""
        report, cpu = self._report, _cpu_seconds()
        report.dialled = self._wall()
        try:
            await self._line.dial(target, self._number, credentials)
            report.answered, report.call_id = self._wall(), self._line.call_id
            limit = LONGEST_CALL_SECONDS + (seconds or 0.0)
            report.reason = await asyncio.wait_for(self._talk(seconds), limit)
            await self._line.hang_up()
        except CallRejected as refusal:
            report.reason = str(refusal)
        except TimeoutError:
            report.reason = GaveUp.TOO_LONG
            await self._line.hang_up()
        finally:
            await self._line.close()
        self._conclude(cpu)
        return report

    def _conclude(self, cpu_before: float) -> None:
        report = self._report
        report.ended = self._wall()
        report.reached = [str(goal) for goal in self._policy.reached]
        report.audible = audible_runs(self._ears.packets)
        report.packet_gaps_ms = talkspurt_gaps(self._ears.packets)
        report.cpu_seconds = _cpu_seconds() - cpu_before
        if not report.answered:
            report.ended_by = "nobody"
        else:
            report.ended_by = "caller" if self._line.ended_by_us else "assistant"

    async def _talk(self, seconds: float | None) -> str:
        """The conversation until somebody hangs up; returns why it ended."""
        now = asyncio.get_running_loop().time
        until = None if seconds is None else now() + seconds
        ended = asyncio.create_task(self._line.ended.wait())
        try:
            while True:
                turn = asyncio.create_task(self._turn())
                await asyncio.wait({turn, ended}, return_when=asyncio.FIRST_COMPLETED)
                if not turn.done():
                    turn.cancel()
                    await asyncio.gather(turn, return_exceptions=True)
                    return "the other side hung up"
                reason = turn.result()
                if reason is not None:
                    return reason
                if until is not None and now() > until:
                    self._policy.enough()
        finally:
            ended.cancel()

    async def _turn(self) -> str | None:
        """Listen once and react once; returns the reason when the caller is done."""
        act = await self._listen()
        match act:
            case HangUpMove():
                return act.reason
            case PressMove():
                await self._press(act)
            case SayMove():
                await self._say(act)
            case ListenMove():
                pass
        return None

    async def _listen(self) -> Act:
        if self._interruptible and self._policy.will_interrupt:
            self._interruptible = False
            if await self._hear_enough():
                return self._policy.interrupt()
        while turn := await self._ears.next_turn(self._patience):
            self._report.heard.append(turn)
            if turn.end > self._spoke_until:
                return self._policy.hear(turn.text)
        self._mark_missed()
        return self._policy.miss()

    @property
    def _patience(self) -> float:
        if self._policy.handed_over:
            return HAND_OVER_SECONDS
        return FAREWELL_SECONDS if self._policy.leaving else self._patient.wait_seconds

    async def _hear_enough(self) -> bool:
        """Wait until the answer has run for a while; False when it does not come."""
        deadline = self._wall() + MISS_SECONDS
        while self._wall() < deadline:
            if self._ears.hearing_seconds >= INTERRUPTION_SECONDS:
                return True
            await asyncio.sleep(_CHECK_SECONDS)
        return False

    async def _say(self, act: SayMove) -> None:
        utterance = await self._mouth.prepare(act.text)
        if not act.interrupts:
            self._ears.forget()
        sent = await self._line.speak(utterance.pcm)
        if act.interrupts:
            self._ears.forget()
        reference = MASKED if act.secret else act.text
        self._report.turns.append(
            SpokenTurn(
                act.intent,
                reference,
                sent[0],
                sent[utterance.last_packet],
                interrupts=act.interrupts,
            )
        )
        self._interruptible = True
        self._spoke_until = self._report.turns[-1].end

    async def _press(self, act: PressMove) -> None:
        start = self._wall()
        await self._line.press(act.digits)
        self._report.turns.append(SpokenTurn("pin", MASKED, start, self._wall(), by_keys=True))

    def _mark_missed(self) -> None:
        turns = self._report.turns
        if turns and not self._policy.leaving:
            last = turns[-1]
            turns[-1] = SpokenTurn(**{**vars(last), "missed": True})


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
