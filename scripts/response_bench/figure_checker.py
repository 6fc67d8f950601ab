"""Whether figures that were spoken stand in the results: a second, simple reading of its own.

It knows the currencies, months and a few units of English and French, takes number words from
num2words, and shares no code with what decides, in the product, whether a sentence may be said.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from num2words import num2words

from response_bench.said import MONTHS, WEEKDAYS, Value

_MOST = 3000
"""The largest number that is known in words."""
_LONGEST = 9
"""Words of a number."""
_EUROS, _CENTS = {"euro", "euros", "€", "eur"}, {"cent", "cents", "centime", "centimes"}
_OTHER_MONEY = {"dollar", "dollars", "pound", "pounds", "franc", "francs", "$", "£"}
_GIGABYTES = {"gigabyte", "gigabytes", "gig", "gigs", "gb", "gigaoctet", "gigaoctets", "go", "giga"}
_UNITS = {
    "gb": _GIGABYTES,
    "data": _GIGABYTES,
    "days": {"day", "days", "jour", "jours"},
    "hours": {"hour", "hours", "heure", "heures"},
}
"""By the last word of a value's key: what it counts."""
_COUNTED = frozenset().union(*_UNITS.values())
_KNOWN = {"larkfield", "telecom", "sim", "i", "ok", "pin", "go", "gb", "eur"}
_TOKEN = re.compile(r"\d[\d.,\u00a0\u202f]*\d|\d|[^\W\d_]+(?:'[^\W\d_]+)*|[€$£%]")


@dataclass(frozen=True)
class _Figure:
    value: Decimal
    text: str
    before: Sequence[str]
    after: Sequence[str]


def wrong_figures(sentence: str, results: Sequence[Mapping[str, Value]], tag: str) -> list[str]:
    """The figures and names of a sentence that no result of the turn has."""
    values = [(key, one) for result in results for key, one in result.items() if key != "status"]
    wrong = [one.text for one in _figures(sentence, tag) if not _stands(one, values, tag)]
    known = {word.lower() for _, value in values for word in str(value).split()}
    known |= _KNOWN.union(word.lower() for word in (*MONTHS[tag], *WEEKDAYS[tag]))
    names = re.findall(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Ý]\w+", sentence)
    return wrong + [name for name in names if name.lower() not in known]


def count_figures(sentence: str, tag: str) -> int:
    """How many figures a sentence has."""
    return sum(1 for _ in _figures(sentence, tag))


def _stands(figure: _Figure, values: Sequence[tuple[str, Value]], tag: str) -> bool:
    return any(_is(figure, key, value, tag) for key, value in values)


def _is(figure: _Figure, key: str, value: Value, tag: str) -> bool:
    near = {*figure.after[:2], *figure.before[-1:]}
    match value:
        case Decimal():
            return figure.value == value and bool(near & _EUROS) and not near & _OTHER_MONEY
        case datetime.date():
            months = [month.lower() for month in MONTHS[tag]]
            beside = (*figure.after[:2], *figure.before[-2:])
            named = [months.index(word) + 1 for word in beside if word in months]
            return figure.value == value.year or (
                figure.value == value.day and value.month in named
            )
        case int():
            unit = _UNITS.get(key.rpartition("_")[2], set())
            return figure.value == value and (not unit or bool(set(figure.after[:2]) & unit))
    return str(figure.value) in re.findall(r"\d+", str(value))


def _figures(sentence: str, tag: str) -> Iterator[_Figure]:
    found = _TOKEN.findall(sentence.replace("-", " ").replace("\u2019", "'"))
    tokens = [
        part
        for token in found
        for part in (token.lower().split("'") if tag == "fr" else [token.lower()])
    ]
    at = 0
    while at < len(tokens):
        value, end = _number(tokens, at, tag)
        if value is None:
            at += 1
            continue
        cents, behind = _cents(tokens, end, tag)
        after = tokens[end : end + 3]
        if cents is not None:
            value, end, after = value + cents / 100, behind, ["euros"]
        small = value <= 2 and not tokens[at][0].isdigit()
        if not small or set(after[:1]) & (_EUROS | _COUNTED):
            yield _Figure(value, " ".join(tokens[at:end]), tokens[max(0, at - 3) : at], after)
        at = end


def _cents(tokens: Sequence[str], end: int, tag: str) -> tuple[Decimal | None, int]:
    """What follows euros: "and seventeen cents"."""
    if end >= len(tokens) or tokens[end] not in _EUROS:
        return None, end
    joined = tokens[end + 1 : end + 2] in (["and"], ["et"])
    value, behind = _number(tokens, end + 1 + joined, tag)
    named = behind < len(tokens) and tokens[behind] in _CENTS
    return (value, behind + 1) if value is not None and named else (None, end)


def _number(tokens: Sequence[str], at: int, tag: str) -> tuple[Decimal | None, int]:
    if at >= len(tokens):
        return None, at
    if tokens[at][0].isdigit():
        text = re.sub(r"[\u00a0\u202f]", "", tokens[at])
        text = text.replace(".", "").replace(",", ".") if tag == "fr" else text.replace(",", "")
        ordinal = tokens[at + 1 : at + 2] in (["st"], ["nd"], ["rd"], ["th"], ["er"])
        return Decimal(text), at + 1 + ordinal
    words = _words(tag)
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        value = words.get(" ".join(tokens[at : at + length]))
        if value is not None:
            return Decimal(value), at + length
    return None, at


@cache
def _words(tag: str) -> Mapping[str, int]:
    """Number words, each with its value, without those that often are none."""
    known = {_plain(num2words(day, lang=tag, to="ordinal")): day for day in range(1, 32)}
    known |= {_plain(num2words(number, lang=tag)): number for number in range(_MOST)}
    ambiguous = ("second", "first", "un", "une", "neuf", "premier", "one")
    return {words: value for words, value in known.items() if words not in ambiguous}


def _plain(words: str) -> str:
    return " ".join(words.replace("-", " ").replace(",", " ").lower().split())
