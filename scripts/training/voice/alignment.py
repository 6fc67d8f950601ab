"""Where Piper's phonemes (espeak-ng) lie in the teacher's phones (CMU set).

Both front ends read the same words but name and split the sounds differently, so the two
sequences are matched by the cheapest edit path under a distance between sounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.voice.teacher import END, MARKS, PUNCTUATION, START, STRESS

_PHONES: Final[dict[str, tuple[str, ...]]] = {
    sounds: tuple(phones.split("+"))
    for phones, names in {
        "ay": "aɪ", "aw": "aʊ", "oy": "ɔɪ", "ey": "eɪ e", "ow": "oʊ o", "ch": "tʃ", "jh": "dʒ",
        "iy": "iː i ɪː", "ih": "ɪ ᵻ", "eh": "ɛ", "ae": "æ", "aa": "ɑː ɑ a aː ɒ", "ao": "ɔː ɔ oː",
        "uh": "ʊ", "uw": "uː u ʊː", "ah": "ʌ", "ax": "ə ɐ", "er": "ɚ ɜː ɜ ɝ",
        "b": "b", "d": "d", "f": "f", "g": "ɡ g", "hh": "h ç", "y": "j", "k": "k x", "l": "l ɬ",
        "m": "m", "n": "n ɲ", "ng": "ŋ", "p": "p", "r": "ɹ r", "s": "s", "sh": "ʃ",
        "t": "t ɾ ʔ", "th": "θ", "dh": "ð", "v": "v", "w": "w ʍ", "z": "z", "zh": "ʒ",
        "ax+n": "n̩", "ax+l": "l̩", "ax+m": "m̩",
    }.items()
    for sounds in names.split()
}  # fmt: skip
"""espeak-ng's sounds (with length marks) as CMU phones."""

# height, backness, rounding, rhoticity
_VOWELS: Final = {
    "iy": (0, 0, 0, 0), "ih": (1, 0.5, 0, 0), "ey": (1.5, 0, 0, 0), "eh": (2, 0.3, 0, 0),
    "ae": (3, 0.5, 0, 0), "aa": (3.5, 1.7, 0, 0), "ao": (2.7, 2, 1, 0), "ow": (1.8, 2, 1, 0),
    "uh": (1, 1.6, 0.7, 0), "uw": (0, 2, 1, 0), "ah": (2.3, 1.2, 0, 0), "ax": (1.6, 1, 0, 0),
    "er": (1.7, 1, 0, 1.5), "ay": (2.6, 0.8, 0.2, 0), "aw": (2.8, 1.4, 0.6, 0),
    "oy": (2.2, 1.5, 0.8, 0),
}  # fmt: skip
# place (lips to glottis), manner (stop to glide), voicing
_CONSONANTS: Final = {
    "p": (0, 0, 0), "b": (0, 0, 1), "t": (3, 0, 0), "d": (3, 0, 1), "k": (6, 0, 0),
    "g": (6, 0, 1), "dx": (3, 0.5, 1), "f": (1, 2, 0), "v": (1, 2, 1), "th": (2, 2, 0),
    "dh": (2, 2, 1), "s": (3, 2, 0), "z": (3, 2, 1), "sh": (4, 2, 0), "zh": (4, 2, 1),
    "hh": (7, 2, 0), "ch": (4, 1, 0), "jh": (4, 1, 1), "m": (0, 4, 1), "n": (3, 4, 1),
    "ng": (6, 4, 1), "l": (3, 5, 1), "r": (4, 5, 1), "w": (6, 5.5, 1), "y": (5, 5.5, 1),
}  # fmt: skip
_NEAR: Final = (frozenset({"er", "r"}), frozenset({"y", "iy"}), frozenset({"w", "uw"}))

_SKIP_SOUND: Final = 1.3
"""Cost of a sound that only one front end has."""
_SKIP_PAUSE: Final = 6.0
"""Cost of a teacher's pause that no punctuation or word gap explains."""
_NO_PAUSE: Final = {START: 5.0, END: 5.0, ",": 0.4, ";": 0.4, ":": 0.4}
"""Cost of punctuation that the teacher does not pause at; nothing for the others."""
_SHORTEST: Final = 0.012
"""Seconds; a sound with less takes a share of its neighbour."""


@dataclass(frozen=True)
class Segment:
    """One phone (CMU set, lower case) or pause ("pau") of the teacher; times in seconds."""

    phone: str
    start: float
    end: float


@dataclass(frozen=True)
class Alignment:
    """Seconds per phoneme, and the mean cost of the match (0 = the same sounds)."""

    seconds: NDArray[np.float64]
    cost: float


@dataclass(frozen=True)
class _Unit:
    """Phonemes that share one stretch of time; `phones` is None for a possible pause."""

    phones: tuple[str, ...] | None
    members: tuple[int, ...]


@dataclass(frozen=True)
class _Slot:
    """One phone or pause that the phonemes expect."""

    phone: str
    unit: int
    skip: float


def align(phonemes: Sequence[str], segments: Sequence[Segment]) -> Alignment | None:
    """Share the teacher's time among `phonemes` (with ^ and $); None if one is unknown."""
    units = _units(phonemes)
    if units is None:
        return None
    slots = _slots(phonemes, units)
    path, cost = _cheapest_path(slots, segments)
    time = np.zeros(len(units))
    for slot, segment in path:
        time[slots[slot].unit] += segments[segment].end - segments[segment].start
    _lend_to_short(time, units)
    seconds = np.zeros(len(phonemes))
    for unit, share in zip(units, time, strict=True):
        seconds[list(unit.members)] += share / len(unit.members)
    return Alignment(seconds, cost / max(1, len(slots)))


def _units(phonemes: Sequence[str]) -> list[_Unit] | None:
    units: list[_Unit] = []
    index = 0
    while index < len(phonemes):
        phoneme = phonemes[index]
        if phoneme in PUNCTUATION or phoneme in (START, END):
            units.append(_Unit(None, (index,)))
            index += 1
        elif phoneme in STRESS:
            index += 1
        else:
            end = index + (2 if "".join(phonemes[index : index + 2]) in _PHONES else 1)
            while end < len(phonemes) and phonemes[end] in MARKS:
                end += 1
            phones = _PHONES.get("".join(phonemes[index:end])) or _PHONES.get(phoneme)
            if phones is None:
                return None
            units.append(_Unit(phones, tuple(range(index, end))))
            index = end
    return units


def _slots(phonemes: Sequence[str], units: Sequence[_Unit]) -> list[_Slot]:
    slots: list[_Slot] = []
    for number, unit in enumerate(units):
        if unit.phones is None:
            skip = _NO_PAUSE.get(phonemes[unit.members[0]], 0.0)
            slots.append(_Slot("pau", number, skip))
        else:
            slots.extend(_Slot(phone, number, _SKIP_SOUND) for phone in unit.phones)
    return slots


@cache
def _distance(one: str, other: str) -> float:
    """How unlike two phones are; 0 for the same."""
    if one == other:
        return 0.0
    if "pau" in (one, other):
        return 50.0
    for table, base, limit in ((_VOWELS, 0.15, 1.2), (_CONSONANTS, 0.3, 2.0)):
        if one in table and other in table:
            apart = sum(abs(a - b) for a, b in zip(table[one], table[other], strict=True))
            return min(limit, base + 0.25 * apart)
    return 0.7 if {one, other} in _NEAR else 3.0


def _cheapest_path(
    slots: Sequence[_Slot], segments: Sequence[Segment]
) -> tuple[list[tuple[int, int]], float]:
    """Pairs (slot, segment) of the cheapest path, and its cost.

    A segment that matches nothing goes to the slot before it, so that no time is lost.
    """
    rows, columns = len(slots), len(segments)
    cost = np.full((rows + 1, columns + 1), np.inf)
    move = np.zeros((rows + 1, columns + 1), dtype=np.int8)
    cost[0, 0] = 0.0
    extra = [_SKIP_PAUSE if segment.phone == "pau" else _SKIP_SOUND for segment in segments]
    for i in range(rows + 1):
        for j in range(columns + 1):
            best, how = cost[i, j], 0
            if i and j:
                match = cost[i - 1, j - 1] + _distance(slots[i - 1].phone, segments[j - 1].phone)
                if match < best:
                    best, how = match, 1
            if i and cost[i - 1, j] + slots[i - 1].skip < best:
                best, how = cost[i - 1, j] + slots[i - 1].skip, 2
            if j and cost[i, j - 1] + extra[j - 1] < best:
                best, how = cost[i, j - 1] + extra[j - 1], 3
            cost[i, j], move[i, j] = best, how
    pairs: list[tuple[int, int]] = []
    i, j = rows, columns
    while i or j:
        if move[i, j] == 1:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif move[i, j] == 2:
            i -= 1
        else:
            pairs.append((max(i - 1, 0), j - 1))
            j -= 1
    return pairs, float(cost[rows, columns])


def _lend_to_short(time: NDArray[np.float64], units: Sequence[_Unit]) -> None:
    """A sound left without time takes a third of its longer neighbour."""
    for number, unit in enumerate(units):
        if unit.phones is None or time[number] >= _SHORTEST:
            continue
        lenders = [
            other
            for other in (number - 1, number + 1)
            if 0 <= other < len(units) and units[other].phones and time[other] > 0.04
        ]
        if lenders:
            lender = max(lenders, key=lambda other: time[other])
            time[number] += time[lender] / 3
            time[lender] -= time[lender] / 3
