"""Numbers as English words."""

from __future__ import annotations

from decimal import Decimal

from num2words import num2words

LARGEST = Decimal(10) ** 15
"""Larger numbers are read digit by digit."""


def cardinal(number: int) -> str:
    """42 -> "forty two"."""
    return _plain(str(num2words(number)))


def ordinal(number: int) -> str:
    """21 -> "twenty first"."""
    return _plain(str(num2words(number, to="ordinal")))


def year(number: int) -> str:
    """2026 -> "twenty twenty six"."""
    return _plain(str(num2words(number, to="year")))


def digits(text: str) -> str:
    """The figures of `text` one by one: "407" -> "four zero seven"."""
    return " ".join(cardinal(int(figure)) for figure in text if figure.isdigit())


def number(text: str) -> str:
    """A written number with an optional sign, thousands commas and decimals: "-3.50", "1,200"."""
    negative = text[:1] in ("-", "−")
    plain = text.lstrip("-−+").replace(",", "")
    whole, _, decimals = plain.partition(".")
    words = cardinal(int(whole or 0)) if Decimal(whole or 0) < LARGEST else digits(whole)
    if decimals:
        words += f" point {digits(decimals)}"
    return f"minus {words}" if negative else words


def _plain(words: str) -> str:
    return words.replace("-", " ").replace(",", "")
