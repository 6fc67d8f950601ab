"""Money, percentages, units of measure and ranges."""

from __future__ import annotations

import re
from typing import Final

from voice.speech import numbers

_NUMBER: Final = r"[-−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-−]?\d+(?:\.\d+)?"

_CURRENCIES: Final = {
    "€": ("euro", "cent"), "eur": ("euro", "cent"), "euro": ("euro", "cent"),
    "$": ("dollar", "cent"), "usd": ("dollar", "cent"), "dollar": ("dollar", "cent"),
    "£": ("pound", "penny"), "gbp": ("pound", "penny"), "pound": ("pound", "penny"),
}  # fmt: skip

_UNITS: Final = {
    "KB": "kilobyte", "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
    "Mbit/s": "megabit per second", "Mbps": "megabit per second", "kbps": "kilobit per second",
    "Gbit/s": "gigabit per second", "Gbps": "gigabit per second", "MHz": "megahertz",
    "GHz": "gigahertz", "kHz": "kilohertz", "Hz": "hertz", "km/h": "kilometre per hour",
    "km": "kilometre", "cm": "centimetre", "mm": "millimetre", "kg": "kilogram", "mg": "milligram",
    "kWh": "kilowatt hour", "kW": "kilowatt", "ms": "millisecond", "min": "minute", "hrs": "hour",
    "°C": "degree Celsius", "°F": "degree Fahrenheit", "°": "degree",
}  # fmt: skip


def _money(match: re.Match[str]) -> str:
    mark = match["mark"].strip().lower()
    unit, small = _CURRENCIES[mark if mark in _CURRENCIES else mark.rstrip("s")]
    text = match["amount"].replace(",", "")
    sign = "minus " if text[0] in "-−" else ""
    whole_text, _, cents_text = text.lstrip("-−").partition(".")
    if match["scale"]:
        return f"{numbers.number(text)} {match['scale'].strip()} {unit}s"
    if cents_text and len(cents_text) != 2:
        return f"{sign}{numbers.number(f'{whole_text}.{cents_text}')} {unit}s"
    whole, cents = int(whole_text), int(cents_text or 0)
    parts = [_count(whole, unit)] if whole or not cents else []
    if cents:
        parts.append(_count(cents, small))
    return sign + " and ".join(parts)


def _count(number: int, unit: str) -> str:
    plural = "pence" if unit == "penny" else f"{unit}s"
    return f"{numbers.number(str(number))} {unit if number == 1 else plural}"


def _percent(match: re.Match[str]) -> str:
    return f"{numbers.number(match.group(1))} percent"


def _measure(match: re.Match[str]) -> str:
    name, _, rest = _UNITS[match.group(2)].partition(" ")
    if match.group(1) != "1" and not name.endswith("hertz"):
        name += "s"
    return " ".join(filter(None, [numbers.number(match.group(1)), name, rest]))


def _range(match: re.Match[str]) -> str:
    return f"{numbers.number(match.group(1))} to {numbers.number(match.group(2))}"


def _generation(match: re.Match[str]) -> str:
    return f"{numbers.digits(match.group(1))} G"


_MARKS: Final = r"(?P<mark>€|\$|£|\bEUR\s?|\bUSD\s?|\bGBP\s?)"
_NAMES: Final = r"(?P<mark>€|£|\$|(?:EUR|USD|GBP|[Ee]uros?|[Dd]ollars?|[Pp]ounds?)\b)"
_UNIT_NAMES: Final = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))

MONEY: Final = (
    (rf"{_MARKS}\s?(?P<amount>{_NUMBER})(?!\d)(?:\s(?P<scale>million|billion))?", _money),
    (rf"(?<![\w.])(?P<amount>{_NUMBER})\s?(?P<scale>million\s|billion\s)?{_NAMES}", _money),
)
QUANTITIES: Final = (
    (rf"(?<![\w.])({_NUMBER})\s?%", _percent),
    (rf"(?<![\w.])({_NUMBER})\s?({_UNIT_NAMES})(?!\w)", _measure),
    (r"(?<![\w.])([2-6])G\b", _generation),
    (r"\b24/7\b", lambda match: "twenty four seven"),
    (r"(?<![\w.,-])(\d{1,3}(?:\.\d+)?)\s?[-–]\s?(\d{1,3}(?:\.\d+)?)(?![\w-]|\.\d)", _range),
    (r"(?<![\w.-])[-−](\d+(?:\.\d+)?)(?!\w)", lambda match: f"minus {numbers.number(match[1])}"),
)
