"""What a caller might say for an argument: takes the place of its slot in an example."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from voice.languages import Language
from voice.tasks.arguments import (
    Amount,
    Argument,
    Choice,
    Date,
    Digits,
    Email,
    Name,
    Number,
    Phone,
    Text,
    Time,
)

_SLOT = re.compile(r"\{([\w.]+)\}")
_DAY = datetime.date(2026, 12, 14)
_HOUR = datetime.time(10, 30)
_AMOUNT = Decimal("42.17")
_FIGURES = "4271"
_NAME = "anna"
_ADDRESS = "anna{dot}smith{at}mail{dot}com"


def filled(example: str, arguments: Mapping[str, Argument], language: Language) -> Iterator[str]:
    """An example with values in its slots; one for each value of its first choice."""
    slots = [slot for slot in _SLOT.findall(example) if isinstance(arguments.get(slot), Choice)]
    first = arguments[slots[0]] if slots else None
    choices = first.words(language) if isinstance(first, Choice) else {"": ("",)}
    for words in choices.values():
        said = {slots[0]: words[0]} if slots else {}
        yield _SLOT.sub(lambda slot: _said(slot[1], arguments, said, language), example)  # noqa: B023


def _said(
    slot: str, arguments: Mapping[str, Argument], said: Mapping[str, str], language: Language
) -> str:
    if slot in said:
        return said[slot]
    match arguments.get(slot):
        case Digits() | Number() | Phone():
            return _FIGURES
        case Amount():
            return language.spoken_form(f"{language.written_money(_AMOUNT)} EUR")
        case Date():
            return language.spoken_form(language.written_date(_DAY))
        case Time():
            return language.spoken_form(f"{_HOUR:%H:%M}")
        case Email():
            signs = {sign: word for word, sign in language.dictated.email.marks.items()}
            at = next(iter(language.dictated.email.at), "@")
            return _ADDRESS.format(dot=f" {signs.get('.', '.')} ", at=f" {at} ")
        case Choice() as choice:
            return next(iter(choice.words(language).values()))[0]
        case Name() | Text():
            return _NAME
    return ""
