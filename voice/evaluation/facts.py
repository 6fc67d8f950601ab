"""Whether words hold a fact: a number that merely ends like the right one is another number."""

from __future__ import annotations

from collections.abc import Sequence

from voice.evaluation.word_errors import words_of
from voice.speech import spoken_form

_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million"
)
_NUMBERS = frozenset(_NUMBER_WORDS.split())
_CENTS = frozenset({"cent", "cents"})
_MOST_CENT_WORDS = 2
"""`ninety nine` cents."""


def says(text: str, fact: str) -> bool:
    """Whether the written `text`, read aloud, holds the written `fact`."""
    return holds(spoken_words(text), spoken_words(fact))


def spoken_words(written: str) -> list[str]:
    """The words with which `written` is read aloud."""
    return words_of(spoken_form(written))


def holds(words: Sequence[str], fact: Sequence[str]) -> bool:
    """Whether the words of `fact` stand in `words`, and not as a part of a longer number."""
    length = len(fact)
    return any(
        list(words[start : start + length]) == list(fact)
        and not _continues(words[:start], fact)
        and not _is_continued(fact, words[start + length :])
        for start in range(len(words) - length + 1)
    )


def _continues(before: Sequence[str], fact: Sequence[str]) -> bool:
    """`(one hundred and) forty two euros`."""
    if fact[0] not in _NUMBERS or not before:
        return False
    number = before[:-1] if before[-1] == "and" else before
    return bool(number) and number[-1] in _NUMBERS


def _is_continued(fact: Sequence[str], after: Sequence[str]) -> bool:
    """`forty two euros (and seventeen cents)`."""
    if fact[-1] not in {"euro", "euros"}:
        return False
    cents = list(after[1:] if after and after[0] == "and" else after)
    numbers = next((i for i, word in enumerate(cents) if word not in _NUMBERS), len(cents))
    return 0 < numbers <= _MOST_CENT_WORDS and numbers < len(cents) and cents[numbers] in _CENTS
