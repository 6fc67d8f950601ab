"""FLAC files: a stereo recording that grows during a call, and reading one back."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Self

import numpy as np
import soundfile

from voice.audio.pcm import Pcm, interleaved
from voice.audio.wav import AudioFileError

_COMPRESSION = 0.25
"""Level 2 of 8, whose blocks are short: at 8 kHz a seventh of a second waits for the disk."""
_BLOCK_FRAMES = 1152
_WAITING_FRAMES = 2 * _BLOCK_FRAMES
"""What the encoder may still hold back."""
_LENGTH = struct.Struct(">Q")
_LENGTH_OFFSET = 18
"""In STREAMINFO: rate (20 bits), channels - 1 (3), bits - 1 (5), number of frames (36)."""


class FlacWriter:
    """A stereo FLAC file that is valid after every append, whatever happens to its process.

    The library writes the length when it closes the file; this class keeps it right before that.
    """

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path = path
        self._sample_rate = sample_rate
        self._frames = 0
        try:
            path.touch(mode=0o600)
            self._file = soundfile.SoundFile(
                path, "w", sample_rate, 2, "PCM_16", format="FLAC", compression_level=_COMPRESSION
            )
            self._header = os.open(path, os.O_WRONLY)
        except OSError as error:
            raise AudioFileError(f"{path}: {error.strerror}") from None
        except soundfile.SoundFileError as error:
            raise AudioFileError(f"{path}: {error}") from None

    @property
    def seconds(self) -> float:
        """How long the recording is by now."""
        return self._frames / self._sample_rate

    def append(self, left: Pcm, right: Pcm) -> None:
        """Add both sides; the shorter one is followed by silence. Raises AudioFileError."""
        both = interleaved(left, right)
        try:
            self._file.write(both)
            self._frames += len(both)
            self._write_length()
        except (OSError, soundfile.SoundFileError) as error:
            raise AudioFileError(f"{self.path}: {error}") from None

    def close(self) -> None:
        """Complete the header; closing again does nothing."""
        if self._file.closed:
            return
        try:
            self._file.close()
        except (OSError, soundfile.SoundFileError) as error:
            raise AudioFileError(f"{self.path}: {error}") from None
        finally:
            os.close(self._header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_length(self) -> None:
        """Say how much of the sound is certainly in the file."""
        whole = max(0, self._frames - _WAITING_FRAMES) // _BLOCK_FRAMES * _BLOCK_FRAMES
        if whole:
            described = self._sample_rate << 44 | 1 << 41 | 15 << 36 | whole
            os.pwrite(self._header, _LENGTH.pack(described), _LENGTH_OFFSET)


def read_stereo_flac(path: Path) -> tuple[Pcm, Pcm, int]:
    """Left, right and the sample rate. Raises AudioFileError."""
    try:
        both, sample_rate = soundfile.read(path, dtype="int16", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise AudioFileError(f"{path}: {error}") from None
    if both.shape[1] != 2:
        raise AudioFileError(f"{path}: {both.shape[1]} channels, expected 2")
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1]), sample_rate
