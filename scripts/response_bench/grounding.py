"""Is what is spoken true? Right answers are said, wrong ones are not, and nothing else is made up.

A writer that uses the tools and then says what it is told stands in the place of a general model:
once with hand-written right answers (`free_answers.yaml`), in many ways of
saying figures, and once for each way in which one of their figures can be wrong. The tasks' own
wordings are said, too. Whatever was spoken is read again by `figure_checker`.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import yaml

from response_bench.figure_checker import count_figures, wrong_figures
from response_bench.mutations import Mutation, filled, mutations
from response_bench.said import Value
from voice.engine_queue import Priority
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import rate
from voice.identity import Caller, IdentityLevel
from voice.languages import language
from voice.response import ResponseSession, SayClause, Tool, ToolBox
from voice.response import Value as ToolValue
from voice.response.engines.engine import End, FreeText, ModelCall, Pieces, Wording
from voice.response.prompts.harmony import Message, ToolResult
from voice.response.rules.conversation import ConversationRules
from voice.tasks import TaskSet, load_tasks

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = Path(__file__).parent / "free_answers.yaml"
QUICK, FULL = 1, 4
"""Customers in each run, all of other amounts, dates and plans."""
_CALLER = Caller("35315550101", "123456", IdentityLevel.VERIFIED)
_PLANS = ("Smart", "Family", "Basic", "Student", "Premium")
_YES = {"en": "yes please", "fr": "oui s'il vous plaît"}


class Writer:
    """Uses tools one after the other, then writes what it is told."""

    def __init__(self, tools: Sequence[str], answer: str, wording: bool = False) -> None:
        self._tools, self._answer, self._wording = tools, answer, wording

    async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        """The next call, or the text."""
        used = sum(isinstance(message, ToolResult) for message in turns[-1])
        if used < len(self._tools):
            yield ModelCall(self._tools[used], {})
        elif self._wording:
            yield Wording(self._answer)
        else:
            yield FreeText(self._answer)
            yield End()


@dataclass(frozen=True)
class Said:
    """What was spoken in a turn."""

    whole: str
    free: str
    """In the writer's own words."""


@dataclass
class Tally:
    """What came of all answers."""

    answers: int = 0
    """Spoken, with figures in them."""
    figures: int = 0
    ungrounded: list[str] = field(default_factory=list)
    """The figures of an answer that are of no result, with the answer."""
    right: int = 0
    suppressed: list[str] = field(default_factory=list)
    mutated: Counter[str] = field(default_factory=Counter)
    missed: list[Mutation] = field(default_factory=list)

    def heard(self, said: Said, results: Sequence[Mapping[str, Value]], tag: str) -> None:
        """Something was spoken after these results."""
        figures = count_figures(said.whole, tag)
        self.figures += figures
        self.answers += figures > 0
        wrong = wrong_figures(said.whole, results, tag)
        self.ungrounded += [f"{', '.join(wrong)}: {said.whole}"] if wrong else []


class Answers:
    """Asks the tasks' questions of an office that gives made-up results."""

    def __init__(self, tasks: TaskSet, tag: str, seed: int) -> None:
        self._tasks = tasks.in_language(language(tag))
        self._tag = tag
        self._choices = random.Random(seed)
        self.tally = Tally()

    async def all(self, answers: Mapping[str, Sequence[str]], style: int) -> None:
        """Every hand-written answer of a language, and what it may be turned into."""
        for number, (after, texts) in enumerate(answers.items()):
            runs = dict(one.split() for one in after.split(", "))
            results = self._results(runs)
            values = _values(results)
            for place, text in enumerate(texts):
                way = style + 3 * number + place
                right = filled(text, values, self._tag, way)
                said = await self._said(list(runs), results, right)
                self.tally.right += 1
                if said.free != right:
                    self.tally.suppressed.append(right)
                self.tally.heard(said, list(results.values()), self._tag)
                both = self._both(results)
                changes = mutations(text, values, _values(both), self._tag, way, self._choices)
                for one in changes:
                    await self._mutated(one, list(runs), results, both)

    async def _mutated(
        self,
        mutation: Mutation,
        tools: Sequence[str],
        results: Mapping[str, Mapping[str, Value]],
        both: Mapping[str, Mapping[str, Value]],
    ) -> None:
        swapped = mutation.kind == "field"
        given = both if swapped else results
        said = await self._said(list(given) if swapped else tools, given, mutation.text)
        self.tally.mutated[mutation.kind] += 1
        if said.free == mutation.text:
            self.tally.missed.append(mutation)
        self.tally.heard(said, list(given.values()), self._tag)

    async def wordings(self) -> None:
        """What the tasks themselves say after each status."""
        for name in ("get_bill", "get_plan", "block_sim"):
            for status in self._tasks.tools[name].statuses:
                results = self._both(self._results({name: status}))
                acts = self._tasks.tools[name].acts_after(status)
                for act in acts:
                    first = self._tasks.wordings[act][0]
                    said = await self._said([name], results, first, wording=True)
                    self.tally.heard(said, list(results.values()), self._tag)

    async def _said(
        self,
        tools: Sequence[str],
        results: Mapping[str, Mapping[str, Value]],
        answer: str,
        wording: bool = False,
    ) -> Said:
        box = ToolBox(self._tool(name, results.get(name, {})) for name in self._tasks.tools)
        conversation = ConversationRules(Writer(tools, answer, wording), self._tasks, box, 5.0)
        session = ResponseSession(conversation, _CALLER)
        said = await _spoken(session, "x")
        return await _spoken(session, _YES[self._tag]) if session.asks else said

    def _tool(self, name: str, result: Mapping[str, Value]) -> Tool:
        known = self._tasks.tools[name]

        async def run(caller: Caller, arguments: object) -> dict[str, ToolValue]:
            return {**result}

        return Tool(name, IdentityLevel.UNKNOWN, known.side_effect, run)

    def _results(self, runs: Mapping[str, str]) -> dict[str, dict[str, Value]]:
        """Made-up results of some tools, with their status."""
        every: dict[str, dict[str, Value]] = {
            "get_bill": {"amount": self._money(900), "due_date": self._date()},
            "get_plan": {
                "plan": self._choices.choice(_PLANS),
                "data_gb": self._choices.randint(3, 150),
                "price": self._money(80),
            },
            "block_sim": {"replacement_days": self._choices.randint(3, 9)},
        }
        return {name: {"status": status, **every[name]} for name, status in runs.items()}

    def _both(self, results: Mapping[str, Mapping[str, Value]]) -> dict[str, dict[str, Value]]:
        """The same results and those of the other tools that only look something up."""
        missing = {"get_bill": "open", "get_plan": "found"}.items()
        others = self._results({name: status for name, status in missing if name not in results})
        return {**{name: dict(one) for name, one in results.items()}, **others}

    def _money(self, most: int) -> Decimal:
        return Decimal(self._choices.randint(1000, 100 * most)) / 100

    def _date(self) -> datetime.date:
        days = self._choices.randint(1, 60)
        return datetime.date.today() + datetime.timedelta(days=days)


async def _spoken(session: ResponseSession, words: str) -> Said:
    turn = session.begin(words)
    turn.commit()
    steps = [step async for step in turn if isinstance(step, SayClause)]
    free = " ".join(step.clause for step in steps if step.act == "free")
    return Said(" ".join(step.clause for step in steps), free)


def _values(results: Mapping[str, Mapping[str, Value]]) -> dict[str, Value]:
    """All values but the status of some results."""
    every = (one.items() for one in results.values())
    return {key: value for values in every for key, value in values if key != "status"}


async def measured(tasks: TaskSet, customers: int) -> Tally:
    """All answers in both languages, for so many made-up customers."""
    whole = Tally()
    content = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))
    for tag, answers in content.items():
        for customer in range(customers):
            one = Answers(tasks, tag, seed=customer)
            one.tally = whole
            await one.all(answers, style=customer)
            await one.wordings()
    return whole


async def add(result: BenchmarkResult, *, quick: bool) -> Tally:
    """The figures on what is spoken."""
    tally = await measured(load_tasks(ROOT / "tasks"), QUICK if quick else FULL)
    result.count("ungrounded_figures", len(tally.ungrounded), tally.answers)
    result.count("answers_with_figures", tally.answers, tally.answers)
    result.add("answers_suppressed", rate(len(tally.suppressed), tally.right))
    mutated = sum(tally.mutated.values())
    result.add("mutations_caught", rate(mutated - len(tally.missed), mutated))
    for kind, count in sorted(tally.mutated.items()):
        missed = [one.text for one in tally.missed if one.kind == kind]
        result.rows.append({"mutation": kind, "n": count, "missed": missed})
    for problem, texts in (("ungrounded", tally.ungrounded), ("suppressed", tally.suppressed)):
        result.rows += [{problem: text} for text in texts]
    return tally


def lines(tally: Tally) -> Iterator[str]:
    """What there is to read about it."""
    yield from (f"suppressed: {text}" for text in tally.suppressed)
    yield from (f"missed ({one.kind}): {one.text}" for one in tally.missed)
    yield from (f"ungrounded: {text}" for text in tally.ungrounded)
