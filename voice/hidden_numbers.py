"""Takes numbers that may be secret out of what a caller said, before anything keeps or reads it.

A PIN may be said at any time and without a word about it, so every number is hidden that is not
plainly something else: an amount, a date, a duration, or a single figure in a sentence.
"""

from __future__ import annotations

import re

from voice.events import HIDDEN
from voice.languages import (
    Language,
    Secrets,
    SpokenNumber,
    plain,
    spoken_numbers,
    words_at,
    words_of,
)

_AMOUNT_SIGN = re.compile(r"[$€£]\s*$")
_MOST_AFTER_UNIT = 2
"""Figures of a number behind its unit, 'December 14', or before a word that is a unit at times."""
_FEWEST_SINGLE = 3
"""Single figures in one turn that are probably one number: 'nine, let me see, zero, or three'."""


def speaks_of_secrets(text: str, language: Language) -> bool:
    """Whether a PIN or code is spoken of, or a number was said that may be one."""
    announced = language.secrets.mention.search(plain(text)) is not None
    return announced or without_numbers(text, language) != text


def without_numbers(text: str, language: Language, dictated: bool = False) -> str:
    """`text` with `HIDDEN` for each number that may be secret.

    `dictated`: a number may have begun before this text.
    """
    numbers = list(spoken_numbers(text, language.reader))
    announced = language.secrets.mention.search(plain(text)) is not None
    secrets = language.secrets
    bare = [
        number
        for number in numbers
        if _is_long(number) and not _is_quantity(text, number, language)
    ]
    many = len(numbers) >= _FEWEST_SINGLE
    alone = _nothing_else(text, numbers, secrets)
    telling = announced or dictated or bool(bare) or many or alone
    shown, position = "", 0
    for number in numbers:
        shown += text[position : number.start]
        if _is_long(number):
            secret = announced or not _is_quantity(text, number, language)
        else:
            secret = telling and not _is_pronoun(text, number, secrets)
        shown += HIDDEN if secret else text[number.start : number.end]
        position = number.end
    return shown + text[position:]


def unfinished_without_numbers(text: str, language: Language) -> str:
    """The beginning of what a caller says, with `HIDDEN` for every number.

    Which number may be secret is known only at the end: 'I have two' may go on with 'four seven
    one'. Words at the end of which a number may yet be made are held back: of two beginnings of
    the same text the shorter one's result is the beginning of the longer one's.
    """
    words = words_at(text)
    while words and _may_become_number(words[-1].text, language):
        words.pop()
    end = words[-1].end if words else 0
    shown, position = "", 0
    for number in spoken_numbers(text, language.reader):
        if number.start >= end:
            break
        shown += text[position : number.start] + HIDDEN
        position = number.end
    return shown + text[position:end]


def _may_become_number(word: str, language: Language) -> bool:
    """Whether the word can be part of a number, stand within one, or be a letter of one."""
    said, reader = plain(word), language.reader
    return len(said) == 1 or any(
        said[begin:end] in reader.number_words or any(map(str.isnumeric, said[begin:end]))
        for begin, end in reader.parted(said)
    )


def _is_long(number: SpokenNumber) -> bool:
    return len(number.figures) > 1


def _nothing_else(text: str, numbers: list[SpokenNumber], secrets: Secrets) -> bool:
    """Whether the text holds nothing but numbers and their framing."""
    ends = [0, *(number.end for number in numbers)]
    starts = [*(number.start for number in numbers), len(text)]
    rest = (text[end:start] for end, start in zip(ends, starts, strict=True))
    return all(word in secrets.framing for piece in rest for word in _plain_words(piece))


def _is_quantity(text: str, number: SpokenNumber, language: Language) -> bool:
    """Whether it is one number with its unit: '42 euros', 'December 14', 'twenty gigabytes'."""
    secrets, dictation = language.secrets, language.numbers.dictation
    first = _plain_words(text[number.start : number.end])[0]
    beside_others = first in dictation.beside_others or first in dictation.sounds_like
    if number.parts - beside_others != 1:
        return False
    before, after = text[: number.start], _plain_words(text[number.end :])[:1]
    small = len(number.figures) <= _MOST_AFTER_UNIT
    units = secrets.units if small else secrets.units - secrets.units_at_times
    if any(word in units for word in after) or _AMOUNT_SIGN.search(before):
        return True
    naming = secrets.units | secrets.named_by_number
    return small and any(word in naming for word in _plain_words(before)[-1:])


def _is_pronoun(text: str, number: SpokenNumber, secrets: Secrets) -> bool:
    """Whether it is the 'one' of 'one moment' or 'one of them'."""
    if plain(text[number.start : number.end]) not in secrets.pronouns:
        return False
    before, after = (_plain_words(part) for part in (text[: number.start], text[number.end :]))
    if " ".join(after) in secrets.moments or any(word in secrets.pointing for word in before[-1:]):
        return True
    return any(word in secrets.of or word not in secrets.framing for word in after[:1])


def _plain_words(text: str) -> list[str]:
    return [plain(word) for word in words_of(text)]
