"""Written text to spoken text: money, dates, times, numbers and abbreviations as words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voice.languages.readings import abbreviations, amounts, calendar, codes, plain_numbers
from voice.languages.readings.forms import Forms, Reading


@dataclass(frozen=True)
class Piece:
    """A stretch text[start:end] without white space around it, and what is said for it."""

    start: int
    end: int
    spoken: str


class SpokenForms:
    """Reads text of one language aloud."""

    def __init__(self, forms: Forms) -> None:
        written = (
            *abbreviations.first(forms),
            *codes.addresses(forms),
            *calendar.rules(forms),
            *amounts.money(forms),
            *codes.numbers(forms),
            *amounts.quantities(forms),
            *abbreviations.rules(forms),
            *plain_numbers.rules(forms),
        )
        self._rules: list[tuple[re.Pattern[str], Reading]] = [
            (re.compile(pattern), reading) for pattern, reading in written
        ]
        """In order of precedence where two begin at the same place."""

    def text(self, text: str) -> str:
        """`text` as a person reads it aloud; words without a rule stay as they are."""
        return " ".join(piece.spoken for piece in self.pieces(text) if piece.spoken)

    def pieces(self, text: str) -> list[Piece]:
        """The same in pieces that each know which part of `text` they stand for."""
        pieces: list[Piece] = []
        position = 0
        for start, end, spoken in self._readings(text):
            pieces += as_written(text, position, start)
            pieces.append(Piece(start, end, spoken))
            position = end
        pieces += as_written(text, position, len(text))
        return _joined(pieces)

    def _readings(self, text: str) -> list[tuple[int, int, str]]:
        """What the rules read, from left to right without overlap."""
        upcoming = [pattern.search(text) for pattern, _ in self._rules]
        found: list[tuple[int, int, str]] = []
        position = 0
        while True:
            first: int | None = None
            for index, match in enumerate(upcoming):
                if match is not None and match.start() < position:
                    match = upcoming[index] = self._rules[index][0].search(text, position)
                if match is None or match.end() == match.start():
                    continue
                leader = upcoming[first] if first is not None else None
                if leader is None or match.start() < leader.start():
                    first = index
            chosen = upcoming[first] if first is not None else None
            if first is None or chosen is None:
                return found
            pattern, reading = self._rules[first]
            spoken = reading(chosen)
            if spoken is None:
                upcoming[first] = pattern.search(text, chosen.start() + 1)
                continue
            found.append((chosen.start(), chosen.end(), spoken))
            position = chosen.end()


def as_written(text: str, start: int, end: int) -> list[Piece]:
    """The words of a stretch, each said as it is written."""
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
