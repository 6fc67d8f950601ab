"""The benchmark of what is spoken: its own checker, its mutations, and a short run."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal

import pytest

from response_bench.figure_checker import count_figures, wrong_figures
from response_bench.grounding import ROOT, Answers
from response_bench.mutations import filled, mutations
from response_bench.said import Value
from voice.tasks import load_tasks

BILL: dict[str, Value] = {"amount": Decimal("42.17"), "due_date": datetime.date(2026, 12, 14)}
PLAN: dict[str, Value] = {"plan": "Smart", "data_gb": 20, "price": Decimal("1019.99")}


@pytest.mark.parametrize(
    ("sentence", "tag", "wrong"),
    [
        ("You owe 42.17 euros by 14 December 2026.", "en", []),
        ("It is forty-two euros and seventeen cents.", "en", []),
        ("By the fourteenth of December you owe €42.17.", "en", []),
        ("You owe 42.17 dollars by 14 November.", "en", ["42.17", "14"]),
        ("Your Smart plan has twenty gigabytes for 1,019.99 euros.", "en", []),
        ("Your Family plan has twenty days.", "en", ["twenty", "Family"]),
        ("Vous devez 42,17 € avant le 14 décembre.", "fr", []),
        ("Vous devez quarante-trois euros.", "fr", ["quarante trois"]),
        ("C'est 1\u00a0019,99 euros pour 20 Go.", "fr", []),
    ],
)
def test_the_checker_reads_by_itself(sentence: str, tag: str, wrong: list[str]) -> None:
    assert wrong_figures(sentence, [BILL, PLAN], tag) == wrong
    assert count_figures(sentence, tag) >= 1


def test_each_figure_of_an_answer_is_changed() -> None:
    answer = "You owe {amount}, due {due_date}. {plan} has {data_gb} gigabytes."
    values = {**BILL, **PLAN}
    right = filled(answer, values, "en", 0)
    wrong = list(mutations(answer, values, values, "en", 0, random.Random(1)))
    kinds = {"digit", "day", "month", "name", "unit", "currency", "field"}
    assert {one.kind for one in wrong} == kinds
    assert right not in {one.text for one in wrong}


async def test_right_answers_are_said_and_wrong_ones_are_not() -> None:
    answers = Answers(load_tasks(ROOT / "tasks"), "en", seed=1)
    await answers.all({"get_bill open": ["Your bill is {amount}, due {due_date}."]}, style=0)
    await answers.wordings()
    tally = answers.tally
    assert tally.right == 1 and not tally.suppressed and not tally.ungrounded
    assert tally.answers > 3 and sum(tally.mutated.values()) >= 5 and not tally.missed
