"""Money, percentages, units of measure, fractions and ranges."""

from __future__ import annotations

import re
from functools import partial

from voice.languages.readings.forms import Currency, Forms, Rules, dashed, one_of

_SIGNS = {"\u00bd": "1/2", "\u2153": "1/3", "\u2154": "2/3", "\u00bc": "1/4", "\u00be": "3/4"}
_LARGEST_DENOMINATOR = 10


def money(forms: Forms) -> Rules:
    """Amounts with their currency before or behind them."""
    written = forms.amounts
    marks = {mark.lower(): currency for currency in written.currencies for mark in currency.marks}
    signs = [mark for mark in marks if not mark[0].isalpha()]
    names = [mark for mark in marks if mark[0].isalpha()]
    before = [mark for mark in names if len(mark) == 3]
    scale = rf"(?:\s?(?P<scale>{one_of(written.scales)})(?![^\W\d_]))?"
    scaled = rf"(?:\s?(?P<scale>{one_of(written.scales)})(?=\W|{one_of(signs)}))?"
    per = rf"(?:\s?/\s?(?P<per>{one_of(written.per)})\b)?"
    amount = rf"(?P<amount>{_any_number()})"
    mark_before = rf"(?:(?P<mark>{one_of(signs)})|\b(?P<name>(?i:{one_of(before)}))\b)"
    mark_behind = rf"(?:(?P<mark>{one_of(signs)})|(?P<name>(?i:{one_of(names)}))\b)"
    read = partial(_money, forms, marks)
    first, second = amount.replace("amount", "first"), amount.replace("amount", "second")
    between = partial(_money_range, forms, marks)
    return (
        (rf"{mark_before}\s?{dashed(first, second)}(?![\d.,]*\d)", between),
        (rf"(?<![\w.,]){dashed(first, second)}\s?{mark_behind}", between),
        (rf"(?P<minus>[-\u2212])?{mark_before}\s?{amount}(?!\d){scale}{per}", read),
        (
            rf"(?P<minus>(?<![\w.,])[-\u2212])?(?<![\w.,]){amount}{scaled}\s?"
            rf"(?:d['\u2019e]\s?)?{mark_behind}{per}",
            read,
        ),
    )


def quantities(forms: Forms) -> Rules:
    """Percentages, measures, fractions, ranges and what else has a number in it."""
    words, number = forms.amounts, forms.number
    units = one_of(words.units)
    return (
        (rf"(?<![\w.,])({number})\s?%?\s?[-\u2013]\s?({number})\s?({units}|%)(?!\w)",
         partial(_measured_range, forms)),
        (rf"(?<![\w.,])({number})\s?%", partial(_percent, forms)),
        (rf"(?<![\w.,])({number})\s?({units})(?!\w)", partial(_measure, forms)),
        (r"(?<![\w.])([2-6])G\b", lambda m: f"{forms.numbers.digits(m[1])} {words.generation}"),
        (r"\b24/7\b", lambda m: f"{forms.numbers.cardinal(24)} {forms.numbers.cardinal(7)}"),
        (r"(?<![\w/.,])(?:(?P<whole>\d+)\s)?(?P<over>\d{1,3})/(?P<under>\d{1,3})(?![\w/]|[.,]\d)",
         partial(_fraction, forms)),
        (rf"(?P<whole>(?<![\w.,])\d+\s?)?(?P<sign>[{''.join(_SIGNS)}])", partial(_sign, forms)),
        (r"(?<![\w.,-])(\d{1,3}(?:[.,]\d)?)\s?[-\u2013]\s?(\d{1,3}(?:[.,]\d)?)(?![\w-]|[.,]\d)",
         partial(_range, forms)),
        (rf"(?<![\w.,-])[-\u2212](?=\d)({number})(?!\w)",
         lambda m: forms.numbers.number(f"-{forms.value(m[1])}")),
        (r"(?<![\w.,])(\d{1,3})x(?!\w)", partial(_times, forms)),
    )  # fmt: skip


def _any_number() -> str:
    return r"\d{1,3}(?:[., \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?"


def _money(forms: Forms, marks: dict[str, Currency], match: re.Match[str]) -> str:
    words, currency = forms.amounts, marks[(match["mark"] or match["name"]).lower()]
    value = forms.value(match["amount"], money=True)
    whole, _, cents = value.partition(".")
    if match["scale"]:
        said = words.scales[match["scale"]]
        spoken = f"{forms.numbers.number(value)} {said} {_after_scale(forms, said, currency)}"
    elif cents and len(cents) > 2:
        spoken = _counted(forms, value, currency.one, currency.many, currency.feminine)
    else:
        small = int(cents.ljust(2, "0")) if cents else 0
        parts = {
            "whole": _counted(forms, whole, currency.one, currency.many, currency.feminine),
            "small": _counted(forms, str(small), currency.small_one, currency.small_many),
        }
        only = "whole" if not small else "small" if not int(whole) else ""
        spoken = parts[only] if only else words.money.format(**parts)
    if match["per"]:
        spoken += f" {words.per[match['per']]}"
    return f"{forms.numbers.minus} {spoken}" if match["minus"] else spoken


def _money_range(forms: Forms, marks: dict[str, Currency], match: re.Match[str]) -> str:
    currency = marks[(match["mark"] or match["name"]).lower()]
    first, second = (
        forms.numbers.number(forms.value(match[part], money=True), currency.feminine)
        for part in ("first", "second")
    )
    number = f"{first} {forms.amounts.to} {second}"
    return forms.amounts.counted.format(number=number, unit=currency.many)


def _after_scale(forms: Forms, scale: str, currency: Currency) -> str:
    """Euros of "five million euros", with what a language says in between."""
    link = forms.amounts.scale_of
    if not link or scale.removesuffix("s") not in forms.numbers.plural_scales:
        return currency.many
    plain, elided = link
    return (
        f"{elided}{currency.many}"
        if currency.many[0] in "aeiou\u00e9"
        else f"{plain} {currency.many}"
    )


def _counted(forms: Forms, value: str, one: str, many: str, feminine: bool = False) -> str:
    number = forms.numbers.number(value, feminine)
    singular = abs(float(value)) == 1 or (
        forms.numbers.decimal_mark == "," and abs(float(value)) < 2
    )
    return forms.amounts.counted.format(number=number, unit=one if singular else many)


def _percent(forms: Forms, match: re.Match[str]) -> str:
    return f"{forms.numbers.number(forms.value(match[1]))} {forms.amounts.percent}"


def _measure(forms: Forms, match: re.Match[str]) -> str:
    one, many = forms.amounts.units[match[2]]
    return _counted(forms, forms.value(match[1]), one, many, one in forms.amounts.feminine_units)


def _measured_range(forms: Forms, match: re.Match[str]) -> str:
    first = forms.numbers.number(forms.value(match[1]))
    second = forms.numbers.number(forms.value(match[2]))
    unit = forms.amounts.percent if match[3] == "%" else forms.amounts.units[match[3]][1]
    return f"{first} {forms.amounts.to} {second} {unit}"


def _range(forms: Forms, match: re.Match[str]) -> str:
    first, second = (forms.numbers.number(forms.value(match[group])) for group in (1, 2))
    return f"{first} {forms.amounts.to} {second}"


def _times(forms: Forms, match: re.Match[str]) -> str | None:
    word = forms.abbreviations.symbols.get("\u00d7")
    return f"{forms.numbers.cardinal(int(match[1]))} {word}" if word else None


def _fraction(forms: Forms, match: re.Match[str]) -> str:
    return _whole_and_fraction(forms, match["whole"], int(match["over"]), int(match["under"]))


def _sign(forms: Forms, match: re.Match[str]) -> str:
    over, under = _SIGNS[match["sign"]].split("/")
    return _whole_and_fraction(forms, match["whole"], int(over), int(under))


def _whole_and_fraction(forms: Forms, whole: str | None, over: int, under: int) -> str:
    words, numbers = forms.amounts, forms.numbers
    fraction = words.fractions.get(f"{over}/{under}")
    if fraction is None and 0 < over < under <= _LARGEST_DENOMINATOR:
        part = numbers.ordinal(under)
        fraction = f"{numbers.cardinal(over)} {part}{'s' if over > 1 else ''}"
    if fraction is None:
        joined = " " if over == under else f" {words.over} "
        fraction = f"{numbers.cardinal(over)}{joined}{numbers.cardinal(under)}"
    if not whole:
        return fraction
    if (over, under) == (1, 2):
        fraction = words.half_behind
    return words.mixed.format(whole=numbers.cardinal(int(whole)), fraction=fraction)
