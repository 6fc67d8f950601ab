"""The words of a turn that is still spoken: those that hypotheses agree on stay for good.

LocalAgreement-n: a word is stable once the last n hypotheses have it, and all words before it, in
the same place (Liu, Spanakis and Niehues 2020, "Low-Latency Sequence-to-Sequence Speech
Recognition and Translation by Partial Hypothesis Selection"; Macháček, Dabre and Bojar 2023,
"Turning Whisper into Real-Time Transcription System"). Capitals and punctuation do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voice.languages import plain, words_of

_MOST_SHIFTED = 16
"""Words by which a hypothesis may be longer or shorter than what it is laid beside."""
_ENDINGS = ".,;:!?…"


@dataclass(frozen=True)
class Partial:
    """What was said of a turn so far, as far as it is known."""

    stable: str = ""
    """Only grows within a turn."""
    tail: str = ""
    """The rest of the latest hypothesis; may be anything else in the next one."""
    revision: int = 0
    """How many hypotheses the turn has had."""

    @property
    def text(self) -> str:
        """All of it."""
        return f"{self.stable} {self.tail}".strip()


class StableWords:
    """Takes the hypotheses of one turn, of which no stable word ever changes.

    A hypothesis is of the open piece of the turn, the audio behind the pieces that were closed.
    What it has in the place of stable words is passed over, however it reads them now.
    """

    def __init__(self, agreeing: int = 2) -> None:
        """So many hypotheses have to agree on a word; at least two."""
        self._agreeing = agreeing
        self._closed: list[str] = []
        self._stable: list[str] = []
        """Of the open piece."""
        self._tails: list[list[str]] = []
        """What the last hypotheses have behind the stable words, the latest one last."""
        self._revision = 0

    @property
    def partial(self) -> Partial:
        """As it stands."""
        tail = self._tails[-1] if self._tails else []
        return Partial(" ".join(self._closed + self._stable), " ".join(tail), self._revision)

    def hear(self, hypothesis: str, *, whole_turn: bool = False) -> None:
        """The next hypothesis of the open piece, or of the turn from its beginning."""
        words = _words(hypothesis)
        before = self._closed + self._stable if whole_turn else self._stable
        self._tails.append(words[_behind(before, words) :])
        del self._tails[: -self._agreeing]
        self._revision += 1
        if len(self._tails) == self._agreeing:
            count = _agreed(self._tails)
            self._stable += _settled(self._tails[-1], count)
            self._tails = [tail[count:] for tail in self._tails]

    def close(self, hypothesis: str) -> None:
        """The open piece as it is read for the last time; another one begins behind it.

        All of its words are stable now. Stable words behind its end belong to the next piece.
        """
        words = _words(hypothesis)
        ours, theirs = _laid_together(self._stable, words) if words else (len(self._stable), 0)
        self._closed += self._stable[:ours] + words[theirs:]
        self._stable = self._stable[ours:]
        self._tails = []
        self._revision += 1


def _words(text: str) -> list[str]:
    """As they are written; signs alone are none."""
    return [word for word in text.split() if words_of(word)]


def _agreed(tails: Sequence[Sequence[str]]) -> int:
    """With how many words all of them begin."""
    count = 0
    for words in zip(*tails, strict=False):
        if len({_key(word) for word in words}) > 1:
            break
        count += 1
    return count


def _settled(tail: Sequence[str], count: int) -> list[str]:
    """So many first words; a full stop at a hypothesis's very end says only that audio ended."""
    words = list(tail[:count])
    if words and count == len(tail):
        words[-1] = words[-1].rstrip(_ENDINGS)
    return words


def _behind(stable: Sequence[str], heard: Sequence[str]) -> int:
    """How many words of a hypothesis lie where the stable words are."""
    ends = [(cost, abs(ours - theirs), theirs) for cost, ours, theirs in _costs(stable, heard)
            if ours == len(stable)]  # fmt: skip
    return min(ends)[2] if ends else len(heard)


def _laid_together(stable: Sequence[str], heard: Sequence[str]) -> tuple[int, int]:
    """How many words of each lie beside the other, where either may go on behind it."""
    ends = [
        (cost, -ours - theirs, ours, theirs)
        for cost, ours, theirs in _costs(stable, heard)
        if ours == len(stable) or theirs == len(heard)
    ]
    _, _, ours, theirs = min(ends)
    return ours, theirs


def _costs(stable: Sequence[str], heard: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The edits between the first words of both, for all counts that are not too far apart."""
    ours, theirs = [_key(word) for word in stable], [_key(word) for word in heard]
    above: dict[int, int] = {}
    for row in range(len(ours) + 1):
        costs: dict[int, int] = {}
        for column in range(max(0, row - _MOST_SHIFTED), min(len(theirs), row + _MOST_SHIFTED) + 1):
            ways = [0] if row == column == 0 else []
            if column - 1 in costs:
                ways.append(costs[column - 1] + 1)
            if column in above:
                ways.append(above[column] + 1)
            if row and column - 1 in above:
                ways.append(above[column - 1] + (ours[row - 1] != theirs[column - 1]))
            costs[column] = min(ways)
            yield costs[column], row, column
        above = costs


def _key(word: str) -> str:
    return plain("".join(words_of(word)))
