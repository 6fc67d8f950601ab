"""When each word sounds: the voice's phoneme groups matched with the words that were asked for.

espeak-ng puts a space between words, but sometimes runs small words together ("of the") or takes
one apart, so groups and words are matched by length rather than counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Span = tuple[float, float]
"""Start and end in seconds."""

_MOST_TOGETHER: Final = 4
"""So many words in one group, or groups in one word, are tried."""
_SOUNDS_PER_LETTER: Final = 0.82
_TOGETHER_COST: Final = 0.6


@dataclass(frozen=True)
class SoundGroup:
    """Phonemes between two word gaps: how many sounds, and when."""

    sounds: int
    start: float
    end: float

    def later(self, seconds: float) -> SoundGroup:
        """The same so much later."""
        return SoundGroup(self.sounds, self.start + seconds, self.end + seconds)


def time_words(words: Sequence[str], groups: Sequence[SoundGroup]) -> list[Span]:
    """The time of each word; evenly by letters where the groups cannot be matched."""
    if not words or not groups:
        return []
    pairs = _match([_expected_sounds(word) for word in words], [group.sounds for group in groups])
    if pairs is None:
        return share_time(words, groups[0].start, groups[-1].end)
    spans: list[Span] = []
    for first_word, last_word, first_group, last_group in pairs:
        start, end = groups[first_group].start, groups[last_group - 1].end
        spans += share_time(words[first_word:last_word], start, end)
    return spans


def share_time(words: Sequence[str], start: float, end: float) -> list[Span]:
    """The stretch divided among the words by their length."""
    weights = [_expected_sounds(word) for word in words]
    total = sum(weights) or 1.0
    spans: list[Span] = []
    for weight in weights:
        length = (end - start) * weight / total
        begin = spans[-1][1] if spans else start
        spans.append((begin, begin + length))
    return spans


def _expected_sounds(word: str) -> float:
    letters = sum(character.isalnum() for character in word)
    return max(1.0, letters * _SOUNDS_PER_LETTER)


def _match(words: Sequence[float], groups: Sequence[int]) -> list[tuple[int, int, int, int]] | None:
    """Cheapest monotonic match: stretches of words [a, b) with groups [c, d), one side single."""
    steps = [(1, many) for many in range(1, _MOST_TOGETHER + 1)]
    steps += [(many, 1) for many in range(2, _MOST_TOGETHER + 1)]
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    slack = abs(len(words) - len(groups)) + 12
    for i in range(len(words) + 1):
        for j in range(max(0, i - slack), min(len(groups), i + slack) + 1):
            if (i, j) not in best:
                continue
            cost = best[i, j][0]
            for more_words, more_groups in steps:
                a, b = i + more_words, j + more_groups
                if a > len(words) or b > len(groups):
                    continue
                apart = abs(sum(words[i:a]) - sum(groups[j:b]))
                total = cost + apart + _TOGETHER_COST * (more_words + more_groups - 2)
                if (a, b) not in best or total < best[a, b][0]:
                    best[a, b] = (total, (i, j))
    place = (len(words), len(groups))
    if place not in best:
        return None
    pairs: list[tuple[int, int, int, int]] = []
    while place != (0, 0):
        before = best[place][1]
        pairs.append((before[0], place[0], before[1], place[1]))
        place = before
    return pairs[::-1]
