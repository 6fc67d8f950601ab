"""Written sentences in the words in which they are spoken."""

from __future__ import annotations

import random
import re

from training.speech_corpus import numbers

_MONEY = re.compile(
    r"(\d+)\.(\d\d)(?:\s*(euros?|pounds?|dollars?))?|(\d+)\s*(euros?|pounds?|dollars?)\b"
)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(numbers.MONTHS)})\b(?:\s+\d{{4}})?")
_DIGITS = re.compile(r"\d+")
_ABBREVIATIONS = {"gb": "gigabytes", "&": "and", "%": "percent", "wi-fi": "wifi"}


def in_words(sentence: str, choices: random.Random) -> str:
    """Lower-case words without figures or punctuation; numbers in one of their usual forms."""
    text = sentence.lower().replace("\u2019", "'").replace("€", " euros ")
    text = re.sub(r"(\d)\s*gb\b", r"\1 gigabytes", text)
    for short, long in _ABBREVIATIONS.items():
        text = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", long, text)
    text = _DAY_MONTH.sub(
        lambda found: numbers.date(int(found[1]), numbers.MONTHS.index(found[2]) + 1, choices),
        text,
    )
    text = _MONEY.sub(lambda found: _money(found, choices), text)
    text = _DIGITS.sub(lambda found: " " + _number(found[0], choices) + " ", text)
    text = re.sub(r"[^a-z' ]", " ", text.replace("-", " "))
    text = re.sub(r"(?<![a-z])'|'(?![a-z])", " ", text)
    return " ".join(text.split())


def _money(found: re.Match[str], choices: random.Random) -> str:
    euros, cents, unit = found[1], found[2], found[3]
    if euros is None:
        euros, cents, unit = found[4], "0", found[5]
    unit = (unit or "euros").rstrip("s") + "s"
    return numbers.money(int(euros), int(cents), choices, unit)


def _number(digits: str, choices: random.Random) -> str:
    if len(digits) >= 3 or digits.startswith("0"):
        return numbers.spelled(digits, choices)
    return numbers.cardinal(int(digits))
