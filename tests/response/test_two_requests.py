"""Two requests in one turn: both are answered, also where the first has to ask something."""

from __future__ import annotations

import pytest

from tests.response.conftest import CUSTOMER, STRANGER, Office, spoken, steps_of
from voice.response import NeedsIdentity, Responder, ResponseSession, Step, WantsPerson


@pytest.mark.parametrize(
    "words",
    [
        "how much do i owe and which plan am i on",
        "tell me my plan and also how much my bill is",
    ],
)
async def test_both_are_answered(responder: Responder, office: Office, words: str) -> None:
    session = responder.session(office.tools(), CUSTOMER)
    said = spoken(await steps_of(session.begin(words)))
    assert sorted(office.done) == ["get_bill", "get_plan"]
    assert "42.17" in said and "Smart" in said


async def test_both_are_answered_once_it_is_known_who_calls(
    responder: Responder, office: Office
) -> None:
    session = responder.session(office.tools(), STRANGER)
    steps = await steps_of(session.begin("how much do i owe and which plan am i on"))
    assert any(isinstance(step, NeedsIdentity) for step in steps)
    session.caller = CUSTOMER
    said = spoken(steps + await steps_of(session.resume()))
    assert "42.17" in said and "Smart" in said


async def test_the_other_request_comes_behind_a_confirmation(
    session: ResponseSession, office: Office
) -> None:
    await steps_of(session.begin("please block my sim card and what is my plan"))
    assert session.asks and office.done == []
    said = spoken(await steps_of(session.begin("yes please")))
    assert office.done == ["block_sim", "get_plan"]
    assert said.count("blocked") == 1 and "Smart" in said


async def test_it_comes_also_where_the_first_is_declined(
    session: ResponseSession, office: Office
) -> None:
    await steps_of(session.begin("please block my sim card and what is my plan"))
    assert "Smart" in spoken(await steps_of(session.begin("no please do not")))
    assert office.done == ["get_plan"]


@pytest.mark.parametrize(
    "words",
    [
        "i lost my phone please block my sim card",
        "can you tell me my plan because i want to know how much data i have",
    ],
)
async def test_one_request_in_two_sentences_is_answered_once(
    session: ResponseSession, office: Office, words: str
) -> None:
    await steps_of(session.begin(words))
    await steps_of(session.begin("no thank you"))
    assert office.done in ([], ["get_plan"]) and not session.asks


# A person beside something else


@pytest.mark.parametrize(
    "words",
    [
        "how much is my bill and then i want to speak to a person",
        "my bill and a person please",
        "can you tell me what i owe and then put me through to somebody",
        "i want to speak to a person but first tell me how much my bill is",
        "can i talk to somebody and how much is my bill",
        "i would like my bill and a person please",
        "put me through to an agent and also tell me what i owe",
    ],
)
async def test_what_can_be_answered_is_answered_and_then_a_person_takes_over(
    session: ResponseSession, office: Office, words: str
) -> None:
    steps = await steps_of(session.begin(words))
    assert office.done == ["get_bill", "transfer_to_person"]
    assert spoken(steps).count("42.17") == 1 and isinstance(steps[-1], WantsPerson)


async def test_the_person_comes_behind_the_question_who_calls(
    responder: Responder, office: Office
) -> None:
    session = responder.session(office.tools(), STRANGER, has_person=True)
    asked = await steps_of(session.begin("how much is my bill and then a person please"))
    assert isinstance(asked[-1], NeedsIdentity) and office.done == []
    session.caller = CUSTOMER
    assert_handed_over(await steps_of(session.resume()), office, "get_bill")


@pytest.mark.parametrize(("answer", "done"), [("yes please", ["block_sim"]), ("no", [])])
async def test_the_person_comes_behind_a_confirmation(
    session: ResponseSession, office: Office, answer: str, done: list[str]
) -> None:
    asked = await steps_of(session.begin("please block my sim card and then i want a person"))
    assert session.asks and not any(isinstance(step, WantsPerson) for step in asked)
    assert_handed_over(await steps_of(session.begin(answer)), office, *done)


@pytest.mark.parametrize(
    "words",
    [
        "there is something wrong with my bill and i want to speak to a person",
        "no no no i want to speak to a person",
        "why is my bill so high and i want a person",
    ],
)
async def test_where_nothing_comes_first_the_person_comes_at_once(
    session: ResponseSession, office: Office, words: str
) -> None:
    assert_handed_over(await steps_of(session.begin(words)), office)


def assert_handed_over(steps: list[Step], office: Office, *before: str) -> None:
    assert office.done == [*before, "transfer_to_person"]
    assert isinstance(steps[-1], WantsPerson)


# One that takes the place of the other


@pytest.mark.parametrize(
    "words",
    [
        "how much is my bill no wait what is my plan",
        "how much do i owe sorry i mean which plan am i on",
        "i want to know my bill no my plan",
        "block my sim card never mind what is my plan",
    ],
)
async def test_what_is_taken_back_is_not_answered(
    session: ResponseSession, office: Office, words: str
) -> None:
    said = spoken(await steps_of(session.begin(words)))
    assert office.done == ["get_plan"] and "Smart" in said and not session.asks


async def test_a_correction_may_be_the_wish_for_a_person(
    session: ResponseSession, office: Office
) -> None:
    words = "how much is my bill no wait give me a person"
    assert_handed_over(await steps_of(session.begin(words)), office)


@pytest.mark.parametrize(
    ("words", "heard_last"),
    [
        ("no wait what is my plan", True),
        ("never mind the card what is my plan", True),
        ("never mind the card what is my plan", False),
        ("no wait not block it i only want to know which plan i am on", False),
    ],
)
async def test_a_correction_replaces_what_was_asked_about(
    session: ResponseSession, office: Office, words: str, heard_last: bool
) -> None:
    await steps_of(session.begin("please block my sim card"))
    said = spoken(await steps_of(session.begin(words, heard_last=heard_last)))
    assert office.done == ["get_plan"] and "Smart" in said and not session.asks
