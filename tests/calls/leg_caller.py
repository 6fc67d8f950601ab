"""A caller on a leg socket: plays the edge's part with its ring, ledger and 20 ms clock."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from tests.calls.event_log import EventLog
from voice.audio import Pcm, fade_out, with_gain
from voice.events import CallEnded
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Control,
    Dtmf,
    Duck,
    Flush,
    HangUp,
    Leg,
    Offer,
    Played,
    Record,
    Recording,
    connect_leg,
)

C = TypeVar("C", bound=Control)

RATE = 8000
FRAME = RATE // 50
FRAME_SECONDS = 0.02


class LegCaller:
    """Calls, speaks, presses keys and listens, as an async context manager."""

    def __init__(
        self,
        path: Path,
        call_id: str,
        number: str | None = "4915550000001",
        echo_db: float = 0.0,
        identity: str = "claimed",
    ) -> None:
        self._path = path
        self._offer = Offer(
            call_id=call_id, caller_number=number, caller_display="", called="100",
            sample_rate=RATE, identity=identity, sip_call_id="a84b4c76e66710", trunk="carrier",
            source="192.0.2.7:5060",
        )  # fmt: skip
        self._to_say: deque[Pcm] = deque()
        self._ring: deque[Pcm] = deque()
        self._echo = 10 ** (echo_db / 20) if echo_db else 0.0
        self._played = self._dropped = 0
        self._gain_db = 0.0
        self._spoken = asyncio.Event()
        self._ticked = asyncio.Event()
        self._told = asyncio.Event()
        self.flush_seconds = 0.0
        """How long the edge takes to answer a flush."""
        self.records: bool | None = True
        """Whether the edge can record; None: it does not say in time."""
        self.noise: Pcm | None = None
        self.line: Callable[[Pcm], Pcm] = lambda frame: frame
        """What becomes of a frame of the caller on its way."""
        self.heard: list[Pcm] = []
        self.controls: list[Control] = []
        self.over = asyncio.Event()
        self.most_in_ring = 0

    async def __aenter__(self) -> Self:
        self.leg: Leg = await connect_leg(self._path, self._offer)
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._tick())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if not self.leg.closed:
            self.leg.end()

    def begin_to_say(self, pcm: Pcm) -> None:
        """Queue 8 kHz speech for the line."""
        self._spoken.clear()
        for start in range(0, len(pcm), FRAME):
            frame = pcm[start : start + FRAME]
            self._to_say.append(np.pad(frame, (0, FRAME - len(frame))))

    async def say(self, pcm: Pcm) -> None:
        """Speak and return when the last frame was sent."""
        self.begin_to_say(pcm)
        await self._spoken.wait()

    def key(self, digits: str) -> None:
        """Press keys."""
        for digit in digits:
            self.leg.send(Dtmf(digit))

    async def heard_out(self) -> None:
        """Wait until the assistant has been silent for a moment."""
        quiet = 0
        while quiet < 15:
            quiet = 0 if self._ring else quiet + 1
            await self.frames(1)

    async def frames(self, count: int) -> None:
        """Let so many frames of 20 ms pass."""
        for _ in range(count):
            self._ticked.clear()
            await self._ticked.wait()

    async def control(self, kind: type[C]) -> C:
        """The first control message of this kind."""
        async with asyncio.timeout(20):
            while True:
                for control in self.controls:
                    if isinstance(control, kind):
                        return control
                self._told.clear()
                await self._told.wait()

    def hang_up(self) -> None:
        """End the call from the caller's side."""
        self.leg.end()

    def heard_audio(self) -> Pcm:
        """All that came out of the ring, gaps left out."""
        return np.concatenate(self.heard) if self.heard else np.zeros(0, np.int16)

    async def _read(self) -> None:
        async for message in self.leg:
            match message:
                case Audio(pcm):
                    self._ring.append(pcm)
                    self.most_in_ring = max(self.most_in_ring, len(self._ring))
                case Record() if self.records is not None:
                    self.leg.send(Recording(on=self.records))
                case Answer():
                    self.leg.send(Answered())
                case Duck(gain_db=gain_db):
                    self._gain_db = gain_db
                case Flush():
                    asyncio.get_running_loop().call_later(self.flush_seconds, self._flush)
                case HangUp():
                    self.controls.append(message)
                    while self._ring:
                        await asyncio.sleep(FRAME_SECONDS)
                    self.leg.end()
                case Control():
                    self.controls.append(message)
            self._told.set()
        self.over.set()

    def _flush(self) -> None:
        if self._ring:
            self.heard.append(fade_out(self._ring.popleft()))
            self._played += FRAME
        self._dropped += sum(len(frame) for frame in self._ring)
        self._ring.clear()
        self.leg.send(Played(samples=self._played, dropped=self._dropped, flushed=True))

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        ticks = 0
        while not self.leg.closed:
            played = self._play()
            ticks += 1
            if played is not None and (ticks % 5 == 0 or not self._ring):
                self.leg.send(Played(samples=self._played, dropped=self._dropped))
            self.leg.send(Audio(self._frame(played), RATE))
            self._ticked.set()
            # Frames that a busy machine kept from their time are not made up for in one burst:
            # a moment of silence would pass before the assistant's next words could be read.
            due = max(due + FRAME_SECONDS, loop.time())
            await asyncio.sleep(due - loop.time())

    def _play(self) -> Pcm | None:
        if not self._ring:
            return None
        frame = with_gain(self._ring.popleft(), self._gain_db)
        self.heard.append(frame)
        self._played += len(frame)
        return frame

    def _frame(self, played: Pcm | None) -> Pcm:
        frame = self._to_say.popleft() if self._to_say else np.zeros(FRAME, np.int16)
        if not self._to_say:
            self._spoken.set()
        if self.noise is not None:
            start = np.random.default_rng(len(self.heard)).integers(0, len(self.noise) - FRAME)
            frame = frame + self.noise[start : start + FRAME]
        if played is not None and self._echo:
            frame = (frame + played * self._echo).astype(np.int16)
        return self.line(frame)


@asynccontextmanager
async def greeted(
    path: Path, log: EventLog, call_id: str, **offer: Any
) -> AsyncIterator[LegCaller]:
    """A call whose caller has heard the greeting out, and who hangs up in the end.

    Behind it the log holds all of the call; `offer` is what LegCaller takes.
    """
    async with LegCaller(path, call_id, **offer) as caller:
        await log.clause("Hello")
        await caller.heard_out()
        yield caller
        caller.hang_up()
        await log.wait(CallEnded)
