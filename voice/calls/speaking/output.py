"""The end of the pipeline: sends clauses to the edge in 20 ms frames on an absolute clock."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.audio import Pcm, dbfs, resample
from voice.calls.failures import EngineFailure, EngineFault
from voice.calls.playback import HeardShare
from voice.calls.speaking.clause_frames import FRAME_SECONDS, ClauseFrames
from voice.calls.state import CallState
from voice.calls.utterance import ClauseAudio
from voice.events import ClauseSpoken, Interrupted
from voice.telephony.leg import Audio, Duck, Flush, Played
from voice.turns import EchoGuard

AHEAD_SECONDS = 0.06
"""How far the edge's ring is kept filled: a stall of the loop up to here is not heard."""
SILENT_DB = -60.0
"""So much softer nothing is heard."""
SILENT_DBFS = -50.0
"""What is softer in a clause is a pause."""
HELD_SECONDS = 3.0
"""Nobody waits for words any longer."""
FLUSH_SECONDS = 0.3
"""An edge that has not answered a flush by then is taken at its last word."""
WAITING_CLAUSES = 1
"""Clauses synthesised ahead of the one that plays."""


class CallOutput(FrameProcessor):
    """Plays what is committed, keeps the ledger, and yields at an interruption."""

    def __init__(self, call: CallState, echo: EchoGuard) -> None:
        super().__init__()
        self._call = call
        self._echo = echo
        self._clauses: deque[ClauseAudio] = deque()
        self._current: ClauseAudio | None = None
        self._cut = False
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._drained = asyncio.Event()
        self._drained.set()
        self._flushed: asyncio.Future[list[HeardShare]] | None = None
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._due = 0.0
        self._talking = False
        self._player: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take clauses; drain at the end, stop at once when cancelled or interrupted."""
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._player = self.create_task(self._play(), "play")
            case ClauseAudio():
                self._take(frame)
            case InterruptionFrame():
                await self._yield()
            case EndFrame():
                await self._drained.wait()
                await self._stop()
            case CancelFrame():
                await self._stop()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Called by pipecat when the pipeline is over."""
        await super().cleanup()
        await self._stop()

    async def room(self) -> None:
        """Wait until another clause should be synthesised."""
        await self._room.wait()

    def duck(self, gain_db: float) -> None:
        """From now on the caller hears all so much softer (negative); 0: as it is sent."""
        self._call.leg.send(Duck(gain_db=gain_db))
        self._echo.gain_db = gain_db

    def hold(self) -> None:
        """Be silent until `go_on`, an interruption, or HELD_SECONDS have passed."""
        self._goes_on.clear()
        self._call.playback.held = self._call.playback.audible
        self.duck(SILENT_DB)

    async def go_on(self, gain_db: float = 0.0) -> None:
        """Speak, so much softer (negative); what was on its way when it fell silent is said again.

        The pause has been long enough: silence that would follow in the clause is left out.
        """
        self._goes_on.set()
        self._call.playback.held = False
        self.duck(gain_db)
        await self._notice_silence()

    async def played(self, ledger: Played) -> None:
        """What the edge says has left for the caller."""
        heard = self._call.playback.played(ledger.samples, ledger.dropped, ledger.flushed)
        if ledger.flushed and self._flushed and not self._flushed.done():
            self._flushed.set_result(heard)
        await self._notice_silence()

    def _take(self, clause: ClauseAudio) -> None:
        self._clauses.append(clause)
        self._drained.clear()
        self._arrived.set()
        if len(self._clauses) >= WAITING_CLAUSES:
            self._room.clear()

    async def _stop(self) -> None:
        self._drained.set()
        if self._player:
            player, self._player = self._player, None
            await self.cancel_task(player)

    async def _play(self) -> None:
        while True:
            while not self._clauses:
                self._drained.set()
                await self._notice_silence()
                self._arrived.clear()
                await self._arrived.wait()
            # What follows an interruption begins only once that has been accounted for.
            await self._call.accounted.wait()
            if not self._clauses:
                continue
            clause = self._current = self._clauses.popleft()
            if len(self._clauses) < WAITING_CLAUSES:
                self._room.set()
            await clause.utterance.permission()
            await self._wait_held()
            if not (self._cut or clause.utterance.dropped):
                await self._send_clause(clause)
            clause.utterance.sent.set()
            self._current = None
            self._cut = False

    async def _send_clause(self, clause: ClauseAudio) -> None:
        call = self._call
        spoken = clause.spoken
        if spoken.sample_rate != call.sample_rate:
            await spoken.made(len(spoken.pcm))
            pcm = resample(spoken.pcm, spoken.sample_rate, call.sample_rate)
            spoken = replace(spoken, pcm=pcm, sample_rate=call.sample_rate)
        frames = ClauseFrames(spoken, call.settings.speech.timeout_seconds)
        call.playback.forget_before(clause)
        call.playback.begin(clause)
        clause.utterance.begin(clause.clause)
        clause.utterance.record(
            ClauseSpoken,
            text=clause.clause.text,
            kind=clause.clause.kind,
            synthesis_ms=round(clause.synthesis_ms, 1),
            duration_ms=round(spoken.duration_ms, 1),
            act=clause.clause.act,
            language=clause.clause.language.tag,
        )
        if not self._talking:
            self._talking = True
            await self.push_frame(BotStartedSpeakingFrame(), FrameDirection.UPSTREAM)
        try:
            await self._send_frames(clause, frames)
        except EngineFault as fault:
            await self._fail(clause, fault)

    async def _send_frames(self, clause: ClauseAudio, frames: ClauseFrames) -> None:
        """Raises EngineFault where the voice ends before the clause does."""
        at = 0
        while at < len(frames):
            frame = await frames.at(at)
            await self._wait_until_due()
            held = await self._wait_held()
            if self._cut or clause.utterance.dropped:
                return
            if held:
                at = await self._take_up(frames, at)
                frame = await frames.at(at)
            self._send(frame)
            at += 1

    async def _fail(self, clause: ClauseAudio, fault: EngineFault) -> None:
        """The rest of a clause that plays is not to be had."""
        if self._cut or clause.utterance.dropped:
            return
        heard = self._call.playback.heard_of_current()
        clause.utterance.cut_off([clause.clause], heard)
        clause.utterance.settle()
        clause.utterance.drop()
        await self.push_frame(EngineFailure("speech", fault.error), FrameDirection.UPSTREAM)

    async def _wait_held(self) -> bool:
        """Be silent while that is wanted; False when it is not."""
        if self._goes_on.is_set():
            return False
        try:
            await asyncio.wait_for(self._goes_on.wait(), HELD_SECONDS)
        except TimeoutError:
            await self.go_on()
        self._due = 0.0
        return True

    async def _take_up(self, frames: ClauseFrames, sent: int) -> int:
        """The frame to go on with: what was on its way is said again, silence is not."""
        at = max(0, sent - round(AHEAD_SECONDS / FRAME_SECONDS))
        while at < len(frames) - 1 and dbfs(await frames.at(at)) < SILENT_DBFS:
            at += 1
        self._call.playback.go_back((sent - at) * frames.length)
        return at

    async def _wait_until_due(self) -> None:
        """Each frame has its own due time; only after a gap does the clock begin anew."""
        now = self.get_event_loop().time()
        if self._due < now - AHEAD_SECONDS:
            self._due = now
        if self._due - AHEAD_SECONDS > now:
            await asyncio.sleep(self._due - AHEAD_SECONDS - now)
        self._due += FRAME_SECONDS

    def _send(self, frame: Pcm) -> None:
        playback = self._call.playback
        playback.sent(frame)
        self._echo.sent(frame)
        self._call.leg.send(Audio(frame, self._call.sample_rate))

    async def _notice_silence(self) -> None:
        """Tell the conversation when all that was to be said has been heard."""
        done = not self._clauses and self._current is None and not self._call.playback.audible
        if self._talking and done:
            self._talking = False
            await self.push_frame(BotStoppedSpeakingFrame(), FrameDirection.UPSTREAM)

    async def _yield(self) -> None:
        """Fall silent, except for what must be heard, and account for what was."""
        try:
            await self._fall_silent()
        finally:
            self._call.accounted.set()

    async def _fall_silent(self) -> None:
        dropped = [clause for clause in self._clauses if clause.clause.interruptible]
        self._clauses = deque(c for c in self._clauses if not c.clause.interruptible)
        self._room.set()
        audible = self._call.playback.audible
        await self.go_on()
        current = self._current
        if current is not None and not current.clause.interruptible:
            return
        self._cut = current is not None
        heard = await self._flush() if audible else []
        self._due = 0.0
        self._account(heard, dropped)
        await self._notice_silence()

    async def _flush(self) -> list[HeardShare]:
        self._flushed = asyncio.get_running_loop().create_future()
        self._call.leg.send(Flush())
        self._echo.flushed()
        try:
            return await asyncio.wait_for(self._flushed, FLUSH_SECONDS)
        except TimeoutError:
            return self._call.playback.estimate(AHEAD_SECONDS * 1000)
        finally:
            self._flushed = None

    def _account(self, heard: list[HeardShare], dropped: list[ClauseAudio]) -> None:
        """Put on record, and tell the utterance, what the caller heard of it."""
        if not heard:
            return
        last = heard[-1].clause.utterance
        cut = [part for part in heard if not part.complete]
        missed = [part.unheard for part in cut]
        missed += [clause.text for clause in last.unheard]
        missed += [item.clause.text for item in dropped if item.utterance is not last]
        if cut:
            broken = " ".join(part.heard for part in cut if part.heard)
            last.cut_off([part.clause.clause for part in cut], broken)
        if missed:
            said = " ".join(part.heard for part in heard if part.heard)
            self._call.journal.record(Interrupted, heard=said, unheard=" ".join(missed))
