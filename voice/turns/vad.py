"""Voice-activity detection on 20 ms frames: the protocol, and WebRTC's detector as the default."""

from __future__ import annotations

from typing import Literal, Protocol

import webrtcvad

from voice.audio import Pcm, to_bytes
from voice.silero import SileroVad

FRAME_MS = 20
"""Length of the frames on which detectors decide."""


class VoiceActivityDetector(Protocol):
    """Says of each frame in turn whether it holds speech; one instance per call."""

    def is_speech(self, frame: Pcm) -> bool:
        """Whether the next 20 ms frame (int16 mono at the detector's rate) holds speech."""
        ...


class WebRtcVad:
    """The Gaussian-mixture detector of WebRTC (2 us a frame); 8 or 16 kHz."""

    def __init__(self, sample_rate: int, aggressiveness: int = 2) -> None:
        if sample_rate not in (8000, 16000):
            raise ValueError(f"voice-activity detection needs 8 or 16 kHz, not {sample_rate} Hz")
        self._rate = sample_rate
        self._vad = webrtcvad.Vad(aggressiveness)

    def is_speech(self, frame: Pcm) -> bool:
        """Whether the next 20 ms frame holds speech."""
        return bool(self._vad.is_speech(to_bytes(frame), self._rate))


def create_vad(kind: Literal["webrtc", "silero"], sample_rate: int) -> VoiceActivityDetector:
    """The detector of this kind for one call at `sample_rate` Hz (8000 or 16000)."""
    return SileroVad(sample_rate) if kind == "silero" else WebRtcVad(sample_rate)
