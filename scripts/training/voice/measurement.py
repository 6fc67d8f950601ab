"""Measures voices with Whisper base, and writes what was measured into their cards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.voice.judged_sentences import judged_sentences
from voice.errors import VoiceError
from voice.evaluation.intelligibility import (
    Intelligibility,
    SpeakingSpeed,
    Spoken,
    speak,
    understood,
)
from voice.evaluation.word_errors import WordErrors
from voice.languages import language
from voice.model_folders import find_model
from voice.recognition import WhisperRecogniser
from voice.settings import REAL_RECOGNISER
from voice.speech import PiperSpeaker

_SECTION: Final = re.compile(r"^## Measured\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Measured:
    """A voice's figures."""

    voice: Intelligibility
    speed: SpeakingSpeed
    teacher: Intelligibility | None = None
    """What was understood of the teacher's speech, for comparison."""


def listener(tag: str) -> WhisperRecogniser:
    """Whisper base for a language; raises ModelError where it was not pulled."""
    return WhisperRecogniser.load(
        find_model("asr_models", REAL_RECOGNISER), languages=[language(tag)]
    )


async def measure(
    voice: Path, recogniser: WhisperRecogniser, teacher: list[Spoken] | None = None
) -> Measured:
    """Have the held-out sentences of the voice's language spoken and recognised.

    Raises VoiceError where there are none.
    """
    speaker = PiperSpeaker.load(voice)
    try:
        texts = judged_sentences(speaker.language)
        if not texts:
            raise VoiceError(f"{voice}: there are no held-out sentences for {speaker.language}")
        spoken, speed = await speak(speaker, texts)
    finally:
        speaker.close()
    taught = await understood(recogniser, teacher) if teacher else None
    return Measured(await understood(recogniser, spoken), speed, taught)


def section(measured: Measured) -> str:
    """The card's section with these figures."""
    voice, speed = measured.voice, measured.speed
    teacher = measured.teacher or voice
    words = voice.full_band.words
    rows = [
        ("", "voice", "teacher"),
        ("---", "---", "---"),
        ("word error rate, full band", _rate(voice.full_band), _rate(teacher.full_band)),
        ("word error rate, telephone (G.711)", _rate(voice.telephone), _rate(teacher.telephone)),
        ("speed, seconds of one core for a second of speech", f"{speed.real_time_factor:.3f}", ""),
        ("speed, a sentence (median)", f"{speed.sentence_ms:.0f} ms of one core", ""),
    ]
    columns = 3 if measured.teacher else 2
    table = "\n".join(f"| {' | '.join(row[:columns])} |" for row in rows)
    return f"""## Measured

Whisper base hears {words} words in hand-written sentences that no training text holds
(`scripts/measure_voice.py`; one word is {1 / words:.1%}). That tells how well the voice is
understood, not how pleasant it is; no listening test was held.

{table}
"""


def _rate(errors: WordErrors) -> str:
    return f"{errors.rate:.1%}"


def put_into(card: Path, measured: Measured) -> None:
    """Replace the section of a card; raises VoiceError for a card without it."""
    text = card.read_text(encoding="utf-8")
    if not _SECTION.search(text):
        raise VoiceError(f"{card}: has no section '## Measured'")
    text = _SECTION.sub(lambda _: section(measured) + "\n", text).rstrip("\n") + "\n"
    card.write_text(text, encoding="utf-8")
