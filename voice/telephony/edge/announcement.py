"""The recorded apology that a caller hears when the call process has died."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from voice.audio.pcm import Pcm, silence
from voice.audio.resample import resample
from voice.audio.wav import AudioFileError, read_wav

log = logging.getLogger(__name__)

LONGEST_SECONDS = 20


def announcement(path: Path, sample_rate: int) -> Iterator[Pcm]:
    """The file's sound in frames of 20 ms at the given rate; nothing when it cannot be read."""
    try:
        sound, rate = read_wav(path)
    except AudioFileError as error:
        log.error("no announcement: %s", error)
        return
    sound = resample(sound[: rate * LONGEST_SECONDS], rate, sample_rate)
    length = sample_rate // 50
    for start in range(0, len(sound), length):
        frame = sound[start : start + length]
        if len(frame) == length:
            yield frame
        else:
            last = silence(length)
            last[: len(frame)] = frame
            yield last
