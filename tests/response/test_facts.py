"""No amount, date, number or name leaves that no tool gave, whoever wrote the sentence."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.response.conftest import CUSTOMER, ROOT, Office, spoken, steps_of
from voice.engine_queue import Priority
from voice.languages import language
from voice.response import HandOver, ResponseSession
from voice.response.conversation import Conversation
from voice.response.engine import Call, Pieces, Text
from voice.response.facts import FactCheck
from voice.response.harmony import Message, ToolResult
from voice.response.values import Value
from voice.tasks import load_tasks

RESULT: dict[str, Value] = {
    "status": "open",
    "amount": Decimal("1042.17"),
    "due_date": datetime.date(2026, 12, 14),
    "plan": "Smart 20",
    "data_gb": 50,
}


@pytest.mark.parametrize(
    "clause",
    [
        "You owe 1042.17 euros.", "You owe 1,042.17 euros by 14 December.",
        "It is due on December 14th.", "Pay by the 14th of December 2026, please.",
        "You are on the Smart 20 plan with fifty gigabytes.", "Your plan is Smart.",
        "One moment, I will look at your SIM card.",
    ],
)  # fmt: skip
def test_true_clauses_pass(clause: str) -> None:
    names = load_tasks(ROOT / "tasks").names
    assert FactCheck([RESULT], language(), names).wrong(clause) == []


@pytest.mark.parametrize(
    ("clause", "mistake"),
    [
        ("You owe 1042.18 euros.", "1042.18"), ("You owe 104 euros.", "104"),
        ("It is due on 15 December.", "15 December"), ("It is due on 14 November.", "14 November"),
        ("It is due on 14 December 2027.", "14 December 2027"), ("It has sixty days.", "sixty"),
        ("You are on the Family plan.", "Family"), ("It costs forty-two euros.", "forty-two"),
    ],
)  # fmt: skip
def test_wrong_facts_are_found(clause: str, mistake: str) -> None:
    assert FactCheck([RESULT], language()).wrong(clause) == [mistake]


def test_number_words_are_read() -> None:
    facts = FactCheck([RESULT], language())
    clause = "It is two thousand three hundred, or seventeen, or a hundred."
    assert facts.wrong(clause) == ["two thousand three hundred", "seventeen", "hundred"]


def test_facts_are_known_in_the_language_in_which_they_are_said() -> None:
    given: dict[str, Value] = {
        "amount": Decimal("42.17"),
        "due": datetime.date(2026, 12, 1),
        "name": "Élodie",
    }
    facts = FactCheck([given], language("fr"))
    assert facts.wrong("Vous devez 42,17 euros avant le 1er décembre, chère Élodie.") == []
    assert facts.wrong("Vous devez 42,18 euros le 2 décembre, cher Émile.") == [
        "2 décembre", "42,18", "Émile",
    ]  # fmt: skip
    assert facts.wrong("C'est soixante-quinze euros.") == ["soixante-quinze"]


class FreeModel:
    """Looks the bill up and then says what it likes."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        if isinstance(turns[-1][-1], ToolResult):
            yield Text(self._answer)
        else:
            yield Call("get_bill", {})


def _session(office: Office, answer: str) -> ResponseSession:
    tasks = load_tasks(ROOT / "tasks")
    return ResponseSession(Conversation(FreeModel(answer), tasks, office.tools(), 1.0), CUSTOMER)


async def test_a_true_free_answer_is_spoken(office: Office) -> None:
    answer = "That would be 42.17 euros. You have until 14 December."
    assert spoken(await steps_of(_session(office, answer).begin("my bill"))) == answer


async def test_a_wrong_clause_is_replaced_by_the_truth(office: Office) -> None:
    session = _session(office, "Let me see. That would be 24.17 euros. Anything else?")
    said = spoken(await steps_of(session.begin("my bill")))
    assert said.startswith("Let me see.") and "24.17" not in said and "42.17 euros" in said


async def test_invented_facts_without_a_result_hand_over(office: Office) -> None:
    class Inventor(FreeModel):
        async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
            yield Text(self._answer)

    tasks = load_tasks(ROOT / "tasks")
    conversation = Conversation(Inventor("You owe 99.99 euros."), tasks, office.tools(), 1.0)
    steps = await steps_of(ResponseSession(conversation, CUSTOMER).begin("my bill"))
    assert "99.99" not in spoken(steps) and isinstance(steps[-1], HandOver)
