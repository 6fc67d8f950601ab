"""Numbers, digits, money and dates in the words in which they are spoken."""

# ruff: noqa: SIM905 - patterns and lists of words stand as they are read

from __future__ import annotations

import random

DIGITS = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
MONTHS = (
    "january february march april may june july august september october november december"
).split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


def below_hundred(number: int) -> str:
    """0 to 99 in words."""
    if number < 10:
        return DIGITS[number]
    if number < 20:
        return _TEENS[number - 10]
    tens = _TENS[number // 10 - 2]
    return tens if number % 10 == 0 else f"{tens} {DIGITS[number % 10]}"


def cardinal(number: int, joint: str = " ") -> str:
    """0 to 999,999 in words; `joint` stands between the hundreds and the rest (" and ")."""
    if number < 100:
        return below_hundred(number)
    if number < 1000:
        hundreds = f"{DIGITS[number // 100]} hundred"
        return hundreds + (joint + below_hundred(number % 100) if number % 100 else "")
    thousands = f"{cardinal(number // 1000, joint)} thousand"
    return thousands + (" " + cardinal(number % 1000, joint) if number % 1000 else "")


def ordinal(number: int) -> str:
    """1 to 31 in words."""
    if number <= 20:
        return _ORDINALS[number - 1]
    if number < 30:
        return f"twenty {_ORDINALS[number - 21]}"
    return "thirtieth" if number == 30 else "thirty first"


def spelled(digits: str, random_: random.Random) -> str:
    """A string of digits one by one, now and then with "oh" and "double"."""
    words = []
    position = 0
    oh = random_.random() < 0.3
    double = random_.random() < 0.12
    while position < len(digits):
        digit = digits[position]
        word = "oh" if digit == "0" and oh else DIGITS[int(digit)]
        if double and digits[position : position + 2] == digit * 2:
            words.append(f"double {word}")
            position += 2
            continue
        words.append(word)
        position += 1
    return " ".join(words)


def digit_string(random_: random.Random, fewest: int, most: int) -> str:
    """A random number spoken digit by digit, sometimes in pairs ("forty two seventeen")."""
    count = random_.randint(fewest, most)
    digits = "".join(random_.choice("0123456789") for _ in range(count))
    if count % 2 == 0 and random_.random() < 0.08:
        pairs = [int(digits[at : at + 2]) for at in range(0, count, 2)]
        if all(pair >= 10 for pair in pairs):
            return " ".join(below_hundred(pair) for pair in pairs)
    return spelled(digits, random_)


def money(euros: int, cents: int, random_: random.Random, unit: str = "euros") -> str:
    """An amount as a person says it; one of several usual forms."""
    whole = cardinal(euros, random_.choice([" ", " and "]))
    name = unit.rstrip("s") if euros == 1 else unit
    if not cents:
        return f"{whole} {name}"
    part = below_hundred(cents)
    small = "pence" if unit == "pounds" else "cents"
    forms = [
        f"{whole} {name} {part}",
        f"{whole} {name} and {part} {small}",
        f"{whole} {name} and {part} {small}",
        f"{whole} {name} {part} {small}",
        f"{whole} point {' '.join(DIGITS[int(d)] for d in f'{cents:02d}')} {name}",
    ]
    return random_.choice(forms)


def any_money(random_: random.Random) -> str:
    """A random amount, mostly of the size of a telephone bill."""
    euros = random_.choice([random_.randint(1, 99)] * 4 + [random_.randint(100, 999)])
    cents = random_.choice([0, random_.randint(1, 99), random_.randint(1, 99)])
    return money(euros, cents, random_, random_.choice(["euros"] * 8 + ["pounds", "dollars"]))


def date(day: int, month: int, random_: random.Random) -> str:
    """A day of the year; one of several usual forms."""
    name, number = MONTHS[month - 1], ordinal(day)
    return random_.choice(
        [f"the {number} of {name}"] * 3
        + [
            f"{name} the {number}",
            f"{name} {number}",
            f"{number} of {name}",
            f"{number} {name}",
            f"{below_hundred(day)} {name}",
        ]
    )


def any_date(random_: random.Random) -> str:
    """A random day of the year, or a weekday or relative day."""
    if random_.random() < 0.65:
        return date(random_.randint(1, 31), random_.randint(1, 12), random_)
    if random_.random() < 0.5:
        return random_.choice(["on ", "next ", "this ", "last ", ""]) + random_.choice(DAYS)
    return random_.choice(
        ["today", "tomorrow", "yesterday", "next week", "last month", "this month", "next month",
         "at the end of the month", "the day after tomorrow", "this week", "last week"]
    )  # fmt: skip


def time_of_day(random_: random.Random) -> str:
    """A time of day in words."""
    hour = below_hundred(random_.randint(1, 12))
    return random_.choice(
        [f"{hour} o'clock", f"half past {hour}", f"quarter to {hour}", f"quarter past {hour}",
         f"{hour} thirty", f"{hour} fifteen", f"{hour} in the morning", f"{hour} p m", "noon",
         "midnight", "in the afternoon", "this evening", "this morning"]
    )  # fmt: skip
