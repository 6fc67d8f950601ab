"""One call's turns from its audio: detector, level gate and turn rule in a row."""

from __future__ import annotations

from voice.audio import Pcm, dbfs, with_gain
from voice.settings.turns import Turns
from voice.turns.detector import TurnDetector, TurnSignal
from voice.turns.level_gate import LevelGate
from voice.turns.vad import VoiceActivityDetector, create_vad


class TurnTracker:
    """Follows the turns of one call on 20 ms frames at `sample_rate` Hz (8000 or 16000)."""

    def __init__(
        self, settings: Turns, sample_rate: int, vad: VoiceActivityDetector | None = None
    ) -> None:
        self._vad = vad or create_vad(settings.detector, sample_rate)
        self._gate = LevelGate()
        self.detector = TurnDetector(settings)

    def hears_speech(self, frame: Pcm) -> bool:
        """Whether the next 20 ms frame holds speech that stands out of the line's noise."""
        loud = self._gate.passes(dbfs(frame))
        return self._vad.is_speech(with_gain(frame, self._gate.lift_db)) and loud

    def push(self, frame: Pcm) -> TurnSignal | None:
        """Take the next 20 ms frame; returns what follows from it, if anything does."""
        return self.detector.push(self.hears_speech(frame))
