"""What callers make of the assistant's sentences: of every one that the tasks hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.evaluation.callers import Goal
from voice.evaluation.callers.hearing import Meaning, answers, understand
from voice.languages import language
from voice.tasks import load_tasks

PHRASES = language().phrases

EXPECTED = {
    "greeting": Meaning.STATEMENT,
    "thanks": Meaning.STATEMENT,
    "goodbye": Meaning.FAREWELL,
    "okay": Meaning.STATEMENT,
    "help": Meaning.NOT_UNDERSTOOD,
    "about_me": Meaning.OFFERS_PERSON,
    "out_of_scope": Meaning.OFFERS_PERSON,
    "not_understood": Meaning.NOT_UNDERSTOOD,
    "offer_person": Meaning.OFFERS_PERSON,
    "tool_failed": Meaning.OFFERS_PERSON,
    "not_sure_block": Meaning.ASKS_CONFIRMATION,
    "ask_pin": Meaning.ASKS_PIN,
    "ask_customer_number": Meaning.ASKS_CUSTOMER_NUMBER,
    "wrong_pin": Meaning.ASKS_PIN,
    "confirm_block": Meaning.ASKS_CONFIRMATION,
    "person": Meaning.HANDS_OVER,
    "no_contract": Meaning.OFFERS_PERSON,
}
ANSWERS = {
    "balance": Goal.BALANCE,
    "due_date": Goal.BALANCE,
    "nothing_due": Goal.BALANCE,
    "overdue": Goal.BALANCE,
    "plan": Goal.PLAN,
    "blocked": Goal.BLOCK_SIM,
    "already_blocked": Goal.BLOCK_SIM,
    "not_blocked": Goal.BLOCK_SIM,
}


@pytest.fixture(scope="module")
def sentences(tasks_path: Path) -> list[tuple[str, str]]:
    """(act, sentence) of all tasks."""
    tasks = load_tasks(tasks_path)
    return [(act, text) for act, texts in tasks.wordings.items() for text in texts]


def test_every_sentence_of_the_assistant_is_taken_for_what_it_is(
    sentences: list[tuple[str, str]],
) -> None:
    wrong = [
        (act, text, understand(text))
        for act, text in sentences
        if act in EXPECTED and understand(text) is not EXPECTED[act]
    ]
    assert wrong == []


def test_answers_are_taken_for_answers(sentences: list[tuple[str, str]]) -> None:
    checked = [(act, text) for act, text in sentences if act in ANSWERS]
    assert len(checked) >= 12
    for act, text in checked:
        assert understand(text) is Meaning.STATEMENT, text
        assert answers(ANSWERS[act], text), text


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (PHRASES.ask_pin, Meaning.ASKS_PIN),
        (PHRASES.wrong_pin, Meaning.ASKS_PIN),
        (PHRASES.pin_again, Meaning.ASKS_PIN),
        (PHRASES.ask_customer_number, Meaning.ASKS_CUSTOMER_NUMBER),
        (PHRASES.customer_number_again, Meaning.ASKS_CUSTOMER_NUMBER),
        (PHRASES.hand_over, Meaning.HANDS_OVER),
        (f"{PHRASES.not_verified} {PHRASES.hand_over}", Meaning.HANDS_OVER),
        (PHRASES.one_moment, Meaning.ASKS_TO_WAIT),
        (PHRASES.still_there[0], Meaning.NOT_UNDERSTOOD),
        (PHRASES.no_person, Meaning.FAREWELL),
        (PHRASES.nobody_there, Meaning.FAREWELL),
        (PHRASES.time_is_up, Meaning.FAREWELL),
        (PHRASES.verified, Meaning.STATEMENT),
        ("thank you i can block your sim card now it shall by post", Meaning.ASKS_CONFIRMATION),
        ("i did not get auto the digit said or keyve in one more", Meaning.ASKS_PIN),
        ("i did not get although it's please say or key think one more", Meaning.ASKS_PIN),
        ("something i cannot use with you light to speak to colleague", Meaning.OFFERS_PERSON),
    ],
)
def test_what_the_call_itself_says(text: str, meaning: Meaning) -> None:
    assert understand(text) is meaning


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_heard(text: str) -> None:
    assert understand(text) is Meaning.NOTHING


@pytest.mark.parametrize(
    ("heard", "meaning"),
    [
        ("All right, I am blocking your SIM card. One moment, please.", Meaning.ASKS_TO_WAIT),
        ("one moment please while i look that up", Meaning.ASKS_TO_WAIT),
        ("bear with me", Meaning.ASKS_TO_WAIT),
        ("One moment, please. Your SIM card is blocked.", Meaning.STATEMENT),
        ("one moment please your balance is ten euros", Meaning.STATEMENT),
    ],
)
def test_an_answer_in_the_same_breath_is_waited_for_no_longer(heard: str, meaning: Meaning) -> None:
    assert understand(heard) is meaning
