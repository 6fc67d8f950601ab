"""What the tasks' wordings tell of the values of tools: what each counts, and beside which words.

"You have {data_gb} gigabytes for {price} euros a month" says that `data_gb` counts gigabytes, that
`price` is in euros for each month, and that it stands beside other words than what is owed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from voice.languages import Language
from voice.response.grounding.mentions import AmountMention, CountMention, Mention, ShareMention
from voice.response.grounding.numbers import numbers_of
from voice.response.grounding.reader import FactReader
from voice.response.grounding.tokens import Row
from voice.response.rules.wording import clauses
from voice.tasks.slots import LAST_ANSWER, VALUE, between_slots, slots_of
from voice.tasks.task_set import TaskSet

NUMBER = "number"
"""The kind of a count."""
PERCENT = "%"
"""The unit of shares."""
_FIRST_SENTINEL = 71
"""Figures that stand for values while a wording is read; no days of a month."""
_IN_PART, _IN_SENTENCE, _IN_NAME, _IN_REQUEST = 1.0, 0.2, 0.5, 0.3
"""What a word beside a value, further away, in its name and in a request weighs."""
_BREAKS = frozenset(".?!,;:()\u2013\u2014")


@dataclass(frozen=True)
class Field:
    """A value of a tool's result, or an argument of its call."""

    tool: str
    key: str
    kind: str = ""
    """As its task has it."""
    order: int = 0
    """Among the values of its tool, as they are told."""
    is_told: bool = False
    """Some wording says it."""
    currencies: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    """The roots of what it counts."""
    pers: frozenset[str] = frozenset()
    """The units for each of which it is."""
    pers_beside: frozenset[str] = frozenset()
    """Those of the other values of its tool."""
    cues: Mapping[str, float] = field(default_factory=dict)
    """The roots of words beside it, and what each weighs."""

    @property
    def name(self) -> tuple[str, str]:
        """Tool and key."""
        return self.tool, self.key

    def resembles(self, other: Field) -> bool:
        """Whether both stand beside the same words: what a plan costs, and what another would."""
        return any(
            weight >= _IN_PART <= other.cues.get(root, 0.0) for root, weight in self.cues.items()
        )


class Fields:
    """All values that the tools of some tasks may give."""

    def __init__(self, tasks: TaskSet, reader: FactReader) -> None:
        self._tasks, self._reader = tasks, reader
        self._language = tasks.language
        self._all: dict[tuple[str, str], Field] = {}
        self._cues: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        self._declare()
        for act, wordings in tasks.wordings.items():
            for sentence in (sentence for wording in wordings for sentence in clauses(wording)):
                self._learn(act, sentence)
        self._learn_requests()
        order = self._order()
        pers: dict[str, frozenset[str]] = defaultdict(frozenset)
        for one in self._all.values():
            pers[one.tool] |= one.pers
        self._all = {
            where: replace(
                one,
                cues=dict(self._cues[where]),
                order=order.get(where, len(order)),
                pers_beside=pers[one.tool],
            )
            for where, one in self._all.items()
        }

    def __iter__(self) -> Iterator[Field]:
        return iter(self._all.values())

    def get(self, tool: str, key: str) -> Field:
        """The field; one of which nothing is known where the tasks name none."""
        return self._all.get((tool, key), Field(tool, key))

    def _declare(self) -> None:
        numbers = numbers_of(self._language)
        for name, tool in self._tasks.tools.items():
            kinds: dict[str, str] = {key: one.type for key, one in (tool.arguments or {}).items()}
            kinds |= {key: kind for key, kind in tool.result.items() if isinstance(kind, str)}
            for key, kind in kinds.items():
                row = Row(key.replace("_", " "), self._language)
                words = range(len(row) if kind == NUMBER else 0)
                units = {numbers.unit_at(row, at) for at in words} - {""}
                self._all[name, key] = Field(name, key, kind, units=frozenset(units))
                for said in (key, name):
                    self._weigh((name, key), Row(said.replace("_", " "), self._language), _IN_NAME)

    def _learn(self, act: str, sentence: str) -> None:
        """What a sentence of a wording tells of the values in it."""
        slots = slots_of(sentence)
        if not slots or {LAST_ANSWER, VALUE}.intersection(slots):
            return
        text, places = self._filled(sentence)
        facts = self._reader.facts(text)
        row = Row(text, self._language)
        for slot, place in zip(slots, places, strict=True):
            where = self._where(act, slot)
            if where not in self._all:
                continue
            told = next((one for one in facts if one.start <= place < one.end), None)
            self._all[where] = _told(self._all[where], told)
            self._weigh(where, row, _IN_SENTENCE)
            self._weigh(where, row, _IN_PART, part_of(row, place, facts, self._language))

    def _where(self, act: str, slot: str) -> tuple[str, str]:
        """The field of a slot; one of which it is not clear what it stands for tells of none."""
        try:
            source = self._tasks.source(act, slot)
        except ValueError:
            return "", slot
        return source.tool, source.key

    def _order(self) -> dict[tuple[str, str], int]:
        """Where each value is first told after its tool."""
        after = (
            act
            for tool in self._tasks.tools.values()
            for acts in tool.statuses.values()
            for act in acts
        )
        slots = (
            (act, slot)
            for act in dict.fromkeys(after)
            for wording in self._tasks.wordings.get(act, ())
            for slot in slots_of(wording)
        )
        places = dict.fromkeys(self._where(act, slot) for act, slot in slots)
        return {where: number for number, where in enumerate(places)}

    @staticmethod
    def _filled(sentence: str) -> tuple[str, list[int]]:
        """A sentence with a figure in each slot, and where they stand."""
        text, places = "", []
        between = between_slots(sentence)
        for number, words in enumerate(between):
            text += words
            if number < len(between) - 1:
                places.append(len(text))
                text += str(_FIRST_SENTINEL + number)
        return text, places

    def _learn_requests(self) -> None:
        """The words of requests; those of most of them are what the tool is about."""
        for request in self._tasks.requests.values():
            phrases = request.examples.get(self._language.tag, ())
            if request.tool is None or not phrases:
                continue
            rows = [Row(" ".join(between_slots(phrase)), self._language) for phrase in phrases]
            said = Counter(
                root for row in rows for root in cue_roots(row, range(len(row)), self._language)
            )
            for where in (where for where in self._all if where[0] == request.tool.name):
                cues = self._cues[where]
                for root, count in said.items():
                    cues[root] = max(cues.get(root, 0.0), _IN_REQUEST, count / len(rows))

    def _weigh(
        self, where: tuple[str, str], row: Row, weight: float, part: range | None = None
    ) -> None:
        for root in cue_roots(row, part or range(len(row)), self._language):
            cues = self._cues[where]
            cues[root] = max(cues.get(root, 0.0), weight)


def cue_roots(row: Row, part: Iterable[int], language: Language) -> set[str]:
    """The roots of the words of a stretch that say what it is about."""
    numbers, statements = numbers_of(language), language.statements
    return {
        statements.root(row.word(at))
        for at in part
        if row.is_kind(at, "word")
        and row.word(at) not in statements.function_words
        and not numbers.unit_at(row, at)
        and (row.word(at),) not in numbers.currencies
    }


def part_of(row: Row, place: int, facts: Sequence[Mention], language: Language) -> range:
    """The tokens of the statement in which the character at `place` stands."""
    here = next((at for at in range(len(row)) if row[at].start <= place < row[at].end), 0)
    inside = {at for at in range(len(row)) for one in facts if one.start <= row[at].start < one.end}
    joints = language.statements.joints

    def parts(at: int) -> bool:
        return at not in inside and (row.word(at) in _BREAKS or row.word(at) in joints)

    first = next((at + 1 for at in range(here, -1, -1) if parts(at)), 0)
    last = next((at for at in range(here, len(row)) if parts(at)), len(row))
    return range(first, last)


def _told(one: Field, fact: Mention | None) -> Field:
    one = replace(one, is_told=True)
    match fact:
        case AmountMention(currencies=currencies, per=per):
            return replace(one, currencies=one.currencies | currencies, pers=one.pers | _set(per))
        case CountMention(unit=unit, nouns=nouns, per=per):
            units, named = one.units | _set(unit), one.nouns.union(nouns)
            return replace(one, units=units, nouns=named, pers=one.pers | _set(per))
        case ShareMention():
            return replace(one, units=one.units | {PERCENT})
    return one


def _set(word: str) -> frozenset[str]:
    return frozenset([word] if word else [])
