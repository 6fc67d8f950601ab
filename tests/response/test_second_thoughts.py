"""After a yes: time to object; what was done is told, and undone for who asks."""

from __future__ import annotations

import asyncio

import pytest

from tests.response.conftest import CUSTOMER, Office, acts, spoken, steps_of
from voice.response import Later, Responder, ResponseSession, SayClause, WantsPerson

LOST = "i lost my phone please block my sim card"


class Gate:
    """Stands for the time in which the caller may object."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.over = asyncio.Event()

    async def __call__(self) -> None:
        self.reached.set()
        await self.over.wait()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def patient(responder: Responder, office: Office, gate: Gate) -> ResponseSession:
    return responder.session(office.tools(), CUSTOMER, second_thoughts=gate)


async def agreed(session: ResponseSession, gate: Gate) -> None:
    """The question, a yes, and the announcement of what now happens."""
    await steps_of(session.begin(LOST))
    turn = session.begin("yes please")
    turn.commit()
    announced = await anext(turn)
    assert isinstance(announced, SayClause) and announced.act == "blocking"
    await gate.reached.wait()


async def test_nothing_happens_before_the_time_is_over(
    patient: ResponseSession, office: Office, gate: Gate
) -> None:
    await steps_of(patient.begin(LOST))
    turn = patient.begin("yes please")
    turn.commit()
    await gate.reached.wait()
    assert office.done == []
    gate.over.set()
    assert "is blocked" in spoken([step async for step in turn])
    assert office.done == ["block_sim"]


@pytest.mark.parametrize("objection", ["no wait", "no", "stop", "actually i found it"])
async def test_an_objection_after_the_yes_calls_it_off(
    patient: ResponseSession, office: Office, gate: Gate, objection: str
) -> None:
    await agreed(patient, gate)
    assert acts(await steps_of(patient.begin(objection))) == {"not_blocked"}
    assert office.done == [] and not patient.asks


async def test_more_agreement_after_the_yes_is_no_objection(
    patient: ResponseSession, office: Office, gate: Gate
) -> None:
    await agreed(patient, gate)
    gate.over.set()
    assert "blocked" in acts(await steps_of(patient.begin("thank you")))
    assert office.done == ["block_sim"]


async def test_anything_else_after_the_yes_is_asked_about(
    patient: ResponseSession, office: Office, gate: Gate
) -> None:
    await agreed(patient, gate)
    assert acts(await steps_of(patient.begin("hm but what about"))) == {"not_sure_block"}
    assert office.done == []
    gate.over.set()
    await steps_of(patient.begin("yes"))
    assert office.done == ["block_sim"]


async def test_noise_after_the_yes_leads_back_to_the_question(
    patient: ResponseSession, office: Office, gate: Gate
) -> None:
    await agreed(patient, gate)
    assert patient.asks
    assert acts(await steps_of(patient.ask_again())) == {"not_sure_block"}
    assert office.done == []


async def test_an_answer_that_began_before_the_questions_end_is_none(
    session: ResponseSession, office: Office
) -> None:
    await steps_of(session.begin(LOST))
    assert acts(await steps_of(session.begin("yes", heard_last=False))) == {"not_sure_block"}
    assert office.done == []
    await steps_of(session.begin("yes"))
    assert office.done == ["block_sim"]


async def test_a_no_may_come_early(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin(LOST))
    assert acts(await steps_of(session.begin("no", heard_last=False))) == {"not_blocked"}
    await steps_of(session.begin("yes"))
    assert office.done == []


async def test_a_question_whose_last_words_were_not_heard_is_asked_again(
    session: ResponseSession, office: Office
) -> None:
    turn = session.begin(LOST)
    question = spoken(await steps_of(turn))
    turn.heard(" ".join(question.split()[:-1]))
    assert acts(await steps_of(session.begin("yes"))) == {"not_sure_block"}
    assert office.done == []


async def test_what_was_the_question_is_answered_by_the_question(
    session: ResponseSession, office: Office
) -> None:
    question = spoken(await steps_of(session.begin(LOST)))
    assert spoken(await steps_of(session.begin("what was the question"))) == question
    turn = session.begin("could you say that again")
    await steps_of(turn)
    turn.heard("")
    assert acts(await steps_of(session.begin("could you say that again"))) == {"not_sure_block"}
    await steps_of(session.begin("yes"))
    assert office.done == ["block_sim"]


async def test_who_stays_unclear_gets_a_person(responder: Responder, office: Office) -> None:
    session = responder.session(office.tools(), CUSTOMER, has_person=True)
    await steps_of(session.begin(LOST))
    assert acts(await steps_of(session.begin("well"))) == {"not_sure_block"}
    steps = await steps_of(session.begin("hmm"))
    assert acts(steps) == {"not_blocked"} and isinstance(steps[-1], WantsPerson)
    assert office.done == []


async def test_without_a_person_it_is_declined_and_said(
    responder: Responder, office: Office
) -> None:
    session = responder.session(office.tools(), CUSTOMER)
    await steps_of(session.begin(LOST))
    await steps_of(session.begin("well"))
    steps = await steps_of(session.begin("hmm"))
    assert acts(steps) == {"not_blocked"} and isinstance(steps[-1], SayClause)
    await steps_of(session.begin("yes"))
    assert office.done == []


async def test_a_no_with_another_wish_gets_both(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin(LOST))
    steps = await steps_of(session.begin("no i only wanted to know my plan"))
    assert acts(steps) == {"not_blocked", "plan"} and office.done == ["get_plan"]


async def test_another_wish_instead_of_an_answer_waits_until_the_question_is_answered(
    session: ResponseSession, office: Office
) -> None:
    await steps_of(session.begin(LOST))
    steps = await steps_of(session.begin("yes what's my balance"))
    assert acts(steps) == {"later", "not_sure_block"} and Later() in steps
    assert office.done == [] and session.asks
    await steps_of(session.begin("yes"))
    assert office.done == ["block_sim"]


async def test_who_wishes_something_else_once_more_is_told_what_was_not_done(
    session: ResponseSession, office: Office
) -> None:
    await steps_of(session.begin(LOST))
    await steps_of(session.begin("how much do i owe"))
    steps = await steps_of(session.begin("how much do i owe"))
    assert "not_blocked" in acts(steps) and "42.17 euros" in spoken(steps)
    await steps_of(session.begin("yes"))
    assert "block_sim" not in office.done


# What was done


@pytest.mark.parametrize("wish", ["no wait", "i just found it", "can you unblock it", "undo that"])
async def test_what_was_done_is_undone_after_a_question_of_its_own(
    session: ResponseSession, office: Office, wish: str
) -> None:
    await steps_of(session.begin(LOST))
    told = acts(await steps_of(session.begin("yes")))
    assert told == {"blocked", "can_unblock"}
    assert acts(await steps_of(session.begin(wish))) == {"confirm_unblock"}
    assert "active again" in spoken(await steps_of(session.begin("yes please")))
    assert office.done == ["block_sim", "unblock_sim"]


async def test_undoing_can_be_asked_for_later_in_the_call_and_declined(
    session: ResponseSession, office: Office
) -> None:
    await steps_of(session.begin(LOST))
    await steps_of(session.begin("yes"))
    await steps_of(session.begin("which plan am i on"))
    assert acts(await steps_of(session.begin("i have found it"))) == {"confirm_unblock"}
    assert acts(await steps_of(session.begin("no leave it"))) == {"still_blocked"}
    assert office.done == ["block_sim", "get_plan"]


async def test_what_was_not_done_in_this_call_is_not_undone(
    session: ResponseSession, office: Office
) -> None:
    office.results["block_sim"]["status"] = "already_blocked"
    await steps_of(session.begin(LOST))
    assert acts(await steps_of(session.begin("yes"))) == {"already_blocked"}
    assert "confirm_unblock" not in acts(await steps_of(session.begin("unblock it")))


async def test_an_operator_without_the_tool_offers_no_undoing(
    responder: Responder, office: Office
) -> None:
    session = responder.session(office.tools(without="unblock_sim"), CUSTOMER)
    await steps_of(session.begin(LOST))
    assert acts(await steps_of(session.begin("yes"))) == {"blocked"}
    assert "confirm_unblock" not in acts(await steps_of(session.begin("unblock it")))


async def test_who_interrupts_the_outcome_hears_it_first(
    session: ResponseSession, office: Office
) -> None:
    await steps_of(session.begin(LOST))
    turn = session.begin("yes")
    await steps_of(turn)
    turn.heard("Your SIM")
    said = spoken(await steps_of(session.begin("which plan am i on")))
    assert said.startswith("Your SIM card is blocked.") and "Smart" in said
    assert "blocked" not in spoken(await steps_of(session.begin("which plan am i on")))
