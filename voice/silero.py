"""Silero's neural voice-activity detector, run on the ONNX file that pipecat ships.

It follows a call frame by frame (`SileroVad`), or judges a whole recording (`speech_peak`).
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice.errors import ModelError
from voice.onnx_models import open_session

Pcm = NDArray[np.int16]
"""Mono samples."""

_MODEL = "pipecat/audio/vad/data/silero_vad.onnx"
_WINDOW_SECONDS = 0.032
_CONTEXT_SECONDS = 0.004
_STATE_SHAPE = (2, 1, 128)
_JUDGED_PEAK = 0.5
"""Of full scale: a recording is raised to it, for the detector misses quiet speech."""
_RESET_WINDOWS = 60
"""About two seconds of quiet; then the recurrent state is cleared, because it goes deaf."""


@cache
def _shared_session() -> Any:
    """The one ONNX Runtime session of the process; all state lives outside of it."""
    try:
        model = Path(str(distribution("pipecat-ai").locate_file(_MODEL)))
    except PackageNotFoundError:
        raise ModelError("silero needs the package pipecat-ai") from None
    try:
        return open_session(model)
    except ModelError as error:
        raise ModelError(f"silero: {error}") from None


class SileroVad:
    """Silero's detector (about 60 us a frame); 8 or 16 kHz. Raises ModelError without its model."""

    def __init__(self, sample_rate: int, threshold: float = 0.5) -> None:
        if sample_rate not in (8000, 16000):
            raise ValueError(f"voice-activity detection needs 8 or 16 kHz, not {sample_rate} Hz")
        self._session = _shared_session()
        self._rate = np.array(sample_rate, dtype=np.int64)
        self._window = round(sample_rate * _WINDOW_SECONDS)
        self._context_samples = round(sample_rate * _CONTEXT_SECONDS)
        self._threshold = threshold
        self._pending: NDArray[np.float32] = np.zeros(0, np.float32)
        self._probability = 0.0
        self._quiet_windows = 0
        self._state = np.zeros(_STATE_SHAPE, np.float32)
        self._context = np.zeros(self._context_samples, np.float32)

    def is_speech(self, frame: Pcm) -> bool:
        """Whether the next frame, usually 20 ms, holds speech."""
        return self.probability(frame) >= self._threshold

    def probability(self, frame: Pcm) -> float:
        """How probably the next frame holds speech, 0 to 1, as of the last full 32 ms window."""
        samples = frame.astype(np.float32) / 32768.0
        self._pending = np.concatenate([self._pending, samples])
        while self._pending.size >= self._window:
            self._score(self._pending[: self._window])
            self._pending = self._pending[self._window :]
        return self._probability

    def _score(self, window: NDArray[np.float32]) -> None:
        block = np.concatenate([self._context, window])[np.newaxis]
        inputs = {"input": block, "state": self._state, "sr": self._rate}
        output, self._state = self._session.run(None, inputs)
        self._context = window[-self._context_samples :]
        self._probability = float(output[0, 0])
        self._quiet_windows = self._quiet_windows + 1 if self._probability < 0.2 else 0
        if self._quiet_windows >= _RESET_WINDOWS:
            self._reset()

    def _reset(self) -> None:
        self._state = np.zeros(_STATE_SHAPE, np.float32)
        self._context = np.zeros(self._context_samples, np.float32)
        self._quiet_windows = 0


def speech_peak(pcm: Pcm, sample_rate: int) -> float:
    """How probable speech is where it is most probable, 0 to 1, however quiet it is.

    `sample_rate` is 8000 or 16000 Hz. Takes 2 ms for a second of sound.
    """
    highest = float(np.abs(pcm.astype(np.float32)).max(initial=0.0))
    if not highest:
        return 0.0
    raised = np.rint(pcm * (_JUDGED_PEAK * 32767 / highest)).astype(np.int16)
    detector = SileroVad(sample_rate)
    step = round(sample_rate * _WINDOW_SECONDS)
    return max(detector.probability(raised[at : at + step]) for at in range(0, len(raised), step))
