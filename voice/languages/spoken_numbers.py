"""Numbers as people say them: where they stand in a text, and which figures they are.

One reader for everybody who has to find numbers in what was said: the digits of a PIN are taken
from it, and by it they are kept out of whatever is stored. It reads figures ("42 71"), digits
("four two, uh, seven one"), pairs ("forty two seventy one"), repetitions ("double four"), and whole
numbers ("four thousand two hundred and seventy one"); number words may be spelled ("f-o-u-r").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voice.languages.number_reader import NumberReader
from voice.languages.words import TextWord, plain, words_at

_BETWEEN_LETTERS = re.compile(r"[\W_]*")
_WITHIN_A_WORD = re.compile(r"[-\u2010-\u2015.\u00b7_]+")
_MOST_PIECES = 12
"""Letters of a number word that is spelled."""


@dataclass(frozen=True)
class SpokenNumber:
    """A number in a text, from its first to its last word."""

    figures: str
    """What was dialled, so to speak: 4271 for 'forty two seventy one'."""
    start: int
    end: int
    parts: int
    """How many numbers were said one after the other: two in 'forty two seventy one'."""


@dataclass(frozen=True)
class _Part:
    figures: str
    words: int


def spoken_numbers(
    text: str, reader: NumberReader, dictated: bool = True
) -> Iterator[SpokenNumber]:
    """The numbers in a text, in order.

    `dictated`: it is known that numbers are dictated. Then words that sound like digits are taken
    for them ("for two seven nine"), and "and" or "dash" do not end a number.
    """
    words = [part for word in words_at(text) for part in _parted(word, reader)]
    words = list(_spelled_out(text, words, reader))
    run = _Run(text, words, reader, dictated)
    position = 0
    while position < len(words):
        parts, end = run.at(position)
        if parts:
            figures = "".join(part.figures for part in parts)
            yield SpokenNumber(figures, words[position].start, words[end - 1].end, len(parts))
        position = max(end, position + 1)


class _Run:
    """Reads the numbers of one text."""

    def __init__(
        self, text: str, words: Sequence[TextWord], reader: NumberReader, dictated: bool
    ) -> None:
        self._text = text
        self._dictated = dictated
        self._words = words
        self._plain = [plain(word.text) for word in words]
        self._reader = reader
        dictation = reader.dictation
        self._beside_others = dict(dictation.beside_others)
        self._gaps = dictation.hesitations
        if dictated:
            self._beside_others |= dictation.sounds_like
            self._gaps |= dictation.connectors | dictation.separators

    def at(self, begin: int) -> tuple[list[_Part], int]:
        """The parts of the number that begins here, and the position after its last word."""
        parts: list[_Part] = []
        position = end = begin
        while position < len(self._words):
            part = self._part_at(position, inside=bool(parts))
            if part is not None and not (parts and self._written_apart(position)):
                parts.append(part)
                position = end = position + part.words
            elif parts and self._plain[position] in self._gaps:
                position += 1
            else:
                break
        return parts, end

    def _part_at(self, position: int, inside: bool) -> _Part | None:
        word, said = self._words[position], self._plain[position]
        if word.figures:
            return _Part(word.figures, 1)
        if repeated := self._repeated_at(position):
            return repeated
        if said in self._beside_others:
            is_digit = self._goes_on(position + 1) if inside else self._begins(position)
            return _Part(str(self._beside_others[said]), 1) if is_digit else None
        value, used = self._reader.whole_at(self._plain, position)
        return _Part(str(value), used) if used else None

    def _repeated_at(self, position: int) -> _Part | None:
        """'double four', 'four ones', 'all ones', 'four times one'."""
        reader, dictation = self._reader, self._reader.dictation
        said, *after = self._plain[position : position + 3]
        following, third = [*after, "", ""][:2]
        if said in dictation.repeats:
            digit = self._digit_at(position + 1) or str(reader.counted.get(following, ""))
            return _Part(digit * dictation.repeats[said], 2) if digit else None
        count = dictation.all_of.get(said) or reader.digits.get(said, 0)
        if count and following in reader.counted:
            return _Part(str(reader.counted[following]) * count, 2)
        if following in dictation.times and said in reader.digits and third in reader.digits:
            return _Part(str(reader.digits[third]) * count, 3)
        return None

    def _written_apart(self, position: int) -> bool:
        """Whether it is written as two numbers, as the hour and minutes of 2:30."""
        between = self._text[self._words[position - 1].end : self._words[position].start]
        return not self._dictated and any(mark in between for mark in ":/")

    def _goes_on(self, position: int) -> bool:
        """Whether a number that has begun may go on at this word, or ends with the text."""
        if position >= len(self._words):
            return True
        word = self._plain[position]
        dictation = self._reader.dictation
        hesitates = word in dictation.hesitations | dictation.connectors
        return self._is_number(position) or word in self._beside_others or hesitates

    def _begins(self, position: int) -> bool:
        """Whether a number begins with this 'oh': not with that of 'Oh, six two one nine'."""
        if self._plain[position + 1 : position + 2] and (
            self._plain[position + 1] in self._beside_others
        ):
            return self._begins(position + 1)
        if not self._is_number(position + 1):
            return False
        exclaimed = self._words[position].comma and not self._words[position + 1].comma
        return not exclaimed

    def _digit_at(self, position: int) -> str:
        if position >= len(self._words):
            return ""
        word, said = self._words[position], self._plain[position]
        if said in self._reader.digits:
            return str(self._reader.digits[said])
        if said in self._reader.dictation.beside_others:
            return str(self._reader.dictation.beside_others[said])
        return word.figures if len(word.figures) == 1 else ""

    def _is_number(self, position: int) -> bool:
        if position >= len(self._words):
            return False
        said = self._plain[position]
        repeats = said in self._reader.dictation.repeats
        return (
            bool(self._words[position].figures)
            or repeats
            or self._reader.begins_at(self._plain, position)
        )


def _parted(word: TextWord, reader: NumberReader) -> list[TextWord]:
    return [
        TextWord(word.text[begin:end], word.start + begin, word.start + end, word.comma)
        for begin, end in reader.parted(word.text)
    ]


def _spelled_out(text: str, words: Sequence[TextWord], reader: NumberReader) -> Iterator[TextWord]:
    """The words, with one for the pieces of a number word: 'f-o-u-r', 'S E V E N', 'fo-ur'."""
    position = 0
    while position < len(words):
        end = position + 1
        while end - position < _MOST_PIECES and _are_pieces(text, words[end - 1 : end + 1]):
            end += 1
        while end - position > 1 and _as_one(words[position:end]).text not in reader.words:
            end -= 1
        yield _as_one(words[position:end])
        position = end


def _are_pieces(text: str, words: Sequence[TextWord]) -> bool:
    """Whether two words may be of one: letters by themselves, or joined by a mark."""
    if len(words) < 2 or any(word.figures for word in words):
        return False
    first, second = words
    letters = len(first.text) == len(second.text) == 1
    between = _BETWEEN_LETTERS if letters else _WITHIN_A_WORD
    return between.fullmatch(text[first.end : second.start]) is not None


def _as_one(words: Sequence[TextWord]) -> TextWord:
    together = "".join(plain(word.text) for word in words)
    return TextWord(together, words[0].start, words[-1].end, words[-1].comma)
