"""Typed values in a caller's words, by the kind of argument that they are for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal

from voice.languages import Language, plain
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
from voice.understanding.counted import counts_something
from voice.understanding.days import read_date
from voice.understanding.figures import read_digits, read_phone
from voice.understanding.found import GAP, Found
from voice.understanding.hours import read_time
from voice.understanding.phrase_table import plain_words
from voice.understanding.quantities import is_form_of_any, read_amount, read_counted, read_number
from voice.understanding.slots import read_slot, things_behind
from voice.understanding.stance import manner
from voice.understanding.wordings import read_choice, read_name, read_text

_TELEPHONE = (3, 15)
"""Figures, ITU-T E.164 and short codes."""
_ORDER: Sequence[type] = (Email, Phone, Digits, Date, Time, Amount, Choice, Number, Name, Text)
"""In which values are taken out of a request: what is told most surely comes first."""
_LATELY = datetime.timedelta(days=31)
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
        value = said = _value_in(left, name, argument, language, today, examples)
        if value is None or value.value is None:
            said = read_slot(name, left, language, examples)
            value = said and read_value(argument, said.said, language, today)
        if value is None or said is None or value.value is None:
            continue
        found[name] = value
        left = _without(left, value if value.said in left else said)
    return found


def _value_in(
    text: str,
    name: str,
    argument: Argument,
    language: Language,
    today: datetime.date | None,
    examples: Sequence[str],
) -> Found | None:
    """What a request tells plainly; a number of what the examples have so many of is that alone."""
    if not isinstance(argument, Number):
        found = read_value(argument, text, language, today, asked=False)
        lately = found is not None and _is_lately(found, today)
        return None if lately and not _tells_of(name, examples, language) else found
    things = things_behind(name, examples) - manner(language).function
    bounds = Decimal(argument.least), Decimal(argument.most)
    found = read_counted(text, language, bounds, things) or read_value(
        argument, text, language, today, asked=False
    )
    if found is None or not things:
        return found
    after = plain_words(text.partition(found.said)[2])[:1]
    known = {word for example in examples for word in plain_words(example)}
    other = counts_something(after, 0, language) and not is_form_of_any(after[0], known)
    return None if other else found


def _is_lately(found: Found, today: datetime.date | None) -> bool:
    """Whether it is a day that has just gone, as "yesterday"."""
    if not isinstance(found.value, datetime.date):
        return False
    return datetime.timedelta(0) < (today or datetime.date.today()) - found.value < _LATELY


def _tells_of(name: str, examples: Sequence[str], language: Language) -> bool:
    """Whether an example tells of what was on such a day: "I lost it on {day}"."""
    spoken = manner(language)
    return any(
        f"{{{name}}}" in example and spoken.told_by(spoken.full(plain(example)))
        for example in examples
    )


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
