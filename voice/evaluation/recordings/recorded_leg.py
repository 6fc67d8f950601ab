"""A call leg in memory whose caller is a recording: the edge's part, on the loop's clock."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

from voice.audio import Pcm, dbfs, fade_out, peak_dbfs, silence
from voice.evaluation.latency import AUDIBLE_DBFS, MISS_SECONDS, HeardPacket
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
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
GREETED_MS = 300
"""So much quiet after its first words, and the greeting is over."""
LONGEST_GREETING_SECONDS = 20.0
ANSWERED_SECONDS = 2.0
"""After the recording's end: so long after the assistant's last word the caller hangs up."""
LOUD_DBFS = -45.0
"""Peak from which on a frame of the caller may be speech."""


@dataclass
class LineTimes:
    """What passed the caller's end of the line; times are wall-clock seconds."""

    answered: float = 0.0
    recording_began: float | None = None
    """When the first frame of the recording was sent."""
    ended: float = 0.0
    peaks_dbfs: list[float] = field(default_factory=list)
    """Of each 20 ms of the recording that was sent."""
    heard: list[HeardPacket] = field(default_factory=list)
    """The assistant's audible frames."""
    transferred: bool = False
    frames_left: bool = False
    """The call was over before the recording was."""


class RecordedLeg:
    """Has the interface of `voice.telephony.leg.Leg`; iterating over it is the call's clock.

    With `after_greeting` the recording begins once the assistant's first words have been heard,
    otherwise when the call is answered.
    """

    def __init__(
        self,
        recording: Iterator[Pcm],
        sample_rate: int,
        after_greeting: bool,
        wall: Callable[[], float],
    ) -> None:
        self.ended_well = False
        self.times = LineTimes()
        self._recording = recording
        self._rate = sample_rate
        self._silence = silence(sample_rate * FRAME_MS // 1000)
        self._waits_for_greeting = after_greeting
        self._wall = wall
        self._ring: deque[Pcm] = deque()
        self._to_tell: deque[LegMessage] = deque()
        self._asked_to_answer = asyncio.Event()
        self._hangs_up = False
        self._ticks = self._played = self._dropped = 0
        self._recording_over = False
        self._quiet_ms = 0
        self._assistant_spoke = False
        """Since the caller's last loud frame."""

    def send(self, message: LegMessage) -> None:
        """What the call tells the edge."""
        match message:
            case Audio(pcm):
                self._ring.append(pcm)
            case Answer():
                self._asked_to_answer.set()
            case Flush():
                self._flush()
            case HangUp():
                self._hangs_up = True
                self._asked_to_answer.set()
            case Transfer():
                self.times.transferred = True
                self._to_tell.append(TransferResult(ok=True, reason=""))
            case _:
                pass

    async def __aiter__(self) -> AsyncIterator[LegMessage]:
        """Every 20 ms a frame of the caller, and what the edge has to say."""
        loop = asyncio.get_running_loop()
        await self._asked_to_answer.wait()
        self.times.answered = self._wall()
        yield Answered()
        due = loop.time()
        while not self._is_over():
            self._ticks += 1
            self._play()
            while self._to_tell:
                yield self._to_tell.popleft()
            yield Audio(self._next_frame(), self._rate)
            due += FRAME_MS / 1000
            await asyncio.sleep(due - loop.time())
        self.ended_well = True
        self.times.ended = self._wall()
        self.times.frames_left = not self._recording_over
        yield LegEnded()

    def _is_over(self) -> bool:
        if self._hangs_up or (self.times.transferred and not self._to_tell):
            return not self._ring
        if not self._recording_over:
            return False
        patience = ANSWERED_SECONDS if self._assistant_spoke else MISS_SECONDS
        return self._quiet_ms >= patience * 1000

    def _next_frame(self) -> Pcm:
        if self._waits_for_greeting and not self._is_greeted():
            return self._silence
        frame = None if self._recording_over else next(self._recording, None)
        if frame is None:
            self._recording_over = True
            return self._silence
        if self.times.recording_began is None:
            self.times.recording_began = self._wall()
        peak = peak_dbfs(frame)
        self.times.peaks_dbfs.append(peak)
        if peak > LOUD_DBFS:
            self._quiet_ms, self._assistant_spoke = 0, False
        return frame

    def _is_greeted(self) -> bool:
        spoke = self._assistant_spoke and self._quiet_ms >= GREETED_MS
        waited = self._ticks * FRAME_MS > LONGEST_GREETING_SECONDS * 1000
        if spoke or waited:
            self._waits_for_greeting = False
        return not self._waits_for_greeting

    def _play(self) -> None:
        self._quiet_ms += FRAME_MS
        if not self._ring:
            return
        self._hear(self._ring.popleft())
        if self._ticks % PLAYED_EVERY == 0 or not self._ring:
            self._tell_played()

    def _hear(self, frame: Pcm) -> None:
        self._played += len(frame)
        self._quiet_ms, self._assistant_spoke = 0, True
        level = dbfs(frame)
        if level > AUDIBLE_DBFS:
            packet = HeardPacket(self._wall(), self._ticks * FRAME_MS, FRAME_MS, level)
            self.times.heard.append(packet)

    def _flush(self) -> None:
        if self._ring:
            self._hear(fade_out(self._ring.popleft()))
        self._dropped += sum(len(frame) for frame in self._ring)
        self._ring.clear()
        self._tell_played(flushed=True)

    def _tell_played(self, flushed: bool = False) -> None:
        told = Played(samples=self._played, dropped=self._dropped, flushed=flushed)
        self._to_tell.append(told)
