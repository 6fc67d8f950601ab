"""Clauses that were spoken before: the phrases that every call says."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Final

from voice.speech.clause import SpokenClause

CACHED_CLAUSES: Final = 128
LONGEST_CACHED: Final = 200
"""Characters; only short fixed phrases are kept."""
_Key = tuple[str, int, float]


class ClauseCache:
    """What one voice has said, by text, rate and pace."""

    def __init__(self, most: int = CACHED_CLAUSES) -> None:
        self._most = most
        self._passing: OrderedDict[_Key, SpokenClause] = OrderedDict()
        self._kept: dict[_Key, SpokenClause] = {}

    def find(self, text: str, sample_rate: int, pace: float = 1.0) -> SpokenClause | None:
        """The clause, where it is known."""
        key = (text, sample_rate, pace)
        if key in self._passing:
            self._passing.move_to_end(key)
        known = self._kept.get(key, self._passing.get(key))
        return replace(known, cached=True) if known is not None else None

    def note(self, clause: SpokenClause) -> None:
        """Remember a clause for a while, unless it belongs to one caller: figures do."""
        if len(clause.text) > LONGEST_CACHED or any(map(str.isdigit, clause.text)):
            return
        self._passing[_key(clause)] = clause
        while len(self._passing) > self._most:
            self._passing.popitem(last=False)

    def keep(self, clause: SpokenClause) -> None:
        """Remember a clause for good."""
        self._kept[_key(clause)] = clause

    def forget(self) -> None:
        """All but what is kept for good."""
        self._passing.clear()


def _key(clause: SpokenClause) -> _Key:
    return (clause.text, clause.sample_rate, clause.pace)
