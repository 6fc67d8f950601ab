"""What was heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Expectation = Literal["anything", "digits"]
"""What the caller is likely to say; "digits" prefers digits where they are nearly as likely."""


@dataclass(frozen=True)
class Word:
    """One word of a transcript."""

    text: str
    start_ms: int
    """From the beginning of the audio."""
    end_ms: int
    probability: float
    """0 to 1."""


@dataclass(frozen=True)
class Transcript:
    """The words in a stretch of audio; no text where nobody spoke."""

    text: str
    confidence: float
    """0 to 1: about the share of words that is right."""
    language: str
    no_speech_probability: float
    """0 to 1."""
    audio_seconds: float
    words: tuple[Word, ...] = ()
    """Empty in partial transcripts."""
