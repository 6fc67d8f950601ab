"""WAV files: whole ones, and a stereo file that grows and is valid after every second."""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import Self

import numpy as np

from voice.audio.pcm import Pcm, interleaved, to_bytes
from voice.errors import VoiceError

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_BYTES_PER_FRAME = 4
"""Stereo, 16 bit."""


class AudioFileError(VoiceError):
    """A sound file cannot be read or written."""


def read_wav(path: Path) -> tuple[Pcm, int]:
    """The sound, all channels averaged, and its sample rate; 8- and 16-bit PCM files."""
    channels, sample_rate = _read_channels(path)
    if channels.shape[1] == 1:
        return np.ascontiguousarray(channels[:, 0]), sample_rate
    return np.rint(channels.mean(axis=1)).astype(np.int16), sample_rate


def read_stereo(path: Path) -> tuple[Pcm, Pcm, int]:
    """Left, right and the sample rate."""
    channels, sample_rate = _read_channels(path)
    if channels.shape[1] != 2:
        raise AudioFileError(f"{path}: {channels.shape[1]} channels, expected 2")
    left, right = channels.T
    return np.ascontiguousarray(left), np.ascontiguousarray(right), sample_rate


def write_wav(path: Path, pcm: Pcm, sample_rate: int) -> None:
    """Write a mono file, complete or not at all."""
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(sample_rate)
            file.writeframes(to_bytes(pcm))
        unfinished.replace(path)
    except OSError as error:
        raise AudioFileError(f"{path}: {error.strerror}") from None


def _read_channels(path: Path) -> tuple[Pcm, int]:
    """Samples of shape (frames, channels) and the sample rate."""
    try:
        with wave.open(str(path), "rb") as file:
            width, channels = file.getsampwidth(), file.getnchannels()
            sample_rate = file.getframerate()
            data = file.readframes(file.getnframes())
    except OSError as error:
        raise AudioFileError(f"{path}: {error.strerror}") from None
    except (wave.Error, EOFError) as error:
        raise AudioFileError(f"{path}: not a PCM WAV file ({error or 'truncated'})") from None
    if width not in (1, 2) or sample_rate == 0:
        raise AudioFileError(f"{path}: {8 * width}-bit samples, expected 8 or 16")
    data = data[: len(data) // (width * channels) * width * channels]
    if width == 2:
        samples = np.frombuffer(data, "<i2").astype(np.int16)
    else:
        samples = (np.frombuffer(data, np.uint8).astype(np.int16) - 128) * np.int16(256)
    return samples.reshape(-1, channels), sample_rate


class StereoWriter:
    """A stereo WAV file that is valid after every second, whatever happens to its process."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path = path
        self._sample_rate = sample_rate
        self._frames = 0
        self._frames_in_header = 0
        try:
            self._file = path.open("wb", buffering=0)
            self._write_header()
        except OSError as error:
            raise AudioFileError(f"{path}: {error.strerror}") from None

    @property
    def seconds(self) -> float:
        """How long the recording is by now."""
        return self._frames / self._sample_rate

    def append(self, left: Pcm, right: Pcm) -> None:
        """Add both sides; the shorter one is followed by silence. Raises AudioFileError."""
        both = interleaved(left, right)
        try:
            self._file.write(to_bytes(both))
            self._frames += len(both)
            if self._frames - self._frames_in_header >= self._sample_rate:
                self._write_header()
        except OSError as error:
            raise AudioFileError(f"{self.path}: {error.strerror}") from None

    def close(self) -> None:
        """Complete the header; closing again does nothing."""
        if self._file.closed:
            return
        try:
            self._write_header()
        except OSError as error:
            raise AudioFileError(f"{self.path}: {error.strerror}") from None
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_header(self) -> None:
        size = min(self._frames * _BYTES_PER_FRAME, 0xFFFFFFFF - 36)
        rate = self._sample_rate
        header = _HEADER.pack(
            *(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 2),
            *(rate, rate * _BYTES_PER_FRAME, _BYTES_PER_FRAME, 16, b"data", size),
        )
        self._file.seek(0)
        self._file.write(header)
        self._file.seek(0, 2)
        self._frames_in_header = self._frames
