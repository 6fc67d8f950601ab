"""Whether words hold a fact: a number that merely ends like the right one is another number."""

from __future__ import annotations

from collections.abc import Sequence

from voice.evaluation.word_errors import words_of
from voice.languages import Language, plain

_MOST_CENT_WORDS = 2
"""`ninety nine` cents."""


def says(text: str, fact: str, language: Language) -> bool:
    """Whether the written `text`, read aloud, holds the written `fact`."""
    return holds(spoken_words(text, language), spoken_words(fact, language), language)


def spoken_words(written: str, language: Language) -> list[str]:
    """The words with which `written` is read aloud."""
    return words_of(language.spoken_form(written), language)


def holds(words: Sequence[str], fact: Sequence[str], language: Language) -> bool:
    """Whether the words of `fact` stand in `words`, and not as a part of a longer number."""
    length = len(fact)
    return any(
        list(words[start : start + length]) == list(fact)
        and not _continues(words[:start], fact, language)
        and not _is_continued(fact, words[start + length :], language)
        for start in range(len(words) - length + 1)
    )


def _continues(before: Sequence[str], fact: Sequence[str], language: Language) -> bool:
    """`(one hundred and) forty two euros`."""
    if not before or not _is_number(fact[0], language):
        return False
    number = before[:-1] if before[-1] == language.numbers.before_rest else before
    return bool(number) and _is_number(number[-1], language)


def _is_continued(fact: Sequence[str], after: Sequence[str], language: Language) -> bool:
    """`forty two euros (and seventeen cents)`."""
    currencies = language.forms.amounts.currencies
    if fact[-1] not in {name for currency in currencies for name in (currency.one, currency.many)}:
        return False
    joined = bool(after) and after[0] == language.forms.amounts.money.split()[1]
    cents = list(after[joined:])
    numbers = next(
        (i for i, word in enumerate(cents) if not _is_number(word, language)), len(cents)
    )
    small = {name for each in currencies for name in (each.small_one, each.small_many)}
    return 0 < numbers <= _MOST_CENT_WORDS and numbers < len(cents) and cents[numbers] in small


def _is_number(word: str, language: Language) -> bool:
    return plain(word) in language.reader.words
