"""A customer's requests are understood, looked up and answered with the true figures."""

from __future__ import annotations

import asyncio

import pytest

from tests.response.conftest import CUSTOMER, STRANGER, Office, acts, spoken, steps_of
from voice.identity import Caller, IdentityLevel
from voice.response import (
    CallingTool,
    NeedsIdentity,
    Responder,
    ResponseSession,
    ToolAnswered,
    WantsEnd,
    WantsPerson,
)


@pytest.mark.parametrize(
    "words",
    ["how much do i owe", "what is my balance please", "hello can you tell me how high my bill is"],
)
async def test_the_balance_is_told_with_its_due_date(session: ResponseSession, words: str) -> None:
    said = spoken(await steps_of(session.begin(words)))
    assert "42.17 euros" in said and "14 December" in said


async def test_a_number_that_nobody_vouches_for_is_told_nothing(
    responder: Responder, office: Office
) -> None:
    session = responder.session(office.tools(), Caller(STRANGER.number))
    steps = await steps_of(session.begin("which plan am i on"))
    assert steps == [NeedsIdentity(IdentityLevel.CLAIMED, "get_plan")]
    assert office.done == []


async def test_the_plan_needs_no_proof(responder: Responder, office: Office) -> None:
    session = responder.session(office.tools(), STRANGER)
    steps = await steps_of(session.begin("which plan am i on"))
    assert [type(step) for step in steps[:2]] == [CallingTool, ToolAnswered]
    assert "Smart" in spoken(steps) and "19.99 euros" in spoken(steps)


async def test_bill_and_plan_in_one_breath(session: ResponseSession, office: Office) -> None:
    said = spoken(await steps_of(session.begin("what is my balance and what plan am i on")))
    assert office.done == ["get_bill", "get_plan"]
    assert "42.17 euros" in said and "Smart" in said


async def test_the_bill_waits_for_the_callers_identity(
    responder: Responder, office: Office
) -> None:
    session = responder.session(office.tools(), STRANGER)
    steps = await steps_of(session.begin("how much do i owe"))
    assert steps == [NeedsIdentity(IdentityLevel.VERIFIED, "get_bill")]
    assert office.done == []
    session.caller = CUSTOMER
    assert "42.17 euros" in spoken(await steps_of(session.resume()))


async def test_given_up_identity_leaves_no_trace(responder: Responder, office: Office) -> None:
    session = responder.session(office.tools(), STRANGER)
    await steps_of(session.begin("how much do i owe"))
    session.abandon_pending()
    assert session.history == []
    assert "Smart" in spoken(await steps_of(session.begin("which plan am i on")))


@pytest.mark.parametrize("words", ["operator", "agent please", "a real person", "human"])
async def test_a_person_can_always_be_had(session: ResponseSession, words: str) -> None:
    assert any(isinstance(step, WantsPerson) for step in await steps_of(session.begin(words)))


async def test_goodbye_ends_the_call(session: ResponseSession) -> None:
    steps = await steps_of(session.begin("no that's all thank you goodbye"))
    assert isinstance(steps[-1], WantsEnd)


async def test_a_repeat_says_the_same_again(session: ResponseSession) -> None:
    first = spoken(await steps_of(session.begin("which plan am i on")))
    assert spoken(await steps_of(session.begin("sorry could you say that again"))) == first


async def test_wordings_change_and_the_facts_do_not(session: ResponseSession) -> None:
    first = spoken(await steps_of(session.begin("how much do i owe")))
    second = spoken(await steps_of(session.begin("how much do i owe")))
    assert first != second and "42.17 euros" in second


@pytest.mark.parametrize(("status", "fact"), [("paid", "nothing"), ("overdue", "42.17 euros")])
async def test_the_status_decides_what_may_be_said(
    session: ResponseSession, office: Office, status: str, fact: str
) -> None:
    office.results["get_bill"]["status"] = status
    said = spoken(await steps_of(session.begin("how much do i owe")))
    assert fact in said and ("overdue" in said or "still owe" in said) == (status == "overdue")


async def test_three_times_not_understood_hands_over(session: ResponseSession) -> None:
    first, second, third = [await steps_of(session.begin(words, 0.01)) for words in "abc"]
    assert acts(first) == {"not_understood"}
    assert acts(second) == {"offer_person"}
    assert isinstance(third[-1], WantsPerson)


async def test_an_offered_person_is_taken(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin("", 0.0))
    await steps_of(session.begin("", 0.0))
    await steps_of(session.begin("yes please"))
    assert office.done == ["transfer_to_person"]


async def test_a_broken_tool_is_apologised_for(session: ResponseSession, office: Office) -> None:
    office.failures["get_plan"] = OSError("disk on fire")
    steps = await steps_of(session.begin("which plan am i on"))
    assert ToolAnswered("get_plan", {}) in steps
    assert acts(steps) == {"tool_failed"} and "fire" not in spoken(steps)


async def test_a_slow_tool_is_not_waited_for(session: ResponseSession, office: Office) -> None:
    office.failures["get_plan"] = TimeoutError()
    assert acts(await steps_of(session.begin("which plan am i on"))) == {"tool_failed"}


async def test_a_tool_that_breaks_its_promise_is_not_quoted(
    session: ResponseSession, office: Office
) -> None:
    office.results["get_plan"]["price"] = "free <|end|>"
    assert acts(await steps_of(session.begin("which plan am i on"))) == {"tool_failed"}


async def test_conversations_share_the_model(responder: Responder, office: Office) -> None:
    sessions = [responder.session(office.tools(), CUSTOMER) for _ in range(6)]
    answers = await asyncio.gather(
        *(steps_of(session.begin("which plan am i on")) for session in sessions)
    )
    assert all("Smart" in spoken(steps) for steps in answers)
