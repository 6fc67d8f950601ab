"""A call leg in memory with a caller who reacts: the edge's part, on the running loop's clock.

What a caller does to the line is here (speak, press keys, hang up, an echo of what is heard); what
they do in a conversation is `live_caller`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import numpy as np

from voice.audio import Pcm, dbfs, fade_out, silence
from voice.evaluation.latency import AUDIBLE_DBFS, HeardPacket
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Dtmf,
    Flush,
    HangUp,
    LegEnded,
    LegMessage,
    Played,
    Transfer,
    TransferResult,
)

RATE = 8000
"""Hz of the line."""
FRAME = RATE // 50
FRAME_MS = 20
PLAYED_EVERY = 5
"""Frames between two words of the edge on what was heard."""


@dataclass(frozen=True)
class EchoPath:
    """How what the caller hears comes back into their telephone."""

    delay_seconds: float
    attenuation_db: float
    """Below 0: by how much it comes back softer."""


class Echo:
    """Returns what was played, later, softer and duller."""

    def __init__(self, path: EchoPath) -> None:
        self._delay = round(path.delay_seconds * RATE)
        self._gain = 10 ** (path.attenuation_db / 20)
        self._played = np.zeros(self._delay + FRAME, np.float32)
        self._last = np.float32(0.0)

    def back(self, played: Pcm) -> Pcm:
        """What comes back in the 20 ms in which `played` (int16, 160 samples) is heard."""
        self._played = np.concatenate([self._played[FRAME:], played.astype(np.float32)])
        late = self._played[:FRAME] * self._gain
        before = np.concatenate([[self._last], late[:-1]])
        self._last = late[-1]
        back: Pcm = ((late + before) / 2).astype(np.int16)
        return back


class LiveLine:
    """Has the interface of `voice.telephony.leg.Leg`; iterating over it is the call's clock."""

    def __init__(self, wall: Callable[[], float], echo: EchoPath | None = None) -> None:
        self.ended_well = False
        self.answered = asyncio.Event()
        self.over = asyncio.Event()
        self.ended_by_caller = False
        self.transferred_to = ""
        """The person that the call was handed to."""
        self.heard: list[HeardPacket] = []
        """The assistant's audible frames, by the time at which they were played."""
        self.quiet_ms = 0
        """Since the last frame of the assistant; what is silent inside its speech is none."""
        self.spoke_ms = 0
        """How long the assistant has been speaking without a pause of more than 200 ms."""
        self._wall = wall
        self._echo = Echo(echo) if echo else None
        self._ring: deque[Pcm] = deque()
        self._to_tell: deque[LegMessage] = deque()
        self._to_say: deque[tuple[Pcm, asyncio.Future[float] | None]] = deque()
        self._hangs_up = False
        self._ticks = self._played = self._dropped = 0

    # The caller's side

    async def speak(self, pcm: Pcm) -> tuple[float, float]:
        """Say 8 kHz samples; returns the wall-clock seconds at which they began and ended."""
        frames = [pcm[start : start + FRAME] for start in range(0, len(pcm), FRAME)]
        first: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        last: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        for number, frame in enumerate(frames):
            whole = np.pad(frame, (0, FRAME - len(frame)))
            told = last if number == len(frames) - 1 else first if number == 0 else None
            self._to_say.append((whole, told))
        end = await self._unless_over(last)
        began = first.result() if first.done() else end - FRAME_MS / 1000
        return began, end + FRAME_MS / 1000

    def press(self, digits: str) -> None:
        """Press keys, one after the other."""
        self._to_tell.extend(Dtmf(digit) for digit in digits)

    def hang_up(self) -> None:
        """End the call from the caller's side."""
        self.ended_by_caller = not self._hangs_up
        self._hangs_up = True
        self._ring.clear()

    async def _unless_over(self, due: asyncio.Future[float]) -> float:
        """A time that is known once the frame has left; now, when the call ends before that."""
        over = asyncio.create_task(self._time_of_end())
        try:
            await asyncio.wait([due, over], return_when=asyncio.FIRST_COMPLETED)
            return due.result() if due.done() else over.result()
        finally:
            over.cancel()

    async def _time_of_end(self) -> float:
        await self.over.wait()
        return self._wall()

    # The edge's side

    def send(self, message: LegMessage) -> None:
        """What the call tells the edge."""
        match message:
            case Audio(pcm):
                self._ring.append(pcm)
            case Answer():
                self.answered.set()
            case Flush():
                self._flush()
            case HangUp():
                self._hangs_up = True
                self.answered.set()
            case Transfer(target=target):
                self.transferred_to = target
                self._to_tell.append(TransferResult(ok=True, reason=""))
            case _:
                pass

    async def __aiter__(self) -> AsyncIterator[LegMessage]:
        """Every 20 ms a frame of the caller, and what the edge has to say."""
        loop = asyncio.get_running_loop()
        await self.answered.wait()
        yield Answered()
        due = loop.time()
        while not self._is_over():
            self._ticks += 1
            played = self._play()
            while self._to_tell:
                yield self._to_tell.popleft()
            yield Audio(self._next_frame(played), RATE)
            due += FRAME_MS / 1000
            await asyncio.sleep(due - loop.time())
        self.ended_well = True
        self.over.set()
        yield LegEnded()

    def _is_over(self) -> bool:
        handed_over = bool(self.transferred_to) and not self._to_tell
        return (self._hangs_up or handed_over) and not self._ring

    def _next_frame(self, played: Pcm) -> Pcm:
        frame, told = self._to_say.popleft() if self._to_say else (silence(FRAME), None)
        if told is not None and not told.done():
            told.set_result(self._wall())
        if self._echo is None:
            return frame
        both = frame.astype(np.int32) + self._echo.back(played)
        mixed: Pcm = np.clip(both, -32768, 32767).astype(np.int16)
        return mixed

    def _play(self) -> Pcm:
        if not self._ring:
            self.quiet_ms += FRAME_MS
            if self.quiet_ms > 200:
                self.spoke_ms = 0
            return silence(FRAME)
        frame = self._ring.popleft()
        self._hear(frame)
        if self._ticks % PLAYED_EVERY == 0 or not self._ring:
            self._tell_played()
        return frame

    def _hear(self, frame: Pcm) -> None:
        self._played += len(frame)
        self.quiet_ms = 0
        self.spoke_ms += FRAME_MS
        level = dbfs(frame)
        if level > AUDIBLE_DBFS:
            self.heard.append(HeardPacket(self._wall(), self._ticks * FRAME_MS, FRAME_MS, level))

    def _flush(self) -> None:
        if self._ring:
            self._hear(fade_out(self._ring.popleft()))
        self._dropped += sum(len(frame) for frame in self._ring)
        self._ring.clear()
        self._tell_played(flushed=True)

    def _tell_played(self, flushed: bool = False) -> None:
        told = Played(samples=self._played, dropped=self._dropped, flushed=flushed)
        self._to_tell.append(told)
