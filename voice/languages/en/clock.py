"""Times of day as English speakers say and write them, on a clock of twelve hours."""

from __future__ import annotations

from collections.abc import Iterator

from voice.languages.numbers import NumberWords

_PAST = (5, 10, 20, 25)


def clock(numbers: NumberWords, hour: int, minute: int, half: str) -> str:
    """14:30 -> "two thirty p m"; `half` is "a", "p" or "" where it is not written."""
    if hour in (0, 24) and minute == 0 and not half:
        return "midnight"
    if hour > 12 and not half:
        hour, half = (hour - 12, "p") if hour < 24 else (0, "")
    spoken = numbers.cardinal(hour) if hour else "twelve" if half else "zero"
    if minute:
        low = "oh " if minute < 10 else ""
        spoken += f" {low}{numbers.cardinal(minute)}"
    elif not half:
        spoken += " o'clock"
    return f"{spoken} {half} m" if half else spoken


def times(numbers: NumberWords) -> Iterator[tuple[str, str]]:
    """How times of day are said, and how they are written; not what may be a number or a range."""
    for hour in range(1, 13):
        name, before = numbers.cardinal(hour), (hour - 2) % 12 + 1
        yield f"{name} o'clock", f"{hour}:00"
        yield f"half past {name}", f"{hour}:30"
        yield f"quarter past {name}", f"{hour}:15"
        yield f"a quarter past {name}", f"{hour}:15"
        yield f"quarter to {name}", f"{before}:45"
        yield f"a quarter to {name}", f"{before}:45"
        for minute in _PAST:
            yield f"{numbers.cardinal(minute)} past {name}", f"{hour}:{minute:02}"
        for half in ("a", "p"):
            for minute in range(60):
                figures = f"{hour}:{minute:02}" if minute else f"{hour}"
                spoken = clock(numbers, hour, minute, half)
                yield spoken, f"{figures} {half}.m."
                yield spoken.removesuffix(" m") + "m", f"{figures} {half}.m."
