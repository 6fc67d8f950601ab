"""Synthesizers of Debian as teachers: their phones are aligned with espeak-ng's phonemes."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from piper.phonemize_espeak import EspeakPhonemizer

from training.voice.accent import US_ENGLISH, Accent
from training.voice.alignment import Segment, align
from training.voice.features import SAMPLE_RATE, PitchRange
from training.voice.teacher import Teacher, Utterance, phonemes_of

_WORST_COST: Final = 0.32
"""Of an alignment; where the two front ends disagree more, a sentence is left out."""

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
    origin: str
    accent: Accent = US_ENGLISH

    def speak(self, texts: list[str]) -> Iterator[Utterance | None]:
        """Speak each text; None for what Festival cannot say."""
        with tempfile.TemporaryDirectory(prefix="teacher-") as folder:
            lines = [f"(voice_{self.voice})", _FESTIVAL_PROGRAM]
            for number, text in enumerate(texts):
                quoted = text.replace("\\", " ").replace('"', " ")
                lines.append(f'(speak_one "{quoted}" "{folder}/{number}")')
            program = Path(folder, "speak.scm")
            program.write_text("\n".join(lines), encoding="latin-1", errors="replace")
            subprocess.run(["festival", "-b", str(program)], check=True, capture_output=True)
            phonemizer = EspeakPhonemizer()
            for number, text in enumerate(texts):
                base = Path(folder, str(number))
                phones = base.with_suffix(".phones")
                ends = _ends(phones.read_text(), r"(\S+) ([\d.]+)") if phones.exists() else ()
                yield _utterance(text, base.with_suffix(".wav"), ends, phonemizer)


@dataclass(frozen=True)
class Flite:
    """A Flite voice; one short process per sentence."""

    voice: str
    pitch: PitchRange
    sex: str
    credit: str
    licence: str
    origin: str
    accent: Accent = US_ENGLISH

    def speak(self, texts: list[str]) -> Iterator[Utterance | None]:
        """Speak each text; None for what Flite cannot say."""
        with tempfile.TemporaryDirectory(prefix="teacher-") as folder:
            target = Path(folder, "speech.wav")
            phonemizer = EspeakPhonemizer()
            for text in texts:
                command = ["flite", "-voice", self.voice, "-psdur", "-t", text, "-o", str(target)]
                result = subprocess.run(command, check=True, capture_output=True, text=True)
                ends = _ends(result.stdout, r"(\S+):([\d.]+)")
                yield _utterance(text, target, ends, phonemizer)


_ARCTIC: Final = (
    "the teacher was built at Carnegie Mellon University from a speaker's recordings (CMU ARCTIC)"
)

TEACHERS: Final[dict[str, Teacher]] = {
    "festival-slt": Festival(
        "cmu_us_slt_arctic_hts",
        PitchRange(80.0, 320.0),
        "female",
        "Festival, voice cmu_us_slt_arctic_hts (Debian festvox-us-slt-hts)",
        "Carnegie Mellon University's permissive Festival licence for voice data and scripts; "
        "BSD-3-Clause (HTS working group) for its feature list "
        "(/usr/share/doc/festvox-us-slt-hts/copyright)",
        _ARCTIC,
    ),
    "flite-rms": Flite(
        "rms",
        PitchRange(65.0, 280.0),
        "male",
        "Flite, voice cmu_us_rms (Debian flite, libflite1)",
        "Carnegie Mellon University's permissive licence (use, modify, distribute and sell; keep "
        "the notice and the authors' names, mark changes), which /usr/share/doc/flite/copyright "
        "gives for all files that it does not name; it has no entry of its own for this voice",
        _ARCTIC,
    ),
}


def _utterance(
    text: str, audio: Path, segments: tuple[Segment, ...], phonemizer: EspeakPhonemizer
) -> Utterance | None:
    phonemes = phonemes_of(text, US_ENGLISH, phonemizer)
    alignment = align(phonemes, segments) if phonemes and segments else None
    if not phonemes or alignment is None or alignment.cost > _WORST_COST:
        return None
    return Utterance(_read_audio(audio), phonemes, alignment.seconds)


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
