"""The number words of a language, and how numbers are written with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import Field

from voice.languages.table import PlainNumbers, PlainWords, Table

_FIRST_ROUND_YEARS = range(2000, 2010)
"""Years of this century that are no pairs: two thousand and five."""
_YEARS_IN_PAIRS = range(1100, 2100)
_SHORT_DECIMALS = 2
_FINAL_WORD = re.compile(r"[^\s-]+$")


class Dictation(Table):
    """How numbers are dictated figure by figure."""

    repeats: PlainNumbers = Field({})
    """Words such as "double", and how often the figure behind them stands there."""
    plurals: Sequence[str] = ()
    """Endings of digits that are counted: "four ones"."""
    all_of: PlainNumbers = Field({})
    """Words such as "all", and how many figures "all ones" stands for."""
    times: PlainWords = frozenset()
    """Between a count and a digit: "four times one"."""
    beside_others: PlainNumbers = Field({})
    """Words that are figures only beside others, as "oh"."""
    sounds_like: PlainNumbers = Field({})
    """The same, as a recogniser may write what it heard of a dictated number."""
    hesitations: PlainWords = frozenset()
    """They do not end a number; nor do, in one that is dictated, connectors and separators."""
    connectors: PlainWords = frozenset()
    separators: PlainWords = frozenset()
    corrections: PlainWords = frozenset()
    """What was said before one of them does not count."""


class Ordinals(Table):
    """How a number becomes its ordinal, and what is written behind figures for it."""

    suffix: str = ""
    prefix: str = ""
    exact: Mapping[str, int] = {}
    """Ordinals of their own."""
    last: Mapping[str, str] = {}
    """What the last word becomes; others take the suffix."""
    feminine: Mapping[str, str] = {}
    marks: Sequence[str] = ()
    """As the "th" of 4th."""
    feminine_marks: Sequence[str] = ()


class NumberWords(Table):
    """Writes numbers as words; `NumberReader` reads them by the same tables."""

    below_twenty: Sequence[str]
    tens: Mapping[str, int]
    scales: Mapping[str, int]
    """Hundred, thousand and so on."""
    decimal_word: str
    minus: str
    decimal_mark: str = "."
    """In figures; the other of "." and "," groups them."""
    exact: Mapping[str, int] = {}
    """Below a hundred: written otherwise than put together."""
    also: Mapping[str, int] = {}
    """Other words for a number: read, never written."""
    tens_joined_by: str = " "
    before_rest: str = ""
    """Before what is below a hundred: one hundred *and* five."""
    scale_first: bool = False
    """Whether "hundred two" is 200."""
    bare_scales: Sequence[str] = ()
    """Scales that stand for one of them without "one"."""
    plural_scales: Sequence[str] = ()
    """Scales that take an -s."""
    before_scales: Mapping[str, str] = {}
    """Last words that change before a scale that takes no -s."""
    feminine: Mapping[str, str] = {}
    """Last words that change before a feminine noun."""
    decimals_as_number: bool = False
    """3.14 as "three point fourteen"."""
    years_in_pairs_with: str = ""
    """Years are said in pairs, with this word for the zero of 1905."""
    dictation: Dictation = Dictation()
    ordinals: Ordinals = Ordinals()

    def cardinal(self, number: int, feminine: bool = False) -> str:
        """42 -> "forty two"; what is too large for the scales figure by figure."""
        if number < 0:
            return f"{self.minus} {self.cardinal(-number, feminine)}"
        if number >= 1000 * max(self.scales.values()):
            return self.digits(str(number))
        words = self.written(number)
        return _changed(words, self.feminine) if feminine else words

    def ordinal(self, number: int, feminine: bool = False) -> str:
        """21 -> "twenty first"."""
        rules = self.ordinals
        words = next((word for word, value in rules.exact.items() if value == number), "")
        if not words:
            words = _FINAL_WORD.sub(lambda last: self._ranked(last[0]), self.cardinal(number))
            words = f"{rules.prefix} {words}" if rules.prefix else words
        return rules.feminine.get(words, words) if feminine else words

    def year(self, number: int) -> str:
        """2026 -> "twenty twenty six", where years are said in pairs."""
        in_pairs = number in _YEARS_IN_PAIRS and number not in _FIRST_ROUND_YEARS
        if not self.years_in_pairs_with or not in_pairs:
            return self.cardinal(number)
        century, rest = divmod(number, 100)
        if not rest:
            return f"{self.cardinal(century)} {self.scale_word(100)}"
        low = f"{self.years_in_pairs_with} " if rest < 10 else ""
        return f"{self.cardinal(century)} {low}{self.cardinal(rest)}"

    def digits(self, text: str) -> str:
        """The figures of `text` one by one: "407" -> "four zero seven"."""
        return " ".join(self.below_twenty[int(figure)] for figure in text if figure.isdecimal())

    def number(self, text: str, feminine: bool = False) -> str:
        """A number as Python writes it: "-3.50" -> "minus three point five zero"."""
        whole, _, decimals = text.lstrip("-").partition(".")
        words = self.cardinal(int(whole or 0), feminine and not decimals)
        if decimals:
            words += f" {self.decimal_word} {self._decimals(decimals)}"
        return f"{self.minus} {words}" if text.startswith("-") else words

    def written(self, number: int) -> str:
        """A number that the scales reach, in the masculine."""
        exact = next((word for word, value in self.exact.items() if value == number), "")
        if exact:
            return exact
        if number < 20:
            return self.below_twenty[number]
        if number < 100:
            word, value = max(
                ((word, value) for word, value in self.tens.items() if value <= number),
                key=lambda entry: entry[1],
            )
            rest = self.written(number - value) if number > value else ""
            return f"{word}{self.tens_joined_by}{rest}" if rest else word
        value = max(scale for scale in self.scales.values() if scale <= number)
        count, rest_value = divmod(number, value)
        parts = [self._counted(count, self.scale_word(value), value, rest_value)]
        if rest_value:
            parts += [self.before_rest] if rest_value < 100 and self.before_rest else []
            parts.append(self.written(rest_value))
        return " ".join(parts)

    def _counted(self, count: int, scale: str, value: int, rest: int) -> str:
        if count == 1 and scale in self.bare_scales:
            return scale
        words = self.written(count)
        if self.scale_first:
            return f"{scale} {words}"
        if scale not in self.plural_scales:
            words = _changed(words, self.before_scales)
        plural = scale in self.plural_scales and count > 1 and not (value == 100 and rest)
        return f"{words} {scale}{'s' if plural else ''}"

    def scale_word(self, value: int) -> str:
        """The word for 100, 1000 and so on."""
        return next(word for word, scale in self.scales.items() if scale == value)

    def _ranked(self, word: str) -> str:
        rules = self.ordinals
        return rules.last.get(word, f"{word}{rules.suffix}")

    def _decimals(self, decimals: str) -> str:
        significant = decimals.lstrip("0")
        if not self.decimals_as_number or len(significant) not in range(1, _SHORT_DECIMALS + 1):
            return self.digits(decimals)
        zeros = self.digits(decimals[: -len(significant)])
        return f"{zeros} {self.cardinal(int(significant))}".strip()


def _changed(words: str, last: Mapping[str, str]) -> str:
    """The words with another last one, if it is among those that change."""
    return _FINAL_WORD.sub(lambda found: last.get(found[0], found[0]), words)
