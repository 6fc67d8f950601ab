"""Which voice on a line is the caller's: not the assistant's echo, and not the television."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from voice.audio import Pcm, dbfs
from voice.silero import speech_peak
from voice.turns.echo import EchoGuard, EchoVerdict
from voice.turns.foreground import Foreground
from voice.turns.tracker import TurnTracker

_FRAME_MS = 20
_LATELY_FRAMES = 16
"""The stretch in which voice is counted that is laid beside what was sent."""
_MOST_HELD = 16
_KEPT_FRAMES = 25
"""Half a second, in which a second opinion looks for a voice."""
_VOICE = 0.5
"""How probable speech has to be somewhere in it."""


_FADING_DB = 18.0
"""So much below the loudest of the last half second a word only dies away."""


class Sound(Enum):
    """What the latest frame holds."""

    SILENCE = auto()
    """Nothing of the caller."""
    MAYBE = auto()
    """A voice that is too short to be told from the assistant's own."""
    VOICE = auto()
    """The caller's."""
    ECHO = auto()
    """The assistant's own."""


@dataclass(frozen=True)
class HeardFrame:
    """What follows from a frame."""

    sound: Sound
    decisions: tuple[bool, ...]
    """Whether the caller spoke, for each frame of which it is known only now: in order, and for
    every frame once; none while it cannot be told yet."""


class Hearing:
    """Tells one caller's voice, on 20 ms frames at `sample_rate` Hz."""

    def __init__(self, tracker: TurnTracker, sample_rate: int) -> None:
        self.echo = EchoGuard(sample_rate)
        self._tracker = tracker
        self._rate = sample_rate
        self._foreground = Foreground()
        self._kept: deque[Pcm] = deque(maxlen=_KEPT_FRAMES)
        self._lately: deque[bool] = deque(maxlen=_LATELY_FRAMES)
        self._levels: deque[float] = deque(maxlen=_KEPT_FRAMES)
        self._held: list[bool] = []

    def push(self, frame: Pcm, assistant_audible: bool) -> HeardFrame:
        """Take the next frame."""
        self.echo.received(frame)
        self._kept.append(frame)
        voiced = self._tracker.hears_speech(frame)
        self._lately.append(voiced)
        level = dbfs(frame)
        self._levels.append(level)
        if not voiced:
            self._foreground.quiet()
            return self._silence()
        near = self._foreground.is_near(level)
        if assistant_audible and not near:
            return self._silence()
        verdict = self._judge()
        if verdict is EchoVerdict.UNSURE:
            self._held.append(True)
            return HeardFrame(Sound.MAYBE, ())
        if verdict is EchoVerdict.ECHO:
            return HeardFrame(Sound.ECHO, (*self._released(echo=True), False))
        self._foreground.spoke(level)
        fades = level < max(self._levels) - _FADING_DB
        sound = Sound.SILENCE if fades else Sound.VOICE
        return HeardFrame(sound, (*self._released(echo=False), True))

    def turn_over(self) -> None:
        """What was heard of late was a turn of the caller."""
        self._foreground.turn_over()

    def sounds_human(self) -> bool:
        """A second opinion on the last half second: speech, no cough or noise (1 ms of CPU)."""
        return speech_peak(np.concatenate(list(self._kept)), self._rate) >= _VOICE

    def _silence(self) -> HeardFrame:
        if not self._held:
            return HeardFrame(Sound.SILENCE, (False,))
        self._held.append(False)
        if len(self._held) < _MOST_HELD:
            return HeardFrame(Sound.SILENCE, ())
        return HeardFrame(Sound.SILENCE, self._released(self._judge() is EchoVerdict.ECHO))

    def _judge(self) -> EchoVerdict:
        voiced_ms = sum(self._lately) * _FRAME_MS
        return self.echo.judge(voiced_ms, decide=len(self._held) >= _MOST_HELD)

    def _released(self, echo: bool) -> tuple[bool, ...]:
        held, self._held = self._held, []
        return tuple(voiced and not echo for voiced in held)
