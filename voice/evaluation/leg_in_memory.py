"""A call leg in memory: the edge's part of a call, on the running loop's clock.

What is sent to the caller lies in a ring, 20 ms a frame, and counts once it has left it; who the
caller is and what they say is for those who inherit from it.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable

from voice.audio import Pcm, dbfs, fade_out, silence, with_gain
from voice.evaluation.latency import AUDIBLE_DBFS, HeardPacket
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Duck,
    Flush,
    HangUp,
    LegEnded,
    LegMessage,
    Played,
    Transfer,
    TransferResult,
)

FRAME_MS = 20
PLAYED_EVERY = 5
"""Frames between two words of the edge on what was heard."""


class LegInMemory(ABC):
    """Has the interface of `voice.telephony.leg.Leg`; iterating over it is the call's clock.

    `sample_rate` is the line's, in Hz; `wall` gives the wall-clock time in seconds.
    """

    def __init__(self, sample_rate: int, wall: Callable[[], float]) -> None:
        self.ended_well = False
        self.answered = asyncio.Event()
        self.transferred_to = ""
        """The person that the call was handed to."""
        self.heard: list[HeardPacket] = []
        """The assistant's audible frames, by the time at which they were played."""
        self._rate = sample_rate
        self._silence = silence(sample_rate * FRAME_MS // 1000)
        self._wall = wall
        self._ring: deque[Pcm] = deque()
        self._to_tell: deque[LegMessage] = deque()
        self._hangs_up = False
        self._gain_db = 0.0
        self._ticks = self._played = self._dropped = 0

    def send(self, message: LegMessage) -> None:
        """What the call tells the edge."""
        match message:
            case Audio(pcm):
                self._ring.append(pcm)
            case Answer():
                self.answered.set()
            case Duck(gain_db=gain_db):
                self._gain_db = gain_db
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
        self._begun()
        yield Answered()
        due = loop.time()
        while not self._is_over():
            self._ticks += 1
            played = self._play()
            while self._to_tell:
                yield self._to_tell.popleft()
            yield Audio(self._next_frame(played), self._rate)
            due += FRAME_MS / 1000
            await asyncio.sleep(due - loop.time())
        self.ended_well = True
        self._ended()
        yield LegEnded()

    # What the caller does, and notices

    @abstractmethod
    def _next_frame(self, played: Pcm) -> Pcm:
        """What the caller sends in the 20 ms in which `played` is heard."""

    @abstractmethod
    def _assistant_heard(self) -> None:
        """A frame of the assistant was played."""

    @abstractmethod
    def _nothing_heard(self) -> None:
        """20 ms passed in which none was."""

    @property
    def _is_let_go(self) -> bool:
        """Whether somebody hung up, or the call went to a person."""
        return self._hangs_up or (bool(self.transferred_to) and not self._to_tell)

    def _is_over(self) -> bool:
        """What was sent before is heard to its end."""
        return self._is_let_go and not self._ring

    def _begun(self) -> None:  # noqa: B027 - not all callers note the time
        """The call is answered."""

    @abstractmethod
    def _ended(self) -> None:
        """The call is over."""

    # The ring

    def _play(self) -> Pcm:
        if not self._ring:
            self._nothing_heard()
            return self._silence
        frame = with_gain(self._ring.popleft(), self._gain_db)
        self._hear(frame)
        if self._ticks % PLAYED_EVERY == 0 or not self._ring:
            self._tell_played()
        return frame

    def _hear(self, frame: Pcm) -> None:
        self._played += len(frame)
        self._assistant_heard()
        level = dbfs(frame)
        if level > AUDIBLE_DBFS:
            self.heard.append(HeardPacket(self._wall(), self._ticks * FRAME_MS, FRAME_MS, level))

    def _flush(self) -> None:
        if self._ring:
            self._hear(fade_out(with_gain(self._ring.popleft(), self._gain_db)))
        self._dropped += sum(len(frame) for frame in self._ring)
        self._ring.clear()
        self._gain_db = 0.0
        self._tell_played(flushed=True)

    def _tell_played(self, flushed: bool = False) -> None:
        told = Played(samples=self._played, dropped=self._dropped, flushed=flushed)
        self._to_tell.append(told)
