"""The synthesizers that a voice learns from: audio of a sentence and when each phone ends."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from training.voice.features import SAMPLE_RATE, PitchRange


@dataclass(frozen=True)
class Segment:
    """One phone (CMU set, lower case) or pause ("pau") of the teacher; times in seconds."""

    phone: str
    start: float
    end: float


@dataclass(frozen=True)
class Utterance:
    """A sentence as the teacher spoke it; audio float64 at 16 kHz."""

    text: str
    audio: NDArray[np.float64]
    segments: tuple[Segment, ...]


class Teacher(Protocol):
    """A synthesizer that reports its phones."""

    @property
    def pitch(self) -> PitchRange:
        """Where the F0 lies."""
        ...

    @property
    def sex(self) -> str:
        """As a model card says it."""
        ...

    @property
    def credit(self) -> str:
        """Its name and its source."""
        ...

    @property
    def licence(self) -> str:
        """Under which terms its speech may be used."""
        ...

    def speak(self, texts: list[str]) -> Iterator[Utterance]:
        """Speak each text; what the synthesizer cannot say is left out."""
        ...


_FESTIVAL_PROGRAM: Final = """
(define (speak_one text base)
  (let ((utt (utt.synth (eval (list 'Utterance 'Text text)))) (out nil))
    (utt.save.wave utt (string-append base ".wav"))
    (set! out (fopen (string-append base ".phones") "w"))
    (mapcar (lambda (phone) (format out "%s %f\\n" (item.name phone) (item.feat phone "end")))
            (utt.relation.items utt 'Segment))
    (fclose out)))
"""


@dataclass(frozen=True)
class Festival:
    """A Festival voice; one process speaks a whole list."""

    voice: str
    pitch: PitchRange
    sex: str
    credit: str
    licence: str

    def speak(self, texts: list[str]) -> Iterator[Utterance]:
        """Speak each text; what Festival cannot say is left out."""
        with tempfile.TemporaryDirectory(prefix="teacher-") as folder:
            lines = [f"(voice_{self.voice})", _FESTIVAL_PROGRAM]
            for number, text in enumerate(texts):
                quoted = text.replace("\\", " ").replace('"', " ")
                lines.append(f'(speak_one "{quoted}" "{folder}/{number}")')
            program = Path(folder, "speak.scm")
            program.write_text("\n".join(lines), encoding="latin-1", errors="replace")
            subprocess.run(["festival", "-b", str(program)], check=True, capture_output=True)
            for number, text in enumerate(texts):
                base = Path(folder, str(number))
                if base.with_suffix(".phones").exists():
                    ends = _ends(base.with_suffix(".phones").read_text(), r"(\S+) ([\d.]+)")
                    yield Utterance(text, _read_audio(base.with_suffix(".wav")), ends)


@dataclass(frozen=True)
class Flite:
    """A Flite voice; one short process per sentence."""

    voice: str
    pitch: PitchRange
    sex: str
    credit: str
    licence: str

    def speak(self, texts: list[str]) -> Iterator[Utterance]:
        """Speak each text; what Flite cannot say is left out."""
        with tempfile.TemporaryDirectory(prefix="teacher-") as folder:
            target = Path(folder, "speech.wav")
            for text in texts:
                command = ["flite", "-voice", self.voice, "-psdur", "-t", text, "-o", str(target)]
                result = subprocess.run(command, check=True, capture_output=True, text=True)
                ends = _ends(result.stdout, r"(\S+):([\d.]+)")
                if ends:
                    yield Utterance(text, _read_audio(target), ends)


TEACHERS: Final[dict[str, Teacher]] = {
    "festival-slt": Festival(
        "cmu_us_slt_arctic_hts",
        PitchRange(80.0, 320.0),
        "female",
        "Festival, voice cmu_us_slt_arctic_hts (Debian festvox-us-slt-hts)",
        "Carnegie Mellon University's permissive Festival licence for voice data and scripts; "
        "BSD-3-Clause (HTS working group) for its feature list "
        "(/usr/share/doc/festvox-us-slt-hts/copyright)",
    ),
    "flite-rms": Flite(
        "rms",
        PitchRange(65.0, 280.0),
        "male",
        "Flite, voice cmu_us_rms (Debian flite, libflite1)",
        "Carnegie Mellon University's permissive licence (use, modify, distribute and sell; keep "
        "the notice and the authors' names, mark changes), which /usr/share/doc/flite/copyright "
        "gives for all files that it does not name; it has no entry of its own for this voice",
    ),
}


def _ends(report: str, pattern: str) -> tuple[Segment, ...]:
    """Segments from a report of phones and their ends; successive pauses become one."""
    segments: list[Segment] = []
    start = 0.0
    for phone, text in re.findall(pattern, report):
        end = float(text)
        if phone == "pau" and segments and segments[-1].phone == "pau":
            segments[-1] = Segment("pau", segments[-1].start, end)
        else:
            segments.append(Segment(phone, start, end))
        start = end
    return tuple(segments)


def _read_audio(path: Path) -> NDArray[np.float64]:
    audio, rate = soundfile.read(path, dtype="float64")
    return np.asarray(audio if rate == SAMPLE_RATE else soxr.resample(audio, rate, SAMPLE_RATE))
