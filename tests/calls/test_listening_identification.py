"""Whole calls in which a caller who is asked who they are says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calls.conftest import WITH_PERSON, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, PIN_DIGITS, SaidWords, ScriptedResponder
from tests.calls.test_acts import YES
from voice.events import (
    CallEnded,
    ClauseSpoken,
    FinalTranscript,
    IdentityDecided,
    IdentityRequested,
    Transferred,
)
from voice.languages import language
from voice.telephony.leg import Transfer, TransferResult

pytestmark = pytest.mark.calls

PHRASES = language().phrases


async def turn(caller: LegCaller, log: EventLog, say: Say) -> FinalTranscript:
    """The caller's next turn: any sound will do, the words are the recogniser's."""
    await caller.heard_out()
    before = log.events[-1].sequence
    await caller.say(say(YES))
    return await log.wait(FinalTranscript, after=before)


async def asked(caller: LegCaller, log: EventLog, say: Say) -> None:
    """The caller wants their bill, and is asked who they are."""
    await log.clause("Hello")
    await caller.heard_out()
    await turn(caller, log, say)
    await log.wait(ClauseSpoken, lambda clause: "say or key in" in clause.text)
    await caller.heard_out()


async def put_through(caller: LegCaller, log: EventLog) -> str:
    """The caller is transferred, and that ends the call; returns the reason."""
    await caller.control(Transfer)
    caller.leg.send(TransferResult(ok=True, reason=""))
    await log.wait(CallEnded)
    return log.of(Transferred)[0].reason


@pytest.mark.parametrize(
    "said", ["oh dear, I don't remember my PIN", "No, sorry, I forgot my PIN."]
)
async def test_what_is_not_known_leads_to_a_person(
    serve: Serve, log: EventLog, say: Say, said: str
) -> None:
    heard = SaidWords([["how much is my bill", said]])
    async with LegCaller(await serve(WITH_PERSON, recogniser=heard), "forgot") as caller:
        await asked(caller, log, say)
        await turn(caller, log, say)
        reason = await put_through(caller, log)
    assert reason == "the caller cannot say who they are"
    assert len(log.of(IdentityRequested)) == 1 and log.of(IdentityDecided) == []


@pytest.mark.parametrize(
    "said", ["four two seven one. I want to speak to a person.", "four two, a person please"]
)
async def test_who_asks_for_a_person_behind_the_digits_gets_one(
    serve: Serve, log: EventLog, say: Say, said: str
) -> None:
    heard = SaidWords([["how much is my bill", said]])
    async with LegCaller(await serve(WITH_PERSON, recogniser=heard), "behind") as caller:
        await asked(caller, log, say)
        await turn(caller, log, say)
        reason = await put_through(caller, log)
    assert reason == "the caller asked for a person"
    assert log.of(IdentityDecided) == []


async def test_where_there_is_no_person_the_caller_may_ask_for_something_else(
    serve: Serve, log: EventLog, say: Say
) -> None:
    heard = SaidWords([["how much is my bill", "I have no idea what it is", "what is my plan"]])
    async with LegCaller(await serve(recogniser=heard), "forgot-alone") as caller:
        await asked(caller, log, say)
        await turn(caller, log, say)
        await log.clause(PHRASES.without_it)
        await log.clause(PHRASES.anything_else)
        await caller.heard_out()
        await turn(caller, log, say)
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        await log.wait(CallEnded)
    last = log.of(FinalTranscript)[-1]
    assert last.text == "what is my plan", "nothing is secret any more"


async def test_another_request_is_answered_behind_the_first_and_costs_no_try(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    heard = SaidWords([["how much is my bill", "tell me about the plan that I have"]])
    async with LegCaller(await serve(recogniser=heard), "both") as caller:
        await asked(caller, log, say)
        await turn(caller, log, say)
        first = await log.clause(PHRASES.first_this)
        await log.clause(PHRASES.ask_pin, after=first.sequence)
        caller.key(PIN_DIGITS)
        balance = await log.clause("42.17")
        await log.clause(LONG_ANSWER[0], after=balance.sequence)
        caller.hang_up()
        await log.wait(CallEnded)
    assert "plan that i have" in responder.turns[-1].text
    assert "[hidden]" in [said.text for said in log.of(FinalTranscript)], "it was said in secret"
    assert len(log.of(IdentityDecided)) == 1


async def test_three_turns_without_a_digit_are_no_tries(
    serve: Serve, log: EventLog, say: Say
) -> None:
    odd = ["what was that", "the weather, you know", "hm let me see where I have put it"]
    heard = SaidWords([["how much is my bill", *odd]])
    async with LegCaller(await serve(recogniser=heard), "no-tries") as caller:
        await asked(caller, log, say)
        for _ in odd:
            said = await turn(caller, log, say)
            await log.wait(
                ClauseSpoken, lambda clause: clause.kind == "reprompt", after=said.sequence
            )
            await caller.heard_out()
        caller.key(PIN_DIGITS)
        await log.clause("42.17")
        caller.hang_up()
        await log.wait(CallEnded)
    assert [decided.accepted for decided in log.of(IdentityDecided)] == [True]


async def test_a_customer_number_comes_in_pieces_is_read_back_and_corrected(
    serve: Serve, log: EventLog, say: Say
) -> None:
    turns = ["how much is my bill", "four oh oh", "two one four", "no, sorry, three"]
    heard = SaidWords([turns])
    async with LegCaller(
        await serve(recogniser=heard), "pieces", number=None, identity="unknown"
    ) as caller:
        await asked(caller, log, say)
        await turn(caller, log, say)
        more = await log.clause(PHRASES.digits_go_on)
        await caller.heard_out()
        await turn(caller, log, say)
        back = await log.clause("4 0 0 2 1 4", after=more.sequence)
        await log.clause("PIN", after=back.sequence)
        await caller.heard_out()
        await turn(caller, log, say)
        await log.clause("4 0 0 2 1 3", after=back.sequence)
        caller.key(PIN_DIGITS)
        await log.clause("42.17")
        caller.hang_up()
        await log.wait(CallEnded)
    assert [decided.accepted for decided in log.of(IdentityDecided)] == [True]


@pytest.mark.parametrize("keys", ["0#", "0", "00"], ids=["enter", "pause", "impatient"])
async def test_zero_alone_is_for_a_person_also_where_digits_are_asked_for(
    serve: Serve, log: EventLog, say: Say, keys: str
) -> None:
    heard = SaidWords([["how much is my bill"]])
    async with LegCaller(await serve(WITH_PERSON, recogniser=heard), "zero") as caller:
        await asked(caller, log, say)
        caller.key(keys)
        reason = await put_through(caller, log)
    assert reason == "the caller pressed 0"


@pytest.mark.parametrize("keys", ["0#", "0", "00"], ids=["enter", "pause", "impatient"])
async def test_zero_alone_is_for_a_person_where_nothing_is_asked_for(
    serve: Serve, log: EventLog, keys: str
) -> None:
    async with LegCaller(await serve(WITH_PERSON), "zero-unasked") as caller:
        await log.clause("Hello")
        caller.key(keys)
        reason = await put_through(caller, log)
    assert reason == "the caller pressed 0"


@pytest.mark.parametrize("keys", ["4830", "0271", "0042"])
async def test_zero_in_a_pin_that_nobody_waits_for_is_for_nobody(
    serve: Serve, log: EventLog, say: Say, keys: str
) -> None:
    heard = SaidWords([["how much is my bill", "what is my plan?"]])
    async with LegCaller(await serve(WITH_PERSON, recogniser=heard), "late-pin") as caller:
        await asked(caller, log, say)
        caller.key(PIN_DIGITS)
        await log.clause("42.17")
        await caller.heard_out()
        caller.key(keys)
        await turn(caller, log, say)
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        await log.wait(CallEnded)
    assert log.of(Transferred) == []


async def test_a_pin_may_begin_with_zero(serve: Serve, log: EventLog, say: Say) -> None:
    heard = SaidWords([["how much is my bill"]])
    async with LegCaller(await serve(WITH_PERSON, recogniser=heard), "zero-pin") as caller:
        await asked(caller, log, say)
        caller.key("0271")
        await log.clause(PHRASES.wrong_pin)
        caller.hang_up()
        await log.wait(CallEnded)


async def test_never_mind_and_something_else_in_one_breath(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    heard = SaidWords([["how much is my bill", "Never mind. What is my plan?"]])
    async with LegCaller(await serve(recogniser=heard), "instead") as caller:
        await asked(caller, log, say)
        await turn(caller, log, say)
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        await log.wait(CallEnded)
    assert responder.turns[-1].text == "what is my plan?"


@pytest.mark.parametrize("words", ["No, wait, what is my plan?", "No hurry, what is my plan?"])
async def test_what_is_said_instead_is_answered_instead(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder, words: str
) -> None:
    heard = SaidWords([["how much is my bill", words]])
    async with LegCaller(await serve(recogniser=heard), "corrects") as caller:
        await asked(caller, log, say)
        await turn(caller, log, say)
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        await log.wait(CallEnded)
    assert responder.turns[-1].text.endswith("what is my plan?")
    assert PHRASES.anything_else not in [clause.text for clause in log.of(ClauseSpoken)]


async def test_slower_and_louder_hold_for_the_rest_of_the_call(
    socket: Path, serve: Serve, log: EventLog, say: Say
) -> None:
    turns = ["what is my plan", "can you speak a bit slower and louder please"]
    async with greeted(await serve(recogniser=SaidWords([turns])), log, "slower") as caller:
        await turn(caller, log, say)
        first = await log.clause(LONG_ANSWER[0])
        await log.clause(LONG_ANSWER[2])
        await caller.heard_out()
        said = await turn(caller, log, say)
        again = await log.wait(
            ClauseSpoken, lambda clause: clause.kind == "answer", after=said.sequence
        )
    rate = first.duration_ms / len(first.text), again.duration_ms / len(again.text)
    assert rate[1] > 1.1 * rate[0]


async def test_who_only_thinks_aloud_is_waited_for(serve: Serve, log: EventLog, say: Say) -> None:
    heard = SaidWords([["how much is my bill", "Er, um."]])
    async with LegCaller(await serve(recogniser=heard), "thinks") as caller:
        await asked(caller, log, say)
        thought = await turn(caller, log, say)
        caller.key(PIN_DIGITS)
        await log.clause("42.17")
        caller.hang_up()
        await log.wait(CallEnded)
    said_then = [c.text for c in log.of(ClauseSpoken) if c.sequence > thought.sequence]
    assert PHRASES.pin_again not in " ".join(said_then)
