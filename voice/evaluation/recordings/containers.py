"""Sound that libsndfile does not read: what telephones and browsers record, by FFmpeg (PyAV)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from voice.audio import AudioFileError

CONTAINERS = (".m4a", ".mp4", ".aac", ".webm", ".mka", ".amr", ".3gp", ".wma", ".g722")


def measures_of(path: Path) -> tuple[int, int, float]:
    """Sample rate in Hz, channels, and seconds, found by decoding; raises AudioFileError.

    A browser's recording does not say how long it is, and other headers cannot be relied on.
    """
    rate, channels, samples = 0, 0, 0
    for frame in _frames(path):
        rate, channels = frame.sample_rate, len(frame.layout.channels)
        samples += frame.samples
    if not samples:
        raise AudioFileError(f"{path}: holds no sound")
    return rate, channels, samples / rate


def decoded(path: Path) -> Iterator[NDArray[np.float32]]:
    """Blocks of samples, shape (n, channels), full scale +-1; raises AudioFileError."""
    to_float = av.AudioResampler(format="fltp")
    for frame in _frames(path):
        for converted in to_float.resample(frame):
            yield converted.to_ndarray().T.astype(np.float32)


def _frames(path: Path) -> Iterator[av.AudioFrame]:
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise AudioFileError(f"{path}: holds no sound")
            yield from container.decode(container.streams.audio[0])
    except av.FFmpegError as error:
        raise AudioFileError(f"{path}: not a sound file: {error.strerror}") from None
