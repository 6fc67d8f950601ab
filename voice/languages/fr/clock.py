"""Times of day as French speakers say and write them, on a clock of twenty-four hours."""

from __future__ import annotations

from collections.abc import Iterator

from voice.languages.numbers import NumberWords


def clock(numbers: NumberWords, hour: int, minute: int, half: str) -> str:
    """14 h 30 -> "quatorze heures trente"; `half` is never written in French."""
    if minute == 0 and hour in (0, 12, 24):
        return "midi" if hour == 12 else "minuit"
    minutes = f" {numbers.cardinal(minute, feminine=True)}" if minute else ""
    return f"{_hours(numbers, hour)}{minutes}"


def times(numbers: NumberWords) -> Iterator[tuple[str, str]]:
    """How times of day are said, and how they are written."""
    for hour in range(24):
        for name in {_hours(numbers, hour), clock(numbers, hour, 0, "")}:
            yield f"{name} et demie", f"{hour} h 30"
            yield f"{name} et demi", f"{hour} h 30"
            yield f"{name} et quart", f"{hour} h 15"
            yield f"{name} moins le quart", f"{(hour - 1) % 24} h 45"
            for minute in range(1, 60):
                for feminine in (False, True):
                    yield f"{name} {numbers.cardinal(minute, feminine)}", f"{hour} h {minute:02}"
            for minute in (5, 10, 20, 25):
                before = f"{(hour - 1) % 24} h {60 - minute}"
                yield f"{name} moins {numbers.cardinal(minute)}", before


def _hours(numbers: NumberWords, hour: int) -> str:
    return f"{numbers.cardinal(hour, feminine=True)} heure{'s' if hour > 1 else ''}"
