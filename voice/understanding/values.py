"""Typed values in a caller's words, by the kind of argument that they are for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
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
from voice.understanding.addresses import read_email
from voice.understanding.days import read_date
from voice.understanding.figures import read_digits, read_phone
from voice.understanding.found import Found
from voice.understanding.hours import read_time
from voice.understanding.quantities import read_amount, read_number
from voice.understanding.slots import GAP, read_slot
from voice.understanding.wordings import read_choice, read_name, read_text

_TELEPHONE = (3, 15)
"""Figures, ITU-T E.164 and short codes."""
_ORDER: Sequence[type] = (Email, Phone, Digits, Date, Time, Amount, Choice, Number, Name, Text)
"""In which values are taken out of a request: what is told most surely comes first."""
_FEWEST_UNASKED = 10
"""A number below it stands in many a request that tells no value, as in "I have two questions"."""


def read_value(
    argument: Argument,
    text: str,
    language: Language,
    today: datetime.date | None = None,
    *,
    asked: bool = True,
) -> Found | None:
    """The value that a text holds, None where it holds none.

    `text` is what the recogniser wrote, with its figures and capitals. `asked`: it answers the
    question for this very argument; otherwise it is a request, of which names and free text cannot
    be told apart from the rest. `today`: what "tomorrow" is counted from.
    """
    match argument:
        case Digits():
            return read_digits(text, language, argument.bounds, asked)
        case Phone():
            return read_phone(text, language, _TELEPHONE, asked)
        case Number():
            least = argument.least if asked else max(argument.least, _FEWEST_UNASKED)
            least = argument.least if argument.most < _FEWEST_UNASKED else least
            return read_number(text, language, (Decimal(least), Decimal(argument.most)), asked)
        case Amount():
            return read_amount(text, language, (argument.least, argument.most), asked)
        case Date():
            return read_date(text, language, today or datetime.date.today(), asked)
        case Time():
            return read_time(text, language, asked)
        case Email():
            return read_email(text, language)
        case Choice():
            return read_choice(text, language, argument.words(language), asked)
        case Name():
            return read_name(text, language) if asked else None
        case Text():
            return read_text(text, language) if asked else None


def values_in(
    text: str,
    arguments: Mapping[str, Argument],
    language: Language,
    today: datetime.date | None = None,
    examples: Sequence[str] = (),
) -> dict[str, Found]:
    """The arguments that a request says already: "move it to Friday at ten".

    No word counts for two of them. What cannot be told from other words, as names, is found where
    one of the request's `examples` has it: behind the words that stand before `{argument}` there.
    """
    found: dict[str, Found] = {}
    left = text
    for name in sorted(arguments, key=lambda name: _rank(arguments[name])):
        argument = arguments[name]
        value = said = read_value(argument, left, language, today, asked=False)
        if value is None or value.value is None:
            said = read_slot(name, left, language, examples)
            value = said and read_value(argument, said.said, language, today)
        if value is None or said is None or value.value is None:
            continue
        found[name] = value
        left = _without(left, value if value.said in left else said)
    return found


def _rank(argument: Argument) -> tuple[int, int]:
    """Digits of a narrow length before others."""
    place = next(number for number, kind in enumerate(_ORDER) if isinstance(argument, kind))
    spread = argument.bounds[1] - argument.bounds[0] if isinstance(argument, Digits) else 0
    return place, spread


def _without(text: str, found: Found) -> str:
    """The text with a gap where a value stood, which no other value may reach across."""
    if found.said and found.said in text:
        return text.replace(found.said, f" {GAP} ", 1)
    return found.rest
