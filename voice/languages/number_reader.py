"""Finds the value of number words: the inverse of what `NumberWords` writes, and its variants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voice.languages.numbers import NumberWords
from voice.languages.words import plain

_Phrase = tuple[str, ...]
_THOUSAND = 1000


class NumberReader:
    """Reads number words at a place in a sequence of plain words (lower case, no accents)."""

    def __init__(self, numbers: NumberWords) -> None:
        self.dictation = numbers.dictation
        self._numbers = numbers
        self._values = dict(self._below_hundred())
        self._values |= dict(self._respelt())
        self._longest = max(map(len, self._values))
        self._first = frozenset(phrase[0] for phrase in self._values)
        self.scales = {plain(word): value for word, value in numbers.scales.items()}
        self.scales |= {plain(f"{word}s"): numbers.scales[word] for word in numbers.plural_scales}
        self.scales |= {plain(word): n for word, n in numbers.also.items() if n >= 100}
        """Words for hundred, thousand and so on."""
        self._bare = frozenset(map(plain, numbers.bare_scales))
        self._joiner = plain(numbers.before_rest)
        self.digits = {word[0]: n for word, n in self._values.items() if len(word) == 1 and n < 10}
        """Single words for 0 to 9."""
        self.words = frozenset((*(part for said in self._values for part in said), *self.scales))
        """Every word that can be part of a number."""

        self.counted = {
            f"{word}{ending}": value
            for word, value in self.digits.items()
            for ending in self.dictation.plurals
        }
        """Digits of which there are several: "ones"."""
        dictation = self.dictation
        self.number_words = self.words.union(
            self.counted, dictation.repeats, dictation.all_of, dictation.times,
            dictation.beside_others, dictation.sounds_like, dictation.hesitations,
            dictation.connectors, dictation.separators, self._bare, {self._joiner},
        )  # fmt: skip
        """The same, and every word that stands within numbers, or is one beside others."""
        single = {phrase[0] for phrase in self._values if len(phrase) == 1}
        choice = "|".join(map(re.escape, sorted(single, key=len, reverse=True)))
        self._run_together = re.compile(choice)

    def parted(self, word: str) -> list[tuple[int, int]]:
        """Where the number words lie in what was written as one: 'fortytwo', 'four2seven'."""
        said, parts, end = plain(word), [], 0
        while found := self._run_together.match(said, end):
            parts.append(found.span())
            end = found.end()
        return parts if end == len(word) else [(0, len(word))]

    def whole_at(self, words: Sequence[str], position: int) -> tuple[int, int]:
        """The whole number that begins at this word, and how many words it takes; none: 0, 0."""
        first = self._numbers.scale_first
        return self._scale_first(words, position) if first else self._scale_last(words, position)

    def begins_at(self, words: Sequence[str], position: int) -> bool:
        """Whether a number begins at this word."""
        return self.whole_at(words, position)[1] > 0

    def _below_hundred(self) -> Iterator[tuple[_Phrase, int]]:
        numbers = self._numbers
        for word, value in numbers.also.items():
            if value < 100:
                yield _split(word), value
        for word, value in (*numbers.also.items(), *numbers.tens.items()):
            if value in range(20, 100, 10):
                for unit in range(1, 10):
                    phrase = f"{word}{numbers.tens_joined_by}{numbers.below_twenty[unit]}"
                    yield _split(phrase), value + unit
        for value in range(100):
            yield _split(numbers.written(value)), value

    def _respelt(self) -> Iterator[tuple[_Phrase, int]]:
        """The same with another word for the last one: "vingt et une"."""
        for other, unit in self._numbers.also.items():
            if 0 < unit < 10:
                last = _split(self._numbers.below_twenty[unit])[-1]
                for phrase, value in self._values.items():
                    if len(phrase) > 1 and phrase[-1] == last:
                        yield (*phrase[:-1], plain(other)), value

    def _below_hundred_at(self, words: Sequence[str], position: int) -> tuple[int, int]:
        if position >= len(words) or words[position] not in self._first:
            return 0, 0
        for length in range(min(self._longest, len(words) - position), 0, -1):
            value = self._values.get(tuple(words[position : position + length]))
            if value is not None:
                return value, length
        return 0, 0

    def _scale_last(self, words: Sequence[str], begin: int) -> tuple[int, int]:
        """Thousands before hundreds: each part is smaller than the scale before it."""
        total, end, limit = 0, begin, 0
        while True:
            start = self._behind_joiner(words, end) if limit else end
            count, used = self._hundreds_at(words, start)
            scale = self._scale_at(words, start + used)
            if not used and scale >= _THOUSAND and words[start] in self._bare:
                count = 1
            elif not used:
                break
            if scale >= _THOUSAND and count:
                if limit and scale >= limit:
                    break
                total, end, limit = total + count * scale, start + used + 1, scale
                continue
            if not limit or 0 < count < limit:
                total, end = total + count, start + used
            break
        return total, end - begin

    def _hundreds_at(self, words: Sequence[str], begin: int) -> tuple[int, int]:
        """As far as "nineteen hundred and five"."""
        count, used = self._below_hundred_at(words, begin)
        hundred = self._scale_at(words, begin + used) == 100
        if not used and hundred and words[begin] in self._bare:
            count = 1
        elif not (count and hundred):
            return count, used
        start = self._behind_joiner(words, begin + used + 1)
        rest, more = self._below_hundred_at(words, start)
        if rest and self._scale_at(words, start + more) != 100:
            return 100 * count + rest, start + more - begin
        return 100 * count, used + 1

    def _scale_first(self, words: Sequence[str], begin: int) -> tuple[int, int]:
        """The scale before what it is counted by: "elfu mbili mia tano na saba"."""
        total, end, limit = 0, begin, 0
        while True:
            start = self._behind_joiner(words, end) if limit else end
            scale = self._scale_at(words, start)
            if not scale or (limit and scale >= limit):
                break
            count, used = self._count_behind(words, start + 1, scale)
            total, end, limit = total + count * scale, start + 1 + used, scale
        rest, used = self._below_hundred_at(words, start)
        if used and (rest or not limit):
            total, end = total + rest, start + used
        return total, end - begin

    def _count_behind(self, words: Sequence[str], position: int, scale: int) -> tuple[int, int]:
        """What a scale that comes first is counted by; one where nothing follows."""
        if scale >= _THOUSAND and self._scale_at(words, position) == 100:
            count, used = self._count_behind(words, position + 1, 100)
            return 100 * count, used + 1
        count, used = self._below_hundred_at(words, position)
        return (count, used) if count and (scale > 100 or count < 10) else (1, 0)

    def _behind_joiner(self, words: Sequence[str], position: int) -> int:
        joined = self._joiner != "" and words[position : position + 1] == [self._joiner]
        return position + joined

    def _scale_at(self, words: Sequence[str], position: int) -> int:
        return self.scales.get(words[position], 0) if position < len(words) else 0


def _split(phrase: str) -> _Phrase:
    return tuple(plain(phrase).replace("-", " ").split())
