"""Sound files of any kind that libsndfile or FFmpeg reads: one channel, as frames of a call leg."""

from __future__ import annotations

import mimetypes
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from voice.audio import AudioFileError, Pcm, Resampler, peak_dbfs, silence
from voice.evaluation.recordings.containers import CONTAINERS, decoded, measures_of

Side = Literal["left", "right"]
"""Which channel of a stereo file is the caller."""

FRAME_SECONDS = 0.02
QUIETEST_DBFS = -50.0
"""Peak; a channel that is nowhere louder holds no caller."""
HEADERLESS = {
    ".ul": "ULAW", ".ulaw": "ULAW", ".mulaw": "ULAW", ".pcmu": "ULAW",
    ".al": "ALAW", ".alaw": "ALAW", ".pcma": "ALAW", ".gsm": "GSM610", ".sln": "PCM_16",
    ".vox": "VOX_ADPCM",
}  # fmt: skip
"""Bare samples of telephone systems at 8 kHz, by the ending of the name."""
ENDINGS = (
    *(".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au"),
    *HEADERLESS,
    *CONTAINERS,
)
"""What can be read; other kinds of sound are named as failures."""

_BLOCK_FRAMES = 65_536
_UNKNOWN_LENGTHS = (0, 0x7FFFFFFF, 0xFFFFFFFF)
"""What streaming writers put where the length belongs."""


@dataclass(frozen=True)
class SoundFile:
    """A file that was found readable; its sound is read block by block."""

    path: Path
    sample_rate: int
    channels: int
    seconds: float
    """As its header says."""

    def frames(self, side: Side, sample_rate: int) -> Iterator[Pcm]:
        """The caller's sound in frames of 20 ms at `sample_rate` Hz (int16, shape (n,)).

        Raises AudioFileError where the file is damaged, or shorter than it says.
        """
        length = round(sample_rate * FRAME_SECONDS)
        resampler = Resampler(self.sample_rate, sample_rate)
        kept = silence(0)
        for block in self._blocks(side):
            kept = np.concatenate([kept, resampler.push(block)])
            whole = len(kept) // length * length
            for start in range(0, whole, length):
                yield kept[start : start + length]
            kept = kept[whole:]
        kept = np.concatenate([kept, resampler.flush()])
        for start in range(0, len(kept), length):
            part = kept[start : start + length]
            yield np.concatenate([part, silence(length - len(part))])

    def _blocks(self, side: Side) -> Iterator[Pcm]:
        column = 1 if side == "right" and self.channels == 2 else 0
        if self.path.suffix.lower() in CONTAINERS:
            yield from (_to_pcm(block[:, column]) for block in decoded(self.path))
            return
        read = 0
        with _opened(self.path) as file:
            expected = file.frames
            while True:
                block = file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)
                if not len(block):
                    break
                read += len(block)
                yield _to_pcm(block[:, column])
        if read < expected:
            seconds = f"{read / self.sample_rate:.1f} of {self.seconds:.1f} s"
            raise AudioFileError(f"{self.path}: truncated: {seconds} are there")


def open_sound(path: Path) -> SoundFile:
    """Look at a file; raises AudioFileError when it holds no sound that can be used."""
    if not path.is_file():
        raise AudioFileError(f"{path}: no such file")
    if not is_readable(path.name) and is_sound(path.name):
        raise AudioFileError(f"{path}: sound of this kind cannot be read ({' '.join(ENDINGS)} can)")
    if path.suffix.lower() in CONTAINERS:
        found = SoundFile(path, *measures_of(path))
    else:
        with _opened(path) as file:
            found = SoundFile(path, file.samplerate, file.channels, file.frames / file.samplerate)
    if found.channels > 2:
        raise AudioFileError(f"{path}: {found.channels} channels, expected 1 or 2")
    if found.seconds == 0:
        raise AudioFileError(f"{path}: holds no sound")
    promised = _promised_bytes(path)
    there = path.stat().st_size
    if promised > there:
        raise AudioFileError(f"{path}: truncated: {there} of {promised} bytes are there")
    return found


def is_sound(name: str) -> bool:
    """Whether a file is taken for sound in a folder, by the ending of its name."""
    kind = mimetypes.guess_type(name)[0] or ""
    return is_readable(name) or kind.startswith(("audio/", "video/"))


def is_readable(name: str) -> bool:
    """Whether sound of this kind can be read, by the ending of its name."""
    return name.lower().endswith(ENDINGS)


def silent_side(sound: SoundFile, side: Side) -> str:
    """What to say when the caller's channel holds nothing; nothing when it does.

    Raises AudioFileError.
    """
    if _is_heard(sound, side):
        return ""
    if sound.channels == 1:
        return f"silent: nothing in it is louder than {QUIETEST_DBFS:g} dBFS"
    other: Side = "right" if side == "left" else "left"
    if not _is_heard(sound, other):
        return f"silent: nothing on either channel is louder than {QUIETEST_DBFS:g} dBFS"
    return f"the caller's channel ({side}) is silent, the other is not: --caller {other}?"


def _is_heard(sound: SoundFile, side: Side) -> bool:
    frames = sound.frames(side, sound.sample_rate)
    return any(peak_dbfs(frame) > QUIETEST_DBFS for frame in frames)


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    raw = HEADERLESS.get(path.suffix.lower())
    options = {"format": "RAW", "subtype": raw, "samplerate": 8000, "channels": 1} if raw else {}
    try:
        if path.stat().st_size == 0:
            raise AudioFileError(f"{path}: is empty")
        with soundfile.SoundFile(str(path), **options) as file:
            yield file
    except OSError as error:
        raise AudioFileError(f"{path}: {error.strerror}") from None
    except soundfile.LibsndfileError as error:
        raise AudioFileError(f"{path}: not a sound file: {error.error_string}") from None


def _to_pcm(samples: NDArray[np.float32]) -> Pcm:
    scaled = np.nan_to_num(samples, posinf=1.0, neginf=-1.0) * np.float32(32768)
    pcm: Pcm = np.rint(scaled).clip(-32768, 32767).astype(np.int16)
    return pcm


def _promised_bytes(path: Path) -> int:
    """How long a WAV file must be for its data to be whole; 0 for other files."""
    with path.open("rb") as file:
        riff, _, wave = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
        if (riff, wave) != (b"RIFF", b"WAVE"):
            return 0
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                return 0 if size in _UNKNOWN_LENGTHS else file.tell() + size
            file.seek(size + size % 2, 1)
    return 0
