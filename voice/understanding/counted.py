"""Of what a number within a request is: "at three people", but "at three on Friday"."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from voice.languages import Language, SpokenNumber, plain, words_of
from voice.understanding.phrase_table import plain_words
from voice.understanding.stance import manner


def counts_something(said: Sequence[str], position: int, language: Language) -> bool:
    """Whether a word behind a number is neither of the sentence around it, nor a day.

    `said`: plain words. What else stands there is a noun: of the many words of a language those
    that are no nouns are few, and known.
    """
    if position >= len(said):
        return False
    if said[position] in language.dictated.hours.never_behind:
        return True
    dictated, dictation = language.dictated, language.numbers.dictation
    small = manner(language).function | dictated.stops | dictated.framing | dictation.corrections
    return said[position] not in small | words_for_days(language)


def means_something_else(text: str, number: SpokenNumber, language: Language) -> bool:
    """Whether it is a quantity, a day of a month, or the one of "the one that I ordered"."""
    secrets = language.secrets
    if plain(text[number.start : number.end]) in secrets.pronouns:
        return True
    after = {plain(word) for word in words_of(text[number.end :])[:1]}
    before = {plain(word) for word in words_of(text[: number.start])[-1:]}
    quantities = secrets.units - secrets.units_at_times
    quantities |= {plain(mark) for mark in language.numbers.ordinals.marks}
    months = {plain(month) for month in language.forms.dates.months}
    return bool(after & quantities or before & months)


@cache
def words_for_days(language: Language) -> frozenset[str]:
    """Single words that name a day, or a part of one."""
    hours, days = language.dictated.hours, language.dictated.days
    phrases = [*hours.before_noon, *hours.after_noon, *days.relative]
    phrases += language.forms.dates.weekdays
    return frozenset(word for phrase in phrases for word in plain_words(phrase))
