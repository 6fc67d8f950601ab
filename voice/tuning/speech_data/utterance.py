"""One utterance of a corpus: where its sound lies, what was said, and by whom."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from voice.audio import AudioFileError, Pcm, resample
from voice.errors import VoiceError
from voice.evaluation.recordings.sound_files import open_sound
from voice.tuning.speech_data.tables_on_disk import embedded_sound

Part = Literal["train", "development", "test"]
"""What speech is for: to learn from, to choose by, to judge by."""


class CorpusError(VoiceError):
    """A corpus or manifest of recorded speech cannot be used."""


@dataclass(frozen=True)
class SoundHeader:
    """What a header tells of a sound."""

    sample_rate: int
    """Hz."""
    seconds: float


@dataclass(frozen=True)
class SpokenUtterance:
    """What one person said at a time."""

    path: Path
    """A sound file; or a table that holds the sound itself in row `row`."""
    text: str
    place: str
    """Where the corpus names it, for messages."""
    speaker: str = ""
    """Empty where the corpus does not tell speakers apart."""
    dialect: str = ""
    """As the corpus calls it: an accent, a region, a first language."""
    part: Part | None = None
    """As the corpus divides itself; None where it does not."""
    start: float | None = None
    """Of a stretch of a longer recording: seconds from its beginning."""
    seconds: float | None = None
    """How long it is, as far as the corpus says."""
    row: int | None = None

    def to_json(self) -> str:
        """For another process, on whichever machine has the same files."""
        return json.dumps({**asdict(self), "path": str(self.path.absolute())})

    @classmethod
    def from_json(cls, line: str) -> SpokenUtterance:
        """What `to_json` wrote."""
        told = json.loads(line)
        return cls(**{**told, "path": Path(told["path"])})

    @property
    def is_excerpt(self) -> bool:
        """Whether it is a stretch of a longer recording."""
        return self.start is not None

    def header(self) -> SoundHeader:
        """Rate and length, of an excerpt its own; raises AudioFileError."""
        if self.row is None and not self.is_excerpt:
            found = open_sound(self.path)
            return SoundHeader(found.sample_rate, found.seconds)
        with self._opened() as file:
            whole = file.frames / file.samplerate
            rest = max(0.0, whole - (self.start or 0.0))
            seconds = min(rest, self.seconds or rest) if self.is_excerpt else whole
            return SoundHeader(file.samplerate, seconds)

    def sound(self, sample_rate: int) -> Pcm:
        """Its samples at `sample_rate` Hz, of several channels the first; raises AudioFileError."""
        if self.row is None and not self.is_excerpt:
            frames = list(open_sound(self.path).frames("left", sample_rate))
            return np.concatenate(frames)
        with self._opened() as file:
            first = min(file.frames, round((self.start or 0.0) * file.samplerate))
            wanted = file.frames - first
            if self.is_excerpt and self.seconds is not None:
                wanted = min(wanted, round(self.seconds * file.samplerate))
            try:
                file.seek(first)
                samples = file.read(wanted, dtype="int16", always_2d=True)[:, 0]
            except soundfile.SoundFileError as error:
                raise AudioFileError(f"{self.place}: damaged: {error}") from None
            if len(samples) < wanted:
                raise AudioFileError(f"{self.place}: truncated: {len(samples)} of {wanted} samples")
            return resample(np.ascontiguousarray(samples), file.samplerate, sample_rate)

    def _opened(self) -> soundfile.SoundFile:
        source = self.path if self.row is None else io.BytesIO(embedded_sound(self.path, self.row))
        try:
            return soundfile.SoundFile(source)
        except (OSError, soundfile.SoundFileError) as error:
            raise AudioFileError(f"{self.place}: not a sound: {error}") from None
