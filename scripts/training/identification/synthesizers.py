"""Synthesizers that speak several languages each: what they share is their sound, not the speech.

espeak-ng speaks all; a Piper or Kokoro voice is given espeak-ng's phonemes of a language that it
was not made for, too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from piper import PiperVoice

from training.identification.texts import texts
from training.speech_corpus.espeak import VARIANTS, Espeak

Spoken = tuple[str, str, NDArray[np.float32], int]
"""Label, voice, samples (-1..1), Hz."""

ESPEAK_VOICES = {
    "en": ("en-us", "en", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-us-nyc"),
    "fr": ("fr", "fr-be", "fr-ch"),
    "sw": ("sw",),
    "es": ("es", "es-419"),
    "it": ("it",),
    "und": ("de", "pt", "nl", "pl", "ru", "tr", "hi", "bn", "ar", "am", "tn", "cmn", "vi", "fa"),
}
"""What is spoken, and espeak-ng's voices for it."""


def espeak(utterances: int) -> Iterator[Spoken]:
    """So many utterances of each label."""
    choices, synthesizer = random.Random(1), Espeak()
    for label, voices in ESPEAK_VOICES.items():
        said = {voice: texts(voice, choices) for voice in voices}
        for number in range(utterances):
            voice = voices[number % len(voices)]
            speech = synthesizer.say(
                next(said[voice]), f"{voice}+{choices.choice(VARIANTS)}", choices
            )
            yield label, voice, speech.samples, synthesizer.rate_hz


def piper(voices: list[Path], utterances: int) -> Iterator[Spoken]:
    """The same of Piper voices, each in the languages that Voice answers in."""
    choices = random.Random(2)
    for file in voices:
        voice = PiperVoice.load(file)
        for label in ("en", "fr", "sw"):
            voice.config.espeak_voice = {"en": "en-us", "fr": "fr"}.get(label, label)
            said = texts(label, choices)
            for _ in range(utterances):
                chunks = [chunk.audio_float_array for chunk in voice.synthesize(next(said))]
                yield label, file.parent.name, np.concatenate(chunks), voice.config.sample_rate


def kokoro(folder: Path, utterances: int) -> Iterator[Spoken]:
    """The same of Kokoro's voices: each language by voices of ever another one."""
    from kokoro_onnx import Kokoro

    choices = random.Random(3)
    model = Kokoro(str(folder / "kokoro-int8.onnx"), str(folder / "voices.npz"))
    voices = sorted(model.get_voices())
    for label, code in (("en", "en-us"), ("fr", "fr-fr"), ("sw", "sw"), ("es", "es"), ("it", "it")):
        said = texts(label, choices)
        for voice in choices.sample(voices, min(utterances, len(voices))):
            text = next(said)[:160]
            samples, rate = model.create(text, voice=voice, lang=code)
            yield label, voice, samples, rate
