"""A call leg in memory whose caller is a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from voice.audio import Pcm, peak_dbfs
from voice.evaluation.latency import MISS_SECONDS, HeardPacket
from voice.evaluation.leg_in_memory import FRAME_MS, LegInMemory

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
    frames_left: bool = False
    """The call was over before the recording was."""


class RecordedLeg(LegInMemory):
    """A leg whose caller says what was recorded, and hears.

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
        super().__init__(sample_rate, wall)
        self.times = LineTimes(heard=self.heard)
        self._recording = recording
        self._waits_for_greeting = after_greeting
        self._recording_over = False
        self._quiet_ms = 0
        self._assistant_spoke = False
        """Since the caller's last loud frame."""

    def _begun(self) -> None:
        self.times.answered = self._wall()

    def _ended(self) -> None:
        self.times.ended = self._wall()
        self.times.frames_left = not self._recording_over

    def _is_over(self) -> bool:
        if self._is_let_go:
            return super()._is_over()
        if not self._recording_over:
            return False
        patience = ANSWERED_SECONDS if self._assistant_spoke else MISS_SECONDS
        return self._quiet_ms >= patience * 1000

    def _next_frame(self, played: Pcm) -> Pcm:
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

    def _assistant_heard(self) -> None:
        self._quiet_ms, self._assistant_spoke = 0, True

    def _nothing_heard(self) -> None:
        self._quiet_ms += FRAME_MS
