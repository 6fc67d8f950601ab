"""Kokoro as a teacher: natural prosody, and the time that it gives each phoneme.

Needs its model and voices as kokoro-onnx publishes them. It is given espeak-ng's phonemes in its
own symbols, so that nothing has to be aligned afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import soxr
from kokoro_onnx import Kokoro
from piper.phonemize_espeak import EspeakPhonemizer

from training.voice.accent import FRENCH, US_ENGLISH, Accent
from training.voice.features import SAMPLE_RATE, PitchRange
from training.voice.teacher import MARKS, PUNCTUATION, STRESS, Utterance, phonemes_of
from voice.errors import ModelError
from voice.onnx_models import open_session

_TIMED: Final = "kokoro-timed.onnx"

_ENGLISH: Final = {
    "aɪ": "I", "aʊ": "W", "eɪ": "A", "oʊ": "O", "ɔɪ": "Y", "əʊ": "O", "tʃ": "ʧ", "dʒ": "ʤ",
    "e": "A", "o": "ɔ", "ɚ": "əɹ", "ɜː": "ɜɹ", "ɝ": "ɜɹ", "ɐ": "ə", "ː": "", "ɾ": "T", "ʔ": "t",
    "r": "ɹ", "x": "k", "ç": "h", "ɬ": "l", "g": "ɡ", "ʍ": "w", "n̩": "ᵊn", "l̩": "ᵊl", "m̩": "ᵊm",
    "a": "æ", "ɒ": "ɑ",
}  # fmt: skip
_OTHERS: Final = {
    "aɪ": "I",
    "aʊ": "W",
    "eɪ": "A",
    "oʊ": "O",
    "ɔɪ": "Y",
    "tʃ": "ʧ",
    "dʒ": "ʤ",
    "g": "ɡ",
}
"""espeak-ng's sounds in Kokoro's symbols, where these differ; the longest match counts."""


@dataclass(frozen=True)
class KokoroVoice:
    """One of the voices in its file."""

    name: str
    accent: Accent
    pitch: PitchRange
    sex: str


KOKORO_VOICES: Final = {
    "kokoro-en": KokoroVoice("af_heart", US_ENGLISH, PitchRange(90.0, 400.0), "female"),
    "kokoro-en-man": KokoroVoice("am_michael", US_ENGLISH, PitchRange(60.0, 300.0), "male"),
    "kokoro-fr": KokoroVoice("ff_siwis", FRENCH, PitchRange(90.0, 400.0), "female"),
}


@dataclass(frozen=True)
class KokoroTeacher(KokoroVoice):
    """One of its voices, with what speaks it; the model is opened anew for each list of texts."""

    model: Path
    """The model with its durations, as `timed` makes it."""
    voices: Path
    licence: str = "Apache-2.0"
    origin: str = (
        "the teacher's author trained it on public-domain, permissively licensed and synthetic "
        "speech"
    )

    @property
    def credit(self) -> str:
        """Its name and its source."""
        return f"Kokoro-82M (hexgrad/Kokoro-82M on the Hugging Face hub), voice {self.name}"

    @classmethod
    def of(cls, name: str, folder: Path, work: Path) -> KokoroTeacher:
        """The voice of that name, from the folder that holds the model and the voices.

        Raises ModelError where one of the two is not there.
        """
        model, voices = _only(folder, "*.onnx", "model"), _only(folder, "voices*.*", "voices")
        return cls(**vars(KOKORO_VOICES[name]), model=timed(model, work / _TIMED), voices=voices)

    def speak(self, texts: list[str]) -> Iterator[Utterance | None]:
        """Speak each text; None for what has a sound that Kokoro has no symbol for."""
        kokoro = Kokoro.from_session(open_session(self.model), str(self.voices))
        phonemizer = EspeakPhonemizer()
        for text in texts:
            phonemes = phonemes_of(text, self.accent, phonemizer)
            units = phonemes and units_of(phonemes, self.accent, kokoro.tokenizer.vocab)
            yield self._said(kokoro, phonemes, units) if phonemes and units else None

    def _said(
        self, kokoro: Any, phonemes: Sequence[str], units: Sequence[Unit]
    ) -> Utterance | None:
        symbols = "".join(unit.symbols for unit in units)
        audio, rate, timings = kokoro.create_timed(
            symbols, self.name, is_phonemes=True, trim=False,
            sentence_pause=0.0, clause_pause=0.0,
        )  # fmt: skip
        if "".join(timing.phoneme for timing in timings) != symbols:
            return None  # it was cut, or its spaces were set anew
        seconds = np.zeros(len(phonemes))
        position = 0
        for unit in units:
            own = timings[position : position + len(unit.symbols)]
            position += len(own)
            taken = sum(timing.end - timing.start for timing in own)
            seconds[list(unit.members)] += taken / len(unit.members)
        seconds[0] = timings[0].start
        seconds[-1] = len(audio) / rate - timings[-1].end
        return Utterance(
            soxr.resample(audio.astype(np.float64), rate, SAMPLE_RATE), phonemes, seconds
        )


@dataclass(frozen=True)
class Unit:
    """Phonemes that share the time of some of Kokoro's symbols."""

    symbols: str
    members: tuple[int, ...]


def units_of(
    phonemes: Sequence[str], accent: Accent, vocabulary: Mapping[str, int]
) -> list[Unit] | None:
    """The phonemes between ^ and $ in Kokoro's symbols; None for a sound that it does not know.

    The time of a mark of stress goes to the sound behind it.
    """
    table = _ENGLISH if accent.language == "en" else _OTHERS
    units: list[Unit] = []
    stress = ""
    index = 1
    while index < len(phonemes) - 1:
        phoneme = phonemes[index]
        if phoneme in STRESS:
            stress, index = phoneme, index + 1
            continue
        if phoneme in PUNCTUATION:
            units.append(Unit(phoneme if phoneme in vocabulary else "", (index,)))
            index += 1
            continue
        after = index + (2 if "".join(phonemes[index : index + 2]) in table else 1)
        end = after
        while end < len(phonemes) - 1 and phonemes[end] in MARKS:
            end += 1
        parts = ("".join(phonemes[index:after]), *phonemes[after:end])
        symbols = "".join(table.get(part, part) for part in parts)
        known = "".join(symbol for symbol in symbols if symbol in vocabulary)
        if not known:
            return None
        units.append(Unit(stress + known, tuple(range(index, end))))
        stress, index = "", end
    return units


def timed(model: Path, target: Path) -> Path:
    """A copy of the model that also gives the frames of each symbol, as kokoro-onnx expects it.

    Raises ModelError for a model in which they cannot be found.
    """
    if target.exists():
        return target
    proto = onnx.load(model)
    graph = proto.graph
    if not any(output.name == "duration" for output in graph.output):
        rounded = {node.output[0] for node in graph.node if node.op_type == "Round"}
        found = [n.output[0] for n in graph.node if n.op_type == "Clip" and n.input[0] in rounded]
        if len(found) != 1:
            raise ModelError(f"{model}: the durations of Kokoro's symbols are not found in it")
        integer = onnx.TensorProto.INT64
        graph.node.append(onnx.helper.make_node("Cast", found, ["duration"], to=integer))
        graph.output.append(onnx.helper.make_tensor_value_info("duration", integer, None))
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    onnx.save(proto, str(unfinished))
    os.replace(unfinished, target)
    return target


def _only(folder: Path, pattern: str, what: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise ModelError(f"{folder}: holds {len(found)} files {pattern}, not Kokoro's {what} alone")
    return found[0]
