"""One call's turns from its audio: detector, level gate and turn rule in a row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice.settings import Turns
from voice.turns.detector import TurnDetector, TurnSignal
from voice.turns.level_gate import LevelGate
from voice.turns.vad import VoiceActivityDetector, create_vad

_SILENCE_DBFS = -96.0
_FULL_SCALE = 32768.0


class TurnTracker:
    """Follows the turns of one call on 20 ms frames at `sample_rate` Hz (8000 or 16000)."""

    def __init__(
        self, settings: Turns, sample_rate: int, vad: VoiceActivityDetector | None = None
    ) -> None:
        self._vad = vad or create_vad(settings.detector, sample_rate)
        self._gate = LevelGate()
        self.detector = TurnDetector(settings)
        self.voiced = False
        """Whether the last frame held speech."""

    def push(self, frame: NDArray[np.int16]) -> TurnSignal | None:
        """Take the next 20 ms (int16 mono); returns what follows from it, if anything does."""
        loud = self._gate.passes(_level_dbfs(frame))
        self.voiced = self._vad.is_speech(frame) and loud
        return self.detector.push(self.voiced)


def _level_dbfs(frame: NDArray[np.int16]) -> float:
    """The frame's level in dB below full scale; -96 for silence."""
    samples = frame.astype(np.float32)
    power = float(np.dot(samples, samples)) / max(1, samples.size) / _FULL_SCALE**2
    return max(_SILENCE_DBFS, 10.0 * float(np.log10(power))) if power > 0 else _SILENCE_DBFS
