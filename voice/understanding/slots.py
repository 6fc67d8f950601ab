"""Where a request says a name or a text, by what stands around the slot in its examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voice.languages import Language, plain, words_at
from voice.understanding.found import GAP, Found, cut_out
from voice.understanding.phrase_table import plain_words

_SLOT = re.compile(r"\{(\w+)\}")
_MOST_BEFORE = 4
"""Words before a slot that are looked at."""
_LONGEST = 6
"""Words of a value."""
_FEWEST_BEFORE = 2
"""Words of the examples that have to stand before it."""


def read_slot(name: str, text: str, language: Language, examples: Sequence[str]) -> Found | None:
    """What stands where the examples have `{name}`; the longest of what they have there counts."""
    places = words_at(text)
    said = [plain(word.text) for word in places]
    gaps = {at for at, word in enumerate(places) if text[: word.start].rstrip().endswith(GAP)}
    best: tuple[int, int, int] | None = None
    for before, after, adjoins in _contexts(name, examples):
        for at in range(len(said)):
            length = _common_end(before, said[:at])
            if adjoins and at in gaps:
                length += _FEWEST_BEFORE
            elif length < min(_FEWEST_BEFORE, len(before)) or not length:
                continue
            end = _end(said, at, after, language, text, [place.end for place in places])
            if end > at and (best is None or length > best[0]):
                best = (length, at, end)
    if best is None:
        return None
    return Found(None, *cut_out(text, places[best[1]].start, places[best[2] - 1].end))


def things_behind(name: str, examples: Sequence[str]) -> frozenset[str]:
    """The words that stand right behind `{name}`: "copies" of "{number} copies"."""
    return frozenset(after[0] for _, after, _ in _contexts(name, examples) if after)


def _contexts(name: str, examples: Sequence[str]) -> Iterator[tuple[list[str], list[str], bool]]:
    """The words before each such slot, other slots left out, and those behind it.

    And whether it adjoins another slot, as the street its number.
    """
    for example in examples:
        parts = _SLOT.split(example)
        for number in range(1, len(parts), 2):
            if parts[number] == name:
                before = list(plain_words(" ".join(parts[:number:2])))[-_MOST_BEFORE:]
                adjoins = number > 1 and not plain_words(parts[number - 1])
                yield before, list(plain_words(parts[number + 1])), adjoins


def _common_end(first: Sequence[str], second: Sequence[str]) -> int:
    count = 0
    while count < min(len(first), len(second)) and first[-1 - count] == second[-1 - count]:
        count += 1
    return count


def _end(
    said: Sequence[str],
    at: int,
    after: Sequence[str],
    language: Language,
    text: str,
    ends: Sequence[int],
) -> int:
    """Behind the value: before what follows in the example, a joining word, or a comma."""
    joining = language.numbers.dictation.connectors | language.dictated.stops
    for place in range(at, min(len(said), at + _LONGEST)):
        if said[place] in joining or (after and said[place] == after[0]):
            return place
        if place > at and re.match(rf"\s*[,.;!?{GAP}]", text[ends[place - 1] :]):
            return place
    return min(len(said), at + _LONGEST)
