"""Which value of which tool a fact is of: by what it counts, and by the words beside it.

A figure that some result holds is not yet right: "you owe 19.99" with the price of a plan is a
lie. So the words beside a figure must not tell of another value, where there is one of its kind.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from voice.languages import Language
from voice.response.grounding.fields import Field, Fields, cue_roots, part_of
from voice.response.grounding.grounds import Ground
from voice.response.grounding.mentions import (
    AmountMention,
    CountMention,
    DayMention,
    Mention,
    NameMention,
    ShareMention,
    TimeMention,
)
from voice.response.grounding.tokens import Row

_MARGIN = 0.5
"""By so much must the words tell of another value to stand against one that a result holds."""


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
        parts: dict[range, list[tuple[Mention, set[int]]]] = {}
        for fact in self._facts:
            runs = {ground.run for ground in grounds if ground.states(fact, self._today)}
            part = part_of(self._row, fact.start, self._facts, self._language)
            if runs:
                parts.setdefault(part, []).append((fact, runs))
            else:
                wrong.append(fact)
        for part, bound in parts.items():
            pooled = not set.intersection(*(runs for _, runs in bound))
            wrong += [
                fact
                for fact, _ in bound
                if pooled or not self._is_its_own(fact, part, grounds, fields, len(bound) > 1)
            ]
        return wrong

    def about(self, fact: Mention, fields: Sequence[Field]) -> bool:
        """Whether the words beside a fact tell of one of these."""
        part = part_of(self._row, fact.start, self._facts, self._language)
        return any(self._scores(fact, part, fields).values())

    def _is_its_own(
        self,
        fact: Mention,
        part: range,
        grounds: Sequence[Ground],
        fields: Fields,
        is_supported: bool,
    ) -> bool:
        """Whether the words beside a fact tell of no other value than the one that states it.

        `is_supported`: another fact of the same run stands beside it.
        """
        stating = [ground.field for ground in grounds if ground.states(fact, self._today)]
        rivals = [
            ground.field
            for ground in grounds
            if ground.field not in stating and _is_rival(fact, ground.field)
        ]
        near = [*stating, *rivals]
        beside = self._scores(fact, part, near)
        scores = beside or self._scores(fact, self._elsewhere(), near)
        best, rival = _best(stating, scores), _best(rivals, scores)
        sure = is_supported or isinstance(fact, NameMention)
        if rival > best + (0.0 if beside and not sure else _MARGIN):
            return False
        if rivals and rival >= best and not sure and not _comes_first(stating, rivals):
            return False
        if sure:
            return True
        absent = [
            one
            for one in fields
            if one not in stating
            and _is_rival(fact, one)
            and not any(one.resembles(other) for other in stating)
        ]
        scores = self._scores(fact, part, [*stating, *absent])
        return _best(absent, scores) <= _best(stating, scores) + _MARGIN

    def _elsewhere(self) -> list[int]:
        """The tokens of statements without facts; words beside a fact tell of that one."""
        places = (part_of(self._row, one.start, self._facts, self._language) for one in self._facts)
        taken = {at for part in places for at in part}
        return [at for at in range(len(self._row)) if at not in taken]

    def _scores(
        self, fact: Mention, part: Iterable[int], fields: Sequence[Field]
    ) -> dict[tuple[str, str], float]:
        """How much the words of a stretch tell of each; nothing where they tell of none."""
        roots = cue_roots(self._row, part, self._language)
        scores = {one.name: sum(one.cues.get(root, 0.0) for root in roots) for one in fields}
        for one in fields:
            scores[one.name] += isinstance(fact, AmountMention) and fact.per in one.pers
        return scores if any(scores.values()) else {}


def _comes_first(stating: Sequence[Field], rivals: Sequence[Field]) -> bool:
    """Whether a value is the first of its kind that is told after a tool: it is what was asked."""
    tools = {one.tool for one in (*stating, *rivals)}
    first = min(one.order for one in stating)
    return len(tools) == 1 and all(first < one.order for one in rivals)


def _best(fields: Iterable[Field], scores: Mapping[tuple[str, str], float]) -> float:
    return max((scores.get(one.name, 0.0) for one in fields), default=0.0)


def _is_rival(fact: Mention, field: Field) -> bool:
    """Whether a fact, by its kind, might be of this field."""
    match fact:
        case AmountMention(per=per):
            money = field.kind in ("money", "amount") or bool(field.currencies)
            return money and (not per or not field.pers or per in field.pers)
        case CountMention(unit=unit, nouns=nouns):
            return field.kind == "number" and (
                unit in field.units if unit else bool(field.nouns.intersection(nouns))
            )
        case DayMention():
            return field.kind == "date"
        case TimeMention():
            return field.kind == "time"
        case ShareMention():
            return "%" in field.units
        case NameMention():
            return field.kind in ("name", "choice")
    return False
