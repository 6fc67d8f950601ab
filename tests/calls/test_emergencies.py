"""A caller in distress reaches a person or learns a number, from whatever state the call is in."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.calls.conftest import GREETING, PERSON, SETTINGS, WITH_PERSON, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, ScriptedResponder
from voice.audio import Pcm
from voice.calls import phrases
from voice.engine_queue import Priority
from voice.events import (
    CallEnded,
    ClauseSpoken,
    EmergencyHeard,
    FinalTranscript,
    IdentityRequested,
    NoInput,
    ToolCalled,
    Transferred,
)
from voice.languages import language
from voice.recognition import (
    ANYTHING,
    Expectation,
    LanguageBelief,
    RecognitionSession,
    Transcript,
    WhisperRecogniser,
)
from voice.telephony.leg import MuteRecording, Transfer, TransferResult

PHRASES = language().phrases

pytestmark = pytest.mark.calls

CONNECTING, NOBODY = phrases.in_emergencies(SETTINGS, language())
CRY, DISTRESS = "I want to speak to a person.", "please, I need an ambulance"
"""What the caller's voice can say, and what the recogniser is made to hear in it."""


class InDistress:
    """Hears DISTRESS where CRY is said: the embedded recogniser does not know such words."""

    depth = 0

    def __init__(self, recogniser: WhisperRecogniser) -> None:
        self._recogniser = recogniser

    def session(self) -> RecognitionSession:
        return RecognitionSession(self)

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        heard = await self._recogniser.transcribe(
            pcm, sample_rate, priority=priority, expect=ANYTHING
        )
        return replace(heard, text=DISTRESS) if "person" in heard.text else heard


@pytest.fixture
def recogniser(loaded: tuple[WhisperRecogniser, object]) -> InDistress:
    return InDistress(loaded[0])


def spoken(log: EventLog) -> list[str]:
    return [event.text for event in log.of(ClauseSpoken)]


async def put_through(caller: LegCaller, log: EventLog, target: str = PERSON) -> None:
    """The caller is transferred there, and that ends the call."""
    assert (await caller.control(Transfer)).target == target
    caller.leg.send(TransferResult(ok=True, reason=""))
    ended = await log.wait(CallEnded)
    assert ended.reason == "transferred (emergency: medical)"
    assert [event.kind for event in log.of(EmergencyHeard)] == ["medical"]
    assert CONNECTING in spoken(log)


async def test_a_caller_in_distress_is_put_through_before_anything_is_answered(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress, responder: ScriptedResponder
) -> None:
    async with greeted(await serve(WITH_PERSON, recogniser=recogniser), log, "person") as caller:
        await caller.say(say(CRY))
        await put_through(caller, log)
    assert responder.answered == []
    assert log.of(EmergencyHeard)[0].words == "need an ambulance"


async def test_the_target_for_emergencies_comes_before_the_person(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress
) -> None:
    target = "sip:112@example.test"
    calls = SETTINGS.calls.model_copy(update={"emergency_target": target})
    settings = WITH_PERSON.model_copy(update={"calls": calls})
    async with greeted(await serve(settings, recogniser=recogniser), log, "target") as caller:
        await caller.say(say(CRY))
        await put_through(caller, log, target)


async def test_where_nobody_is_configured_the_number_is_told_and_the_call_goes_on(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress
) -> None:
    async with greeted(await serve(recogniser=recogniser), log, "number") as caller:
        await caller.say(say(CRY))
        told = await log.clause("call one, one, two")
        many = SETTINGS.calls.no_input_reprompts + 1
        silent = await log.wait(NoInput, lambda event: event.count == many, seconds=60)
        await log.clause(NOBODY, after=silent.sequence)
        await caller.heard_out()
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        ended = await log.wait(CallEnded)
    assert told.text == NOBODY
    assert (ended.reason, ended.by) == ("hang-up", "caller")


async def test_a_person_who_cannot_be_reached_is_followed_by_the_number(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress
) -> None:
    async with greeted(await serve(WITH_PERSON, recogniser=recogniser), log, "refused") as caller:
        await caller.say(say(CRY))
        await caller.control(Transfer)
        caller.leg.send(TransferResult(ok=False, reason="busy"))
        await log.clause(NOBODY)
    assert [event.ok for event in log.of(Transferred)] == [False]


async def test_while_a_pin_is_asked_for_and_the_words_stay_hidden(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress
) -> None:
    async with greeted(await serve(WITH_PERSON, recogniser=recogniser), log, "pin") as caller:
        await caller.say(say("How much is my bill?"))
        await log.wait(IdentityRequested)
        await caller.heard_out()
        await caller.say(say(CRY))
        await put_through(caller, log)
    assert [event.words for event in log.of(EmergencyHeard)] == ["[hidden]"]
    assert not any("ambulance" in event.to_json() for event in log.events)
    mutes = [control.on for control in caller.controls if isinstance(control, MuteRecording)]
    assert mutes == [True, False]


async def test_while_the_assistant_speaks(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress
) -> None:
    async with greeted(await serve(WITH_PERSON, recogniser=recogniser), log, "over") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
        await caller.frames(20)
        await caller.say(say(CRY))
        await put_through(caller, log)
    assert LONG_ANSWER[2] not in spoken(log)


async def test_while_a_disclosure_is_made_that_is_otherwise_heard_to_its_end(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress
) -> None:
    long = "You are speaking with an automated assistant, which can tell you very many things."
    calls = SETTINGS.calls.model_copy(update={"greeting": f"{long} {long} {GREETING}"})
    settings = WITH_PERSON.model_copy(update={"calls": calls})
    async with LegCaller(await serve(settings, recogniser=recogniser), "disclosure") as caller:
        await log.clause("automated assistant")
        await caller.say(say(CRY))
        await put_through(caller, log)
    assert not any("Hello" in text for text in spoken(log))


async def test_while_an_answer_is_being_made(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress, responder: ScriptedResponder
) -> None:
    async with greeted(await serve(WITH_PERSON, recogniser=recogniser), log, "thinking") as caller:
        responder.hold = asyncio.Event()
        await caller.say(say("What is my plan?"))
        await log.wait(FinalTranscript)
        await caller.say(say(CRY))
        await put_through(caller, log)
    assert LONG_ANSWER[0] not in spoken(log)


async def test_while_a_tool_is_at_work(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress, responder: ScriptedResponder
) -> None:
    responder.tool_hold = asyncio.Event()
    async with greeted(await serve(WITH_PERSON, recogniser=recogniser), log, "tool") as caller:
        await caller.say(say("What is my plan?"))
        await log.wait(ToolCalled)
        await caller.say(say(CRY))
        await put_through(caller, log)
    assert LONG_ANSWER[0] not in spoken(log)


async def test_over_the_goodbye(
    serve: Serve, log: EventLog, say: Say, recogniser: InDistress
) -> None:
    async with greeted(await serve(WITH_PERSON, recogniser=recogniser), log, "goodbye") as caller:
        await caller.say(say("Goodbye."))
        await log.clause("Thank you for calling")
        await caller.say(say(CRY))
        await put_through(caller, log)
