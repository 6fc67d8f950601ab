"""Values that are words: names, choices, free text."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import cache

from voice.languages import Language, plain, words_at
from voice.languages.grammar import Matcher, any_of
from voice.understanding.corrections import parts_between
from voice.understanding.found import Found, cut_out
from voice.understanding.phrase_table import plain_words
from voice.understanding.spelling import Spelled, plain_spoken, spelled_in, spoken_words

_ALIKE = 0.8
"""How like a word of a choice what was heard has to be (difflib's ratio)."""
_SPELLED_ANEW = 0.5
"""The same for the word that is spelled behind a name: "Smith, S M Y T H"."""
_FEWEST_FOR_LIKENESS = 4
"""Letters: short words are alike by chance."""


def read_text(text: str, language: Language) -> Found | None:
    """What was said, without the words around it."""
    begin, end = _inner(text, language)
    said, rest = cut_out(text, begin, end)
    said = said.strip(" .,;!?")
    return Found(said, said, rest) if said else None


def read_name(text: str, language: Language) -> Found | None:
    """A name: what was said, in the spelling that is given."""
    parts = parts_between(text, language) or [(0, len(text))]
    text = text[parts[-1][0] : parts[-1][1]] if _is_name(text, parts[-1], language) else text
    words = spoken_words(text)
    spelled = spelled_in(plain_spoken(text), language)
    if spelled:
        name = _spelled_name(words, spelled, language)
        return Found(name, text.strip(), "")
    found = read_text(text, language)
    if found is None:
        return None
    words = found.said.split()
    written = any(word != word.lower() for word in words)  # with capitals, where they belong
    name = " ".join(words if written else map(_capitalised, words))
    return Found(name, found.said, found.rest)


def read_choice(
    text: str, language: Language, words_of: Mapping[str, Sequence[str]], asked: bool
) -> Found | None:
    """The one of some values that is named, and not denied: "not the red one, the blue".

    Where none is named a word that is nearly one of theirs counts, if the text answers the
    question for it. Of two the last one counts where the caller corrects themselves, or the one
    to which something is changed, "from the red one *to* the blue"; otherwise neither does.
    """
    places = words_at(text)
    said = [plain(word.text) for word in places]
    endings = tuple(map(plain, language.numbers.dictation.plurals))
    denying = language.dictated.not_ - language.numbers.dictation.corrections
    named = [
        one
        for one in _named(said, words_of, endings)
        if not denying.intersection(said[max(one[1] - 2, 0) : one[1]])
    ]
    if not named and asked:
        named = _alike(said, words_of)
    values = {value for value, *_ in named}
    corrects = len(parts_between(text, language)) > 1
    if len(values) > 1 and not corrects:
        target = language.dictated.days.target
        named = [one for one in named if not target.isdisjoint(said[max(one[1] - 1, 0) : one[1]])]
    if not named:
        return None
    value, first, end = named[-1]
    return Found(value, *cut_out(text, places[first].start, places[end - 1].end))


def _named(
    said: Sequence[str], words_of: Mapping[str, Sequence[str]], endings: tuple[str, ...]
) -> list[tuple[str, int, int]]:
    """Which values are named where; a longer name counts before one that is a part of it.

    `endings`: of plurals, which make no other word of one.
    """
    phrases = sorted(
        ((plain_words(phrase), value) for value, all in words_of.items() for phrase in all),
        key=lambda one: -len(one[0]),
    )
    taken: set[int] = set()
    found: list[tuple[str, int, int]] = []
    for phrase, value in phrases:
        for at in range(len(said) - len(phrase) + 1):
            span = range(at, at + len(phrase))
            here = said[at : at + len(phrase)]
            if phrase and _is_form_of(here, phrase, endings) and not taken & {*span}:
                taken |= {*span}
                found.append((value, at, at + len(phrase)))
    return sorted(found, key=lambda one: one[1])


def _is_form_of(said: Sequence[str], phrase: Sequence[str], endings: tuple[str, ...]) -> bool:
    """Whether some words are those of a phrase, in the singular or the plural."""
    return all(
        word in (here, here.rpartition("'")[2])  # French "d'août"
        or here in [word + ending for ending in endings]
        or word in [here + ending for ending in endings]
        for here, word in zip(said, phrase, strict=True)
    )


def _alike(
    said: Sequence[str], words_of: Mapping[str, Sequence[str]]
) -> list[tuple[str, int, int]]:
    """The value whose name is most like some of the words."""
    best: tuple[float, str, int, int] = (_ALIKE, "", 0, 0)
    for value, all in words_of.items():
        for phrase in map(plain_words, all):
            wanted = " ".join(phrase)
            if len(wanted) < _FEWEST_FOR_LIKENESS:
                continue
            for at in range(len(said) - len(phrase) + 1):
                here = " ".join(said[at : at + len(phrase)])
                ratio = difflib.SequenceMatcher(None, wanted, here).ratio()
                best = max(best, (ratio, value, at, at + len(phrase)))
    return [best[1:]] if best[1] else []


def _is_name(text: str, part: tuple[int, int], language: Language) -> bool:
    begin, end = _inner(text[part[0] : part[1]], language)
    return end > begin


def _spelled_name(words: Sequence[str], spelled: Sequence[Spelled], language: Language) -> str:
    """The letters as words, and the words before them but for the one that they spell."""
    names = [_capitalised(one.letters) for one in spelled]
    before = " ".join(words[: spelled[0].start])
    found = read_text(before, language)
    around = language.dictated.framing
    parts = [
        _capitalised(word)
        for word in (found.said.split() if found else [])
        if plain(word) not in around
    ]
    likeness = [
        difflib.SequenceMatcher(None, plain(part), plain(names[0])).ratio() for part in parts
    ]
    if likeness and max(likeness) >= _SPELLED_ANEW:
        place = likeness.index(max(likeness))
        return " ".join([*parts[:place], *names, *parts[place + 1 :]])
    return " ".join(names)


def _capitalised(word: str) -> str:
    return word[:1].upper() + word[1:]


def _inner(text: str, language: Language) -> tuple[int, int]:
    """Where the value begins and ends that is left when all around it has gone."""
    words = words_at(text)
    leads, tails = _around(language)
    full = [language.contractions.words(word.text) for word in words]
    first, last = 0, len(words)
    while (end := _phrase_end(leads, full, first, last)) > first:
        first = end
    while (start := _phrase_start(tails, full, first, last)) < last:
        last = start
    if first >= last:
        return 0, 0
    return words[first].start, words[last - 1].end


def _phrase_end(leads: Matcher | None, full: Sequence[list[str]], first: int, last: int) -> int:
    """Behind the longest phrase that stands at the beginning and leaves something."""
    flat = [word for words in full[first:last] for word in words]
    ends = {end for end in leads(flat, 0) if 0 < end < len(flat)} if leads else set()
    return first + _whole_words(full[first:last], max(ends, default=0))


def _phrase_start(tails: Matcher | None, full: Sequence[list[str]], first: int, last: int) -> int:
    flat = [word for words in full[first:last] for word in words]
    starts = [at for at in range(1, len(flat)) if tails and len(flat) in tails(flat, at)]
    if not starts:
        return last
    return first + _whole_words(full[first:last], min(starts))


def _whole_words(full: Sequence[list[str]], count: int) -> int:
    """How many words as they stand make up so many full ones; fewer where one is cut apart."""
    reached = 0
    for number, words in enumerate(full):
        if reached + len(words) > count:
            return number
        reached += len(words)
    return len(full)


@cache
def _around(language: Language) -> tuple[Matcher | None, Matcher | None]:
    said = language.dictated
    where = f"values.toml of {language.tag}"
    leads = any_of(said.leads, {}, f"{where}: leads") if said.leads else None
    tails = any_of(said.tails, {}, f"{where}: tails") if said.tails else None
    return leads, tails
