"""The recorded apology that a caller hears when the call process has died."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voice.audio.pcm import Pcm, silence
from voice.audio.resample import resample
from voice.audio.wav import AudioFileError, read_wav

log = logging.getLogger(__name__)

LONGEST_SECONDS = 20


class Announcement:
    """A sound file in frames of 20 ms, read once, off the event loop, and shared by all calls."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self._path = path
        self._sample_rate = sample_rate
        self._frames: Sequence[Pcm] = ()
        self._reading = asyncio.Lock()

    async def frames(self) -> Sequence[Pcm]:
        """All frames; none, and a line in the log, when the file cannot be read (yet)."""
        async with self._reading:
            if not self._frames:
                self._frames = await asyncio.to_thread(_read, self._path, self._sample_rate)
        return self._frames


def _read(path: Path, sample_rate: int) -> Sequence[Pcm]:
    try:
        sound, rate = read_wav(path)
    except AudioFileError as error:
        log.error("no announcement: %s", error)
        return ()
    sound = resample(sound[: rate * LONGEST_SECONDS], rate, sample_rate)
    length = sample_rate // 50
    padded = np.concatenate((sound, silence(-len(sound) % length)))
    return tuple(padded.reshape(-1, length))
