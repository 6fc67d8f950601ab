"""What the readings of a language need to know: its number words and the tables of spoken.toml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from voice.languages.numbers import NumberWords
from voice.languages.table import Table

Reading = Callable[[re.Match[str]], str | None]
"""What to say for a match; None leaves it to the rules that follow."""
Rules = Iterable[tuple[str, Reading]]
Clock = Callable[[NumberWords, int, int, str], str]
"""What is said for hour, minute and "a" or "p" (or "") of a time of day."""
THIN = " \u00a0\u202f"
"""Spaces that may stand between figures."""


class Dates(Table):
    """How dates are said and written."""

    months: Sequence[str]
    weekdays: Sequence[str]
    month_abbreviations: Mapping[str, int]
    """With the number of the month."""
    weekday_abbreviations: Mapping[str, int]
    """With the day of the week, Monday being 1."""
    spoken: str
    """Of {day}, {month} and {year}."""
    spoken_month_first: str = ""
    days: str = ""
    """Of {first} and {last}: from one day of a month to another."""
    decade_mark: str = ""
    """Behind a year that stands for ten, as the "s" of 1990s."""
    always_weekdays: frozenset[str] = frozenset()
    """Abbreviations of weekdays that are nothing else."""
    lead: str = ""
    """Said before a date, and perhaps written there."""
    no_lead_behind: frozenset[str] = frozenset()
    """Words behind which it is not said."""
    of: str = ""
    """What may stand between a written day and its month."""
    first: str = ""
    """How the first day is said where the others are no ordinals."""
    year_after: Sequence[str] = ()
    """Words behind which four figures are a year."""
    noon_marks: Mapping[str, str] = {}
    """What is written behind an hour, as an expression, and "a" or "p"."""
    hour_marks: str = ":"
    """Characters between hour and minutes."""
    hour_units: Sequence[str] = ()
    """What may be written behind a whole hour, as "h"."""


class Currency(Table):
    """A currency and how it is counted."""

    marks: Sequence[str]
    """As it is written: signs, codes, words; letters in any case."""
    one: str
    many: str
    small_one: str
    small_many: str
    feminine: bool = False


class Amounts(Table):
    """How money, measures, ranges and fractions are said."""

    currencies: Sequence[Currency]
    units: Mapping[str, Sequence[str]]
    """As written: one and many of it."""
    money: str
    """Of {whole} and {small}."""
    percent: str
    to: str
    over: str
    mixed: str
    """Of {whole} and {fraction}."""
    fractions: Mapping[str, str] = {}
    half_behind: str = ""
    """A half behind a whole number."""
    counted: str = "{number} {unit}"
    scales: Mapping[str, str] = {}
    """Behind an amount, as "million" or "m", and what is said."""
    scale_of: Sequence[str] = ()
    """Between a scale and its unit, and the same before a vowel."""
    per: Mapping[str, str] = {}
    """What is written behind a slash after an amount."""
    generation: str = "G"
    feminine_units: Sequence[str] = ()


class CodeForms(Table):
    """How codes, numbers of telephones and addresses are said."""

    announced_by: Sequence[str]
    """Words behind which figures are read one by one."""
    links: Sequence[str]
    """Words that may stand in between."""
    marks: Mapping[str, str]
    """Characters of addresses: dot, at and so on."""
    web: str
    """What is said for www."""
    plus: str
    version_point: str
    """Between the numbers of a version, as 1.2.3."""
    pairs: bool = False
    """Whether the figures of telephone numbers are read in pairs."""
    national: Mapping[int, Sequence[int]] = {}
    """Groups of a telephone number that is written without any, by its length."""


class Abbreviations(Table):
    """What is written short; keys are matched as they stand."""

    fixed: Mapping[str, str] = {}
    """Whole expressions, before all other rules."""
    before_numbers: Mapping[str, str] = {}
    """Signs and letters before figures, as "~" or "v"."""
    titles: Mapping[str, str] = {}
    """With a full stop and before a name."""
    short: Mapping[str, str] = {}
    """With their full stops."""
    words: Mapping[str, str] = {}
    """Whole words."""
    before_names: Mapping[str, str] = {}
    """Only before a capitalised word, as "St" of a saint ..."""
    behind_names: Mapping[str, str] = {}
    """... or only behind one, as "St" of a street."""
    symbols: Mapping[str, str] = {}
    """Standing alone."""
    numbered: Mapping[str, str] = {}
    """Before a number, as "No."."""
    roman_behind: Sequence[str] = ()
    """Words behind which Roman figures are numbers."""
    reign: str = ""
    """Of {ordinal} or {number}: Roman figures behind a name."""


@dataclass(frozen=True)
class Forms:
    """All of it."""

    numbers: NumberWords
    dates: Dates
    amounts: Amounts
    codes: CodeForms
    abbreviations: Abbreviations
    clock: Clock

    @cached_property
    def number(self) -> str:
        """The source of an expression for a number in figures, grouped or not."""
        return rf"[-\u2212]?(?:{self.unsigned})"

    @cached_property
    def unsigned(self) -> str:
        """The same without a minus."""
        mark = re.escape(self.numbers.decimal_mark)
        groups = "," if self.numbers.decimal_mark == "." else rf"[.{THIN}]"
        return (
            rf"\d{{1,3}}(?:{groups}\d{{3}})+(?!\d)(?:{mark}\d+)?"
            rf"|\d+(?:[.,]\d{{1,2}}(?!\d)|{mark}\d+)?"
        )

    def value(self, written: str, money: bool = False) -> str:
        """The number that figures mean, as Python writes it: "1.234,56" -> "1234.56".

        A lone mark before three figures groups them if it is not the decimal mark, or in money.
        """
        text = re.sub(rf"[{THIN}]", "", written).replace("\u2212", "-")
        marks = re.findall(r"[.,]", text)
        if not marks:
            return text
        last = marks[-1]
        grouped = len(text) - text.rindex(last) == 4
        if len(set(marks)) == 1 and (
            len(marks) > 1 or (grouped and (money or last != self.numbers.decimal_mark))
        ):
            return text.replace(last, "")
        other = "." if last == "," else ","
        return text.replace(other, "").replace(last, ".")


def one_of(words: Iterable[str]) -> str:
    """The source of an expression for any of the words, longest first; finds none of none."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"


def dashed(first: str, second: str) -> str:
    """The source of an expression for two things with a dash between them."""
    return rf"{first}\s?[-\u2013]\s?{second}"
