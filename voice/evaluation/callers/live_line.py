"""The line of a caller who reacts, in memory.

What a caller does to the line is here (speak, press keys, hang up, an echo of what is heard); what
they do in a conversation is `live_caller`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from voice.audio import Pcm
from voice.evaluation.leg_in_memory import FRAME_MS, LegInMemory
from voice.telephony.leg import Dtmf

RATE = 8000
"""Hz of the line."""
FRAME = RATE // 50


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


class LiveLine(LegInMemory):
    """The line of a caller who hears what is said, and acts upon it."""

    def __init__(self, wall: Callable[[], float], echo: EchoPath | None = None) -> None:
        super().__init__(RATE, wall)
        self.over = asyncio.Event()
        self.ended_by_caller = False
        self.quiet_ms = 0
        """Since the last frame of the assistant; what is silent inside its speech is none."""
        self.spoke_ms = 0
        """How long the assistant has been speaking without a pause of more than 200 ms."""
        self._echo = Echo(echo) if echo else None
        self._to_say: deque[tuple[Pcm, asyncio.Future[float] | None]] = deque()

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

    # What the caller notices

    def _next_frame(self, played: Pcm) -> Pcm:
        frame, told = self._to_say.popleft() if self._to_say else (self._silence, None)
        if told is not None and not told.done():
            told.set_result(self._wall())
        if self._echo is None:
            return frame
        both = frame.astype(np.int32) + self._echo.back(played)
        mixed: Pcm = np.clip(both, -32768, 32767).astype(np.int16)
        return mixed

    def _assistant_heard(self) -> None:
        self.quiet_ms = 0
        self.spoke_ms += FRAME_MS

    def _nothing_heard(self) -> None:
        self.quiet_ms += FRAME_MS
        if self.quiet_ms > 200:
            self.spoke_ms = 0

    def _ended(self) -> None:
        self.over.set()
