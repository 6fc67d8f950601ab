"""The digits that a caller was asked for, taken by code: they never reach a model."""

from __future__ import annotations

from voice.spoken_numbers import SpokenNumber, spoken_numbers, words_of

_CORRECTIONS = frozenset(
    ("no", "sorry", "wait", "correction", "mean", "rather", "mistake", "wrong")
)


def spoken_digits(text: str, expected: int = 0) -> str:
    """The longest number in `text`, as figures: 'it's four double two one' gives 4221.

    What was said before a correction does not count. An 'oh' before as many digits as are
    `expected` is an exclamation, not a zero.
    """
    numbers = _after_corrections(text)
    if not numbers:
        return ""
    longest = max(numbers, key=lambda number: len(number.figures))
    exclaims = words_of(text[longest.start :])[0].text in ("oh", "o")
    if exclaims and len(longest.figures) == expected + 1:
        return longest.figures[1:]
    return longest.figures


def _after_corrections(text: str) -> list[SpokenNumber]:
    kept: list[SpokenNumber] = []
    for number in spoken_numbers(text):
        between = text[kept[-1].end : number.start] if kept else ""
        if any(word.text in _CORRECTIONS for word in words_of(between)):
            kept.clear()
        kept.append(number)
    return kept
