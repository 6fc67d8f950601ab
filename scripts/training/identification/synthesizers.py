"""A synthesizer of many languages: what they share is its sound, not the speech."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

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
