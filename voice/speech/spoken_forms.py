"""Written English to spoken English: money, dates, times, numbers and abbreviations as words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from voice.speech import numbers
from voice.speech.readings import abbreviations, amounts, calendar, codes

Reading = Callable[[re.Match[str]], str | None]
"""What to say for a match; None leaves it to the rules that follow."""


@dataclass(frozen=True)
class Piece:
    """A stretch text[start:end] without white space around it, and what is said for it."""

    start: int
    end: int
    spoken: str


def _integer(match: re.Match[str]) -> str:
    text = match.group()
    loose = len(text) >= 6 or (len(text) == 5 and not text.endswith("00"))
    if loose or (len(text) > 1 and text.startswith("0")):
        return numbers.digits(text)
    return numbers.cardinal(int(text))


def _version(match: re.Match[str]) -> str:
    return " point ".join(numbers.number(part) for part in match.group().split("."))


RULES: tuple[tuple[re.Pattern[str], Reading], ...] = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        *codes.ADDRESSES,
        *calendar.RULES,
        *amounts.MONEY,
        *codes.NUMBERS,
        *amounts.QUANTITIES,
        *abbreviations.RULES,
        (r"(?<![\w.])\d+(?:\.\d+){2,}(?!\w)", _version),
        (r"(?<![\w.])\d+\.\d+(?![\w.]*\d)", lambda match: numbers.number(match.group())),
        (r"(?<![\w])\d{1,3}(?:,\d{3})+(?:\.\d+)?", lambda match: numbers.number(match.group())),
        (r"(?<![\d.,])\d+", _integer),
        (r"\d+", lambda match: numbers.digits(match.group())),
    )
)
"""In order of precedence where two begin at the same place."""


def spoken_form(text: str) -> str:
    """`text` as a person reads it aloud; words without a rule stay as they are."""
    return " ".join(piece.spoken for piece in spoken_pieces(text) if piece.spoken)


def spoken_pieces(text: str) -> list[Piece]:
    """The same in pieces that each know which part of `text` they stand for."""
    pieces: list[Piece] = []
    position = 0
    for start, end, spoken in _readings(text):
        pieces += _words(text, position, start)
        pieces.append(Piece(start, end, spoken))
        position = end
    pieces += _words(text, position, len(text))
    return _joined(pieces)


def _readings(text: str) -> list[tuple[int, int, str]]:
    """What the rules read, from left to right without overlap."""
    upcoming: list[re.Match[str] | None] = [pattern.search(text) for pattern, _ in RULES]
    found: list[tuple[int, int, str]] = []
    position = 0
    while True:
        first: int | None = None
        for index, match in enumerate(upcoming):
            if match is not None and match.start() < position:
                match = upcoming[index] = RULES[index][0].search(text, position)
            if match is None or match.end() == match.start():
                continue
            leader = upcoming[first] if first is not None else None
            if leader is None or match.start() < leader.start():
                first = index
        chosen = upcoming[first] if first is not None else None
        if first is None or chosen is None:
            return found
        spoken = RULES[first][1](chosen)
        if spoken is None:
            upcoming[first] = RULES[first][0].search(text, chosen.start() + 1)
            continue
        found.append((chosen.start(), chosen.end(), spoken))
        position = chosen.end()


def _words(text: str, start: int, end: int) -> list[Piece]:
    return [
        Piece(match.start(), match.end(), match.group())
        for match in re.compile(r"\S+").finditer(text, start, end)
    ]


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Pieces that touch in the text (an amount and its comma) become one."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].end == piece.start:
            before = joined[-1]
            gap = " " if before.spoken[-1:].isalnum() and piece.spoken[:1].isalnum() else ""
            joined[-1] = Piece(before.start, piece.end, f"{before.spoken}{gap}{piece.spoken}")
        else:
            joined.append(piece)
    return joined
