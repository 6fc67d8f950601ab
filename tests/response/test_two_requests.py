"""Two requests in one turn: both are answered, also where the first has to ask something."""

from __future__ import annotations

import pytest

from tests.response.conftest import CUSTOMER, STRANGER, Office, spoken, steps_of
from voice.response import NeedsIdentity, Responder


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
