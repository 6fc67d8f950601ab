"""Smart Turn v3: whether a turn sounds as if it were over, by the ONNX file that pipecat ships.

A small Whisper encoder with a classifier on top (Daily, BSD-2-Clause) hears the last eight seconds
of the caller: pitch, pace and words tell a finished sentence from one that breaks off.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from voice.engine_queue import EngineQueue, Priority, QueueFactory
from voice.errors import ModelError
from voice.onnx_models import open_session

Pcm = NDArray[np.int16]
"""Mono samples."""

RATE_HZ = 16000
HEARD_SECONDS = 8
"""What the model takes in."""
_MODEL = "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx"
_SAMPLES = HEARD_SECONDS * RATE_HZ
_CAPACITY = 64
_LEAST_VARIANCE = 1e-7


class SmartTurn:
    """The one session of a process, behind a queue of its own; shared by all calls."""

    def __init__(self, session: Any, make_queue: QueueFactory = EngineQueue) -> None:
        self._session = session
        self._features = FeatureExtractor(chunk_length=HEARD_SECONDS)
        self._queue = make_queue("turns", 1, _CAPACITY)

    @classmethod
    def load(cls, make_queue: QueueFactory = EngineQueue) -> SmartTurn:
        """Raises ModelError without the model."""
        try:
            model = Path(str(distribution("pipecat-ai").locate_file(_MODEL)))
        except PackageNotFoundError:
            raise ModelError("smart-turn needs the package pipecat-ai") from None
        try:
            return cls(open_session(model), make_queue)
        except ModelError as error:
            raise ModelError(f"smart-turn: {error}") from None

    async def finality(self, turn: Pcm) -> float:
        """How probably the speaker of `turn` (at 16 kHz, up to its pause) is done, 0 to 1.

        Raises EngineBusy when too much waits. Takes some 35 ms of CPU, however short the turn is.
        """
        return await self._queue.run(self._judge, turn, priority=Priority.SPECULATIVE)

    def close(self) -> None:
        """End the engine's thread; what waits is cancelled."""
        self._queue.close()

    def _judge(self, turn: Pcm) -> float:
        outputs = self._session.run(None, {"input_features": self.features(turn)[np.newaxis]})
        return float(np.ravel(outputs[0])[0])

    def features(self, turn: Pcm) -> NDArray[np.float32]:
        """Log-mel frames of 10 ms, shape (80, 800), of the end of the turn behind silence."""
        last = turn[-_SAMPLES:].astype(np.float32) / 32768
        heard = np.pad(last, (_SAMPLES - len(last), 0))
        heard = (heard - heard.mean()) / np.sqrt(heard.var() + _LEAST_VARIANCE)
        frames: NDArray[np.float32] = self._features(heard, padding=0)
        return frames[:, : 100 * HEARD_SECONDS].astype(np.float32)
