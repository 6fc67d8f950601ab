"""Takes numbers that may be secret out of what a caller said, before anything keeps or reads it.

A PIN may be said at any time and without a word about it, so every number is hidden that is not
plainly something else: an amount, a date, a duration, or a single figure in a sentence.
"""

from __future__ import annotations

import re

from voice.events import HIDDEN
from voice.spoken_numbers import BESIDE_OTHERS, SpokenNumber, spoken_numbers, words_of

_MENTION = re.compile(
    r"\b(?:pins?|codes?|pass ?codes?|pass ?words?|secret|security|digits?)\b", re.IGNORECASE
)
_UNITS = frozenset((
    "euro", "euros", "pound", "pounds", "quid", "dollar", "dollars", "cent", "cents", "pence",
    "percent", "per", "gigabyte", "gigabytes", "gig", "gigs", "gb", "megabyte", "megabytes", "mb",
    "second", "seconds", "minute", "minutes", "hour", "hours", "o'clock", "am", "pm", "day", "days",
    "week", "weeks", "month", "months", "year", "years", "times", "st", "nd", "rd", "th",
    "text", "texts", "message", "messages", "call", "calls", "people", "children", "kids",
    "phones", "sims", "lines", "devices", "miles",
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
))  # fmt: skip
_ALSO_WORDS = frozenset((
    "am", "call", "day", "line", "march", "may", "message", "per", "pound", "second", "text",
    "times", "st", "nd", "rd", "th",
))  # fmt: skip
"""Units that say something else behind a PIN: '4271, am I right', '4271 pound'."""
_NAMED_BY_NUMBER = frozenset((
    "iphone", "galaxy", "windows", "android", "bus", "route", "room", "floor", "flat", "apartment",
    "platform", "gate", "channel", "chapter", "page", "option", "top", "past",
))  # fmt: skip
"""What has a small number behind it: 'iphone fifteen', 'bus 46', 'half past ten'."""
_AMOUNT_SIGN = re.compile(r"[$€£]\s*$")
_MOST_AFTER_UNIT = 2
"""Figures of a number behind its unit, 'December 14', or before a word that is a unit at times."""
_FRAMING = frozenset((
    "a", "after", "and", "begins", "by", "code", "comes", "digit", "digits", "ends", "er", "erm",
    "first", "followed", "fourth", "hm", "hmm", "i'll", "is", "it", "it's", "its", "last", "mm",
    "my", "next", "no", "number", "numbers", "of", "ok", "okay", "pin", "please", "say", "says",
    "second", "secret", "so", "starts", "sure", "that", "that's", "the", "then", "third", "this",
    "uh", "um", "well", "with", "yeah", "yes",
))  # fmt: skip
"""Words around a number that say nothing but 'here is a number'."""
_POINTS_AT_ONE = frozenset(("this", "that", "which", "another", "other", "every", "each", "new"))
_FEWEST_SINGLE = 3
"""Single figures in one turn that are probably one number: 'nine, let me see, zero, or three'."""


def speaks_of_secrets(text: str) -> bool:
    """Whether a PIN or code is spoken of, or a number was said that may be one."""
    return _MENTION.search(text) is not None or without_numbers(text) != text


def without_numbers(text: str, dictated: bool = False) -> str:
    """`text` with `HIDDEN` for each number that may be secret.

    `dictated`: a number may have begun before this text.
    """
    numbers = list(spoken_numbers(text))
    announced = _MENTION.search(text) is not None
    bare = [number for number in numbers if _is_long(number) and not _is_quantity(text, number)]
    many = len(numbers) >= _FEWEST_SINGLE
    telling = announced or dictated or bool(bare) or many or _nothing_else(text, numbers)
    shown, position = "", 0
    for number in numbers:
        shown += text[position : number.start]
        if _is_long(number):
            secret = announced or not _is_quantity(text, number)
        else:
            secret = telling and not _is_pronoun(text, number)
        shown += HIDDEN if secret else text[number.start : number.end]
        position = number.end
    return shown + text[position:]


def _is_long(number: SpokenNumber) -> bool:
    return len(number.figures) > 1


def _nothing_else(text: str, numbers: list[SpokenNumber]) -> bool:
    """Whether the text holds nothing but numbers and their framing."""
    ends = [0, *(number.end for number in numbers)]
    starts = [*(number.start for number in numbers), len(text)]
    rest = (text[end:start] for end, start in zip(ends, starts, strict=True))
    return all(word.text in _FRAMING for piece in rest for word in words_of(piece))


def _is_quantity(text: str, number: SpokenNumber) -> bool:
    """Whether it is one number with its unit: '42 euros', 'December 14', 'twenty gigabytes'."""
    words = words_of(text[number.start : number.end])
    if number.parts - (words[0].text in BESIDE_OTHERS) != 1:
        return False
    before, after = text[: number.start], words_of(text[number.end :])[:1]
    small = len(number.figures) <= _MOST_AFTER_UNIT
    units = _UNITS if small else _UNITS - _ALSO_WORDS
    if any(word.text in units for word in after) or _AMOUNT_SIGN.search(before):
        return True
    follows = any(word.text in _UNITS | _NAMED_BY_NUMBER for word in words_of(before)[-1:])
    return small and follows


def _is_pronoun(text: str, number: SpokenNumber) -> bool:
    """Whether it is the 'one' of 'one moment' or 'one of them'."""
    if text[number.start : number.end].lower() != "one":
        return False
    before = [word.text for word in words_of(text[: number.start])]
    after = [word.text for word in words_of(text[number.end :])]
    if after in (["second"], ["second", "please"]):
        return True
    pointed = before[-1:] and before[-1] in _POINTS_AT_ONE
    return pointed or any(word == "of" or word not in _FRAMING for word in after[:1])
