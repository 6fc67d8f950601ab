"""Numbers as English speakers say them: where they stand in a text, and which figures they are.

One reader for everybody who has to find numbers in what was said: the digits of a PIN are taken
from it, and by it they are kept out of whatever is stored. It reads figures ("42 71"), digits
("four two, uh, seven one"), pairs ("forty two seventy one"), repetitions ("double four"), and whole
numbers ("four thousand two hundred and seventy one").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DIGITS = {
    "zero": 0, "nought": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1000}
_REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_NUMBER_WORDS = (DIGITS, TEENS, TENS, _REPEATS)
_PLURALS = {
    word + ending: str(digit) for word, digit in DIGITS.items() for ending in ("s", "es", "'s")
}
_ALL = 4
"""Figures that 'all ones' stands for: those of most PINs."""
BESIDE_OTHERS = {
    "oh": "0", "o": "0", "won": "1", "wan": "1", "wun": "1", "to": "2", "too": "2", "tree": "3",
    "free": "3", "for": "4", "fore": "4", "foe": "4", "fower": "4", "fife": "5", "sax": "6",
    "sex": "6", "sefen": "7", "ate": "8", "nain": "9", "niner": "9",
}  # fmt: skip
"""Digits only beside other digits: 'for two seven nine', but not 'for my phone'."""
_HESITATIONS = frozenset((
    "uh", "um", "er", "erm", "ehm", "em", "emm", "ah", "eh", "hm", "hmm", "mm", "then", "and",
))  # fmt: skip
_SEPARATORS = frozenset(("dash", "hyphen", "space", "comma", "dot", "point"))
"""Neither these nor hesitations end a number: 'four two, and then, uh, seven one'."""
_RUN_TOGETHER = re.compile("|".join(sorted((*DIGITS, *TEENS, *TENS), key=len, reverse=True)))
"""Number words, the longest first: 'fortytwo', 'ninezero'."""
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Word:
    """A word of a text in lower case, or a number in figures."""

    text: str
    start: int
    end: int
    comma: bool
    """Whether a comma follows."""

    @property
    def figures(self) -> str:
        """The figures of a number that is written in them."""
        return "".join(str(int(figure)) for figure in self.text if figure.isdecimal())


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


def words_of(text: str) -> list[Word]:
    """The words and figures of a text in order."""
    return [
        Word(found[0][begin:end].lower(), found.start() + begin, found.start() + end, comma)
        for found in _WORD.finditer(text)
        for comma in [text[found.end() : found.end() + 2].lstrip()[:1] == ","]
        for begin, end in _parted(found[0])
    ]


def _parted(word: str) -> list[tuple[int, int]]:
    """Where the words lie in what was written as one: 'fortytwo', 'four2seven'."""
    parts = [found.span() for found in _RUN_TOGETHER.finditer(word.lower())]
    whole = sum(end - begin for begin, end in parts) == len(word)
    return parts if whole else [(0, len(word))]


def spoken_numbers(text: str) -> Iterator[SpokenNumber]:
    """The numbers in a text, in order."""
    words = words_of(text)
    position = 0
    while position < len(words):
        parts, end = _run_at(words, position)
        if parts:
            figures = "".join(part.figures for part in parts)
            yield SpokenNumber(figures, words[position].start, words[end - 1].end, len(parts))
        position = max(end, position + 1)


def _run_at(words: Sequence[Word], begin: int) -> tuple[list[_Part], int]:
    """The parts of the number that begins at this word, and the position after its last word."""
    parts: list[_Part] = []
    position = end = begin
    while position < len(words):
        part = _part_at(words, position, inside=bool(parts))
        if part is not None:
            parts.append(part)
            position = end = position + part.words
        elif parts and words[position].text in _HESITATIONS | _SEPARATORS:
            position += 1
        else:
            break
    return parts, end


def _part_at(words: Sequence[Word], position: int, inside: bool) -> _Part | None:
    word = words[position]
    if word.figures:
        return _Part(word.figures, 1)
    if repeated := _repeated_at(words, position):
        return repeated
    if word.text in BESIDE_OTHERS:
        is_digit = _goes_on(words, position + 1) if inside else _begins(words, position)
        return _Part(BESIDE_OTHERS[word.text], 1) if is_digit else None
    return _whole_number_at(words, position)


def _repeated_at(words: Sequence[Word], position: int) -> _Part | None:
    """'double four', 'four ones', 'all ones', 'four times one'."""
    word, following = words[position].text, [later.text for later in words[position + 1 :][:2]]
    if word in _REPEATS:
        digit = _digit_at(words, position + 1) or _PLURALS.get("".join(following[:1]), "")
        return _Part(digit * _REPEATS[word], 2) if digit else None
    count = _ALL if word == "all" else DIGITS.get(word, 0)
    if count and following and following[0] in _PLURALS:
        return _Part(_PLURALS[following[0]] * count, 2)
    if following[:1] == ["times"] and word in DIGITS and following[-1] in DIGITS:
        return _Part(str(DIGITS[following[-1]]) * count, 3)
    return None


def _goes_on(words: Sequence[Word], position: int) -> bool:
    """Whether a number that has begun may go on at this word, or ends with the text."""
    if position >= len(words):
        return True
    word = words[position].text
    return _is_number(words, position) or word in BESIDE_OTHERS or word in _HESITATIONS


def _begins(words: Sequence[Word], position: int) -> bool:
    """Whether a number begins with this 'oh' or 'for': not with that of 'Oh, six two one nine'."""
    if position + 1 < len(words) and words[position + 1].text in BESIDE_OTHERS:
        return _begins(words, position + 1)
    if not _is_number(words, position + 1):
        return False
    exclaimed = words[position].comma and not words[position + 1].comma
    return not exclaimed


def _whole_number_at(words: Sequence[Word], position: int) -> _Part | None:
    """'seven', 'forty two', 'four thousand two hundred and seventy one'."""
    begin = position
    total, current, used = 0, *_below_hundred_at(words, position)
    if not used:
        return None
    position += used
    while position < len(words) and words[position].text in SCALES:
        scale = SCALES[words[position].text]
        if scale == 1000:
            total, current = total + max(current, 1) * 1000, 0
        elif 0 < current < 100:
            current *= 100
        else:
            break
        position += 1
        joined = position < len(words) and words[position].text == "and"
        rest, used = _below_hundred_at(words, position + joined)
        after = position + joined + used
        another = after < len(words) and words[after].text in SCALES and scale == 100
        if used and rest and not another:
            current, position = current + rest, after
    return _Part(str(total + current), position - begin)


def _below_hundred_at(words: Sequence[Word], position: int) -> tuple[int, int]:
    """The number below a hundred at this word and how many words it takes: none, none."""
    word = words[position].text if position < len(words) else ""
    if word in TENS:
        unit = DIGITS.get(words[position + 1].text, 0) if position + 1 < len(words) else 0
        return TENS[word] + unit, 2 if unit else 1
    value = DIGITS.get(word, TEENS.get(word))
    return (0, 0) if value is None else (value, 1)


def _digit_at(words: Sequence[Word], position: int) -> str:
    if position >= len(words):
        return ""
    word = words[position]
    if word.text in DIGITS:
        return str(DIGITS[word.text])
    return "0" if word.text in ("oh", "o") else word.figures[:1] if len(word.figures) == 1 else ""


def _is_number(words: Sequence[Word], position: int) -> bool:
    if position >= len(words):
        return False
    word = words[position]
    return bool(word.figures) or any(word.text in known for known in _NUMBER_WORDS)
