"""What belongs together in a written text, as a voice says it, and when each part sounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from voice.audio import Pcm
from voice.languages import Piece, as_written, language, languages
from voice.speech import silences
from voice.speech.clause import SpokenClause, SpokenWord
from voice.speech.word_timing import Span, share_time

_SPOKEN_WORD: Final = re.compile(r"\[\[.*?\]\]|\S+")
_FORBIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Me"))
_KEPT: Final = frozenset("°")


def pieces_of(text: str, tag: str) -> list[Piece]:
    """The pieces of a text in the language with that tag, figures spelled out where it is known."""
    clean = _speakable(text)
    if tag in languages():
        return list(language(tag).spoken_pieces(clean))
    return list(as_written(clean, 0, len(clean)))


def words_of(pieces: Sequence[Piece]) -> list[str]:
    """All words that are said, one after the other."""
    return [word for piece in pieces for word in _SPOKEN_WORD.findall(piece.spoken)]


def timed(
    text: str, pieces: Sequence[Piece], spans: Sequence[Span], after: float = 0.0
) -> Iterator[SpokenWord]:
    """The pieces by the times of their words, in seconds; so many sound before them."""
    position = 0
    for piece in pieces:
        own = spans[position : position + len(_SPOKEN_WORD.findall(piece.spoken))]
        position += len(own)
        start, end = max(0.0, own[0][0]), own[-1][1]
        written = text[piece.start : piece.end]
        yield SpokenWord(written, 1000 * (after + start), 1000 * (after + end))


def spoken_as(text: str, pieces: Sequence[Piece], pcm: Pcm, sample_rate: int) -> SpokenClause:
    """A clause whose voice does not tell when its words sound: shared out by their length."""
    saying = [piece for piece in pieces if any(map(str.isalnum, piece.spoken))]
    said = " ".join(piece.spoken for piece in saying)
    sounding = max(0.0, len(pcm) / sample_rate - silences.pause_after(said))
    spans = share_time(words_of(saying), 0.0, sounding)
    return SpokenClause(text, said, pcm, sample_rate, tuple(timed(text, saying, spans)))


def _speakable(text: str) -> str:
    """The text with a space for each character that no voice can say; positions stay."""
    return "".join(
        character
        if character in _KEPT
        or (unicodedata.category(character) not in _FORBIDDEN and character not in "[]")
        else " "
        for character in text
    )
