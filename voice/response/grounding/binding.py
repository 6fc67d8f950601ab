"""Which value of which tool a fact is of: by what it counts, and by the words beside it.

A figure that some result holds is not yet right: "you owe 19.99" with the price of a plan is a
lie. So the words beside a figure must not tell of another value, where there is one of its kind.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from voice.languages import Language
from voice.response.grounding.fields import Field, Fields, cue_roots, part_of
from voice.response.grounding.grounds import Ground
from voice.response.grounding.mentions import Amount, Count, Day, Mention, Name, Share, Time
from voice.response.grounding.tokens import Row

_MARGIN = 0.4
"""By so much must the words tell of a value that no result holds, to stand against one."""


class Binding:
    """The facts of one sentence, held against the values of a turn."""

    def __init__(
        self, row: Row, facts: Sequence[Mention], language: Language, today: datetime.date
    ) -> None:
        self._row, self._facts = row, facts
        self._language, self._today = language, today

    def wrong(self, grounds: Sequence[Ground], fields: Fields) -> list[Mention]:
        """The facts that are of none of these values, or of another one, or of two runs at once."""
        wrong: list[Mention] = []
        bound: dict[range, list[tuple[Mention, set[int]]]] = {}
        for fact in self._facts:
            part = part_of(self._row, fact.start, self._facts, self._language)
            runs = self._runs(fact, part, grounds, fields)
            if runs:
                bound.setdefault(part, []).append((fact, runs))
            else:
                wrong.append(fact)
        for pooled in bound.values():
            if not set.intersection(*(runs for _, runs in pooled)):
                wrong += [fact for fact, _ in pooled]
        return wrong

    def about(self, fact: Mention, fields: Iterable[Field]) -> bool:
        """Whether the words beside a fact tell of one of these."""
        part = part_of(self._row, fact.start, self._facts, self._language)
        return any(score > 0 for score in self._scores(part, fields).values())

    def _runs(
        self, fact: Mention, part: range, grounds: Sequence[Ground], fields: Fields
    ) -> set[int]:
        """The runs of tools of whose values the fact may be."""
        stating = [ground for ground in grounds if ground.states(fact, self._today)]
        others = [
            ground
            for ground in grounds
            if ground not in stating and _is_rival(fact, ground.field)
        ]
        absent = [one for one in fields if _is_rival(fact, one)]
        known = {id(ground.field) for ground in (*stating, *others)}
        absent = [one for one in absent if id(one) not in known]
        scores = self._scores(part, [*(g.field for g in (*stating, *others)), *absent])
        best = max((scores[id(ground.field)] for ground in stating), default=0.0)
        rival = max((scores[id(ground.field)] for ground in others), default=-1.0)
        if rival > best or (rival == best and not isinstance(fact, Name)):
            return set()
        if absent and max(scores[id(one)] for one in absent) > best + _MARGIN:
            return set()
        return {ground.run for ground in stating}

    def _scores(self, part: range, fields: Iterable[Field]) -> dict[int, float]:
        """How much the words of the statement tell of each; where none do, those of the sentence."""
        every = list(fields)
        for stretch in (part, range(len(self._row))):
            roots = cue_roots(self._row, stretch, self._language)
            scores = {id(one): sum(one.cues.get(root, 0.0) for root in roots) for one in every}
            if any(scores.values()):
                break
        return scores


def _is_rival(fact: Mention, field: Field) -> bool:
    """Whether a fact, by its kind, might be of this field."""
    match fact:
        case Amount(per=per):
            money = field.kind in ("money", "amount") or bool(field.currencies)
            return money and (not per or per in field.pers)
        case Count(unit=unit, nouns=nouns):
            return field.kind == "number" and (
                unit in field.units if unit else bool(field.nouns.intersection(nouns))
            )
        case Day():
            return field.kind == "date"
        case Time():
            return field.kind == "time"
        case Share():
            return "%" in field.units
        case Name():
            return field.kind in ("name", "choice")
    return False
