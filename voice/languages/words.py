"""Words of any script: letters with their marks, apostrophes inside, figures."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_APOSTROPHES = str.maketrans("\u2019\u02bc\u2032", "'''")
_OTHER_FIGURES = "".join(
    character
    for character in filter(str.isnumeric, map(chr, range(0x20000)))
    if not (character.isalpha() or character.isdecimal())
    and unicodedata.numeric(character).is_integer()
)
"""Figures that are no decimal digits: circled, raised, Roman ones; one may stand for a ten."""
_MARKS = (
    "".join(
        character
        for character in map(chr, range(0x300, 0x2000))
        if unicodedata.category(character) in ("Mn", "Mc")
    )
    + "\u200c\u200d"
)
"""Signs that belong to the letter before them; Python's `\\w` parts words at them."""
CAPITAL = f"[{''.join(filter(str.isupper, map(chr, range(0x600))))}]"
"""The source of an expression for one capital letter."""
# One class of all letters would be searched one by one: it holds some beyond the first 65,536
# characters, the basic plane. So those have a class of their own, behind a look at the plane.
_BEYOND = r"(?=[\U00010000-\U0010FFFF])"
_BASIC_FIGURES = "".join(filter("\U00010000".__gt__, _OTHER_FIGURES))
_BEYOND_FIGURES = "".join(filter("\uffff".__lt__, _OTHER_FIGURES))
_FIGURE = rf"(?:[\d{_BASIC_FIGURES}]|{_BEYOND}[{_BEYOND_FIGURES}])"
_BASIC_LETTER = rf"[^\W\d_{_BASIC_FIGURES}\U00010000-\U0010FFFF]"
_BEYOND_LETTER = rf"{_BEYOND}[^\W\d_{_BEYOND_FIGURES}]"
_LETTER = rf"(?:{_BASIC_LETTER}|{_BEYOND_LETTER})"
WORD = rf"{_LETTER}(?:{_BASIC_LETTER}+|[{_MARKS}]+|'(?={_LETTER})|{_BEYOND_LETTER})*"
"""The source of an expression for one word; an apostrophe may stand inside it."""
_WORD_WITH_FIGURES = re.compile(rf"[^\W_](?:[{_MARKS}']?[^\W_]|[{_MARKS}])*")
_WORD_OR_FIGURES = re.compile(rf"{WORD}|{_FIGURE}+(?:[.,]{_FIGURE}+)*")


@dataclass(frozen=True)
class TextWord:
    """A word of a text in lower case, or a number in figures."""

    text: str
    start: int
    end: int
    comma: bool
    """Whether a comma follows."""

    @property
    def figures(self) -> str:
        """The figures of a number that is written in them, as ASCII."""
        return "".join(
            str(int(unicodedata.numeric(character)))
            for character in self.text
            if character.isdecimal() or character in _OTHER_FIGURES
        )


def composed(text: str) -> str:
    """The text with each accented letter as one character (NFC), apostrophes as in ASCII."""
    if text.isascii():  # as most text is: nothing of it changes
        return text
    return unicodedata.normalize("NFC", text).translate(_APOSTROPHES)


def plain(text: str) -> str:
    """Lower case without accents: for lists that are written so."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFD", text.lower().translate(_APOSTROPHES))
    return "".join(part for part in parts if not unicodedata.combining(part))


def words_at(text: str) -> list[TextWord]:
    """The words and figures of a text with their places, in order."""
    return [
        TextWord(composed(found[0].lower()), *found.span(), text[found.end() :].lstrip()[:1] == ",")
        for found in _WORD_OR_FIGURES.finditer(text.translate(_APOSTROPHES))
    ]


def words_of(text: str) -> list[str]:
    """The same without their places."""
    return [composed(word.lower()) for word in _WORD_OR_FIGURES.findall(composed(text))]


def scored_words_of(text: str) -> list[str]:
    """Words of letters, marks and figures, which may be mixed, apostrophes inside."""
    return _WORD_WITH_FIGURES.findall(text)
