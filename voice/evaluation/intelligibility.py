"""How well a voice is understood, and what it takes: a recogniser listens to what it says."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from voice.audio import Pcm, decode_ulaw, encode_ulaw, resample
from voice.evaluation.word_errors import WordErrors, word_errors
from voice.recognition import WhisperRecogniser
from voice.speech import PiperSpeaker

FULL_BAND_HZ = 16_000
"""All that a recogniser hears."""
TELEPHONE_HZ = 8_000


@dataclass(frozen=True)
class Spoken:
    """A sentence and its sound; where it is recognised, at FULL_BAND_HZ."""

    text: str
    pcm: Pcm


@dataclass(frozen=True)
class Intelligibility:
    """Word errors of a recogniser on the same sentences."""

    full_band: WordErrors
    telephone: WordErrors
    """Through G.711 at 8 kHz."""


@dataclass(frozen=True)
class SpeakingSpeed:
    """What synthesis takes on one thread."""

    real_time_factor: float
    """Seconds of a core for a second of speech."""
    sentence_ms: float
    """Median for a sentence, on a core."""


async def speak(
    speaker: PiperSpeaker, texts: Sequence[str], sample_rate: int = FULL_BAND_HZ
) -> tuple[list[Spoken], SpeakingSpeed]:
    """Have each text spoken, one after the other; nothing else may work in the process."""
    await speaker.synthesise("Ready.", sample_rate)
    spoken, took = [], []
    for text in texts:
        began = time.process_time()
        clause = await speaker.synthesise(text, sample_rate)
        took.append(time.process_time() - began)
        spoken.append(Spoken(text, clause.pcm))
    seconds = sum(len(one.pcm) for one in spoken) / sample_rate
    return spoken, SpeakingSpeed(sum(took) / seconds, 1000 * float(np.median(took)))


async def understood(recogniser: WhisperRecogniser, spoken: Iterable[Spoken]) -> Intelligibility:
    """Have each sentence recognised in full band and as a telephone carries it."""
    full, telephone = WordErrors(), WordErrors()
    for one in spoken:
        full += await _errors(recogniser, one.text, one.pcm, FULL_BAND_HZ)
        telephone += await _errors(recogniser, one.text, by_telephone(one.pcm), TELEPHONE_HZ)
    return Intelligibility(full, telephone)


def by_telephone(pcm: Pcm, sample_rate: int = FULL_BAND_HZ) -> Pcm:
    """The sound after G.711 (mu-law) at TELEPHONE_HZ."""
    return decode_ulaw(encode_ulaw(resample(pcm, sample_rate, TELEPHONE_HZ)))


async def _errors(
    recogniser: WhisperRecogniser, text: str, pcm: Pcm, sample_rate: int
) -> WordErrors:
    heard = await recogniser.transcribe(pcm, sample_rate)
    return word_errors(text, heard.text, recogniser.language)
