"""What was heard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from voice.recognition.language_belief import LanguageBelief


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
    """In which it was read."""
    no_speech_probability: float
    """0 to 1."""
    audio_seconds: float
    words: tuple[Word, ...] = ()
    """Of final transcripts, by a recogniser that was told to find their times; else empty."""
    doubtful: bool = False
    """An answer of the expected kind was said, but which one is in doubt: better asked again."""
    certainty: float = -math.inf
    """What `confidence` is made of, in the log and without an end at 1: readings are compared by
    it."""
    belief: LanguageBelief | None = None
    """What the caller speaks, after these words; None where that is not found out."""

    @property
    def language_confidence(self) -> float:
        """0 to 1: how sure it is that they are in that language."""
        return self.belief.confidence if self.belief else 1.0

    @property
    def dialect(self) -> str | None:
        """Tag of the dialect that the speaker speaks; None where it is the language as such."""
        return self.belief.dialect if self.belief else None


def joined(pieces: Sequence[Transcript]) -> Transcript:
    """The transcript of what was read in pieces; how sure it is of each counts by its words."""
    *before, last = pieces
    if not before:
        return last
    shares = [max(1, len(piece.text.split())) for piece in pieces]
    seconds = [piece.audio_seconds for piece in pieces]
    return replace(
        last,
        text=" ".join(piece.text for piece in pieces if piece.text),
        confidence=_weighted([piece.confidence for piece in pieces], shares),
        certainty=_weighted([piece.certainty for piece in pieces], shares),
        language=max(pieces, key=lambda piece: len(piece.text)).language,
        no_speech_probability=min(piece.no_speech_probability for piece in pieces),
        audio_seconds=sum(seconds),
        words=tuple(
            replace(word, start_ms=word.start_ms + behind_ms, end_ms=word.end_ms + behind_ms)
            for number, piece in enumerate(pieces)
            for behind_ms in [round(1000 * sum(seconds[:number]))]
            for word in piece.words
        ),
    )


def _weighted(values: Sequence[float], weights: Sequence[int]) -> float:
    shares = zip(values, weights, strict=True)
    return sum(value * weight for value, weight in shares) / sum(weights)
