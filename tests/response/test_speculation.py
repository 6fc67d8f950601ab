"""A turn may be begun before the caller has ended; nothing happens until it is committed."""

from __future__ import annotations

import asyncio

from tests.response.conftest import STRANGER, Office, acts, spoken, steps_of
from voice.response import CallingTool, Responder, ResponseSession, WantsPerson
from voice.response.prompts.harmony import AnswerMessage


async def test_a_discarded_turn_never_was(session: ResponseSession, office: Office) -> None:
    turn = session.begin("which plan am i on")
    assert isinstance(await anext(turn), CallingTool)
    await turn.discard()
    assert session.history == []
    steps = await steps_of(session.begin("sorry could you repeat that"))
    assert acts(steps) == {"help"}


async def test_reading_may_be_done_ahead(session: ResponseSession, office: Office) -> None:
    turn = session.begin("which plan am i on")
    steps = [await anext(turn) for _ in range(3)]
    assert office.done == ["get_plan"] and not turn.committed
    assert "Smart" in spoken(steps)
    await turn.discard()


async def test_a_side_effect_waits_for_the_commit(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin("i lost my phone please block my sim card"))
    turn = session.begin("yes please")
    first = asyncio.ensure_future(anext(turn))
    done, _ = await asyncio.wait({first}, timeout=0.3)
    assert not done and office.done == []
    turn.commit()
    assert await first == CallingTool("block_sim") and office.done == ["block_sim"]


async def test_a_discarded_yes_blocks_nothing(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin("i lost my phone please block my sim card"))
    turn = session.begin("yes please")
    await asyncio.sleep(0)
    await turn.discard()
    assert [step async for step in turn] == [] and office.done == []


async def test_a_hand_over_waits_for_the_commit(session: ResponseSession, office: Office) -> None:
    turn = session.begin("operator")
    first = asyncio.ensure_future(anext(turn))
    await asyncio.wait({first}, timeout=0.1)
    assert not first.done() and office.done == []
    turn.commit()
    assert isinstance(await first, CallingTool)
    assert any([isinstance(step, WantsPerson) async for step in turn])


async def test_the_next_turn_ends_one_that_was_left_open(session: ResponseSession) -> None:
    abandoned = session.begin("how much do i owe")
    steps = await steps_of(session.begin("which plan am i on"))
    assert "Smart" in spoken(steps)
    assert not abandoned.committed and len(session.history) == 1


async def test_generation_stops_when_discarded(session: ResponseSession) -> None:
    turns = [session.begin("what is my balance and what plan am i on") for _ in range(20)]
    for turn in turns:
        await turn.discard()
    assert "Smart" in spoken(await steps_of(session.begin("which plan am i on")))


async def test_history_keeps_what_was_heard(session: ResponseSession) -> None:
    turn = session.begin("which plan am i on")
    said = spoken(await steps_of(turn))
    turn.heard(" ".join(said.split()[:4]))
    answer = session.history[-1][-1]
    assert isinstance(answer, AnswerMessage) and "gigabytes" not in answer.text
    turn.heard("")
    assert not any(isinstance(message, AnswerMessage) for message in session.history[-1])


async def test_what_was_answered_too_early_counts_as_never_said(session: ResponseSession) -> None:
    await steps_of(session.begin("which plan am i on"))
    assert session.may_take_back
    session.take_back()
    assert session.history == []
    assert acts(await steps_of(session.begin("sorry could you repeat that"))) == {"help"}


async def test_what_waits_for_who_calls_may_be_taken_back(
    responder: Responder, office: Office
) -> None:
    session = responder.session(office.tools(), STRANGER)
    await steps_of(session.begin("how much do i owe"))
    assert session.may_take_back
    session.abandon_pending()
    assert session.history == []


async def test_what_was_done_or_asked_is_not_taken_back(
    session: ResponseSession, office: Office
) -> None:
    assert not session.may_take_back
    await steps_of(session.begin("i lost my phone please block my sim card"))
    assert session.may_take_back and session.asks_yes_no
    await steps_of(session.begin("yes please"))
    assert office.done == ["block_sim"]
    assert not session.may_take_back and not session.asks_yes_no
