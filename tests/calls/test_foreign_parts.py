"""Tools, identity checks and models that fail or hang: a filler, and an answer in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.calls.conftest import SETTINGS, WITH_PERSON, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller
from tests.calls.scripted import (
    LONG_ANSWER,
    PIN_DIGITS,
    ScriptedIdentity,
    ScriptedResponder,
    in_english,
)
from tests.response.conftest import CHANGING, READING
from voice.audio import Pcm
from voice.events import (
    CallEnded,
    CallEvent,
    ClauseSpoken,
    EngineFailed,
    IdentityDecided,
    IdentityRequested,
    NoInput,
    ToolCalled,
    ToolReturned,
    TurnEnded,
)
from voice.identity import Caller, IdentityLevel
from voice.languages import language
from voice.recognition import RecognitionSession, Transcript
from voice.response import Responder, Tool, ToolBox, Value
from voice.speech import PiperSpeaker, SpokenClause
from voice.telephony.leg import MuteRecording, Transfer, TransferResult

PHRASES = language().phrases

pytestmark = pytest.mark.calls

TIMELY = SETTINGS.model_copy(
    update={
        "recognition": SETTINGS.recognition.model_copy(update={"timeout_seconds": 3.5}),
        "response": SETTINGS.response.model_copy(
            update={"timeout_seconds": 2.0, "tool_timeout_seconds": 2.0}
        ),
        "speech": SETTINGS.speech.model_copy(update={"timeout_seconds": 2.0}),
    }
)
"""Each deadline a little later than its filler."""
TIMELY_WITH_PERSON = TIMELY.model_copy(update={"sip": WITH_PERSON.sip})


async def hang() -> None:
    await asyncio.Event().wait()


class HangingIdentity(ScriptedIdentity):
    """Never says whether a PIN is right, or whether anybody is known."""

    def __init__(self, knows: bool = False) -> None:
        super().__init__()
        self._hangs_at_once = knows

    async def knows(self, caller: Caller) -> str | None:
        if self._hangs_at_once:
            await hang()
        return await super().knows(caller)

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        await hang()
        return None


class FailingIdentity(ScriptedIdentity):
    """Fails with an error that quotes what it was asked."""

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        raise LookupError(f"GET /verify?pin={pin}: 502 Bad Gateway")


class HangingRecogniser:
    """Never has any words."""

    depth = 0

    def session(self) -> RecognitionSession:
        return RecognitionSession(self)

    async def transcribe(self, *_: object, **__: object) -> Transcript:
        await hang()
        raise AssertionError("it hangs for ever")


class HangingSpeaker:
    """Speaks what it knows by heart; anything else never comes."""

    depth = 0

    def __init__(self, speaker: PiperSpeaker) -> None:
        self._speaker = speaker

    async def synthesise(self, text: str, sample_rate: int, **options: object) -> SpokenClause:
        if text in LONG_ANSWER:
            await hang()
        return await self._speaker.synthesise(text, sample_rate)


async def ask(caller: LegCaller, log: EventLog, words: Pcm) -> None:
    await log.clause("Hello")
    await caller.heard_out()
    await caller.say(words)


def fillers(log: EventLog) -> list[str]:
    return [event.text for event in log.of(ClauseSpoken) if event.kind == "filler"]


def longest_silence_ms(events: list[CallEvent]) -> int:
    """Between the ends and beginnings of what the assistant said since the caller's first turn."""
    turn = next(event for event in events if isinstance(event, TurnEnded))
    quiet_since, longest = turn.ms, 0
    for event in events:
        if isinstance(event, ClauseSpoken) and event.ms >= turn.ms:
            longest = max(longest, event.ms - quiet_since)
            quiet_since = event.ms + round(event.duration_ms)
    return longest


@pytest.mark.parametrize("at_once", [True, False])
async def test_an_identity_check_that_hangs_ends_in_an_answer(
    serve: Serve, log: EventLog, say: Say, at_once: bool
) -> None:
    socket = await serve(TIMELY, identity=HangingIdentity(at_once))
    async with LegCaller(socket, "hanging") as caller:
        await ask(caller, log, say("How much is my bill?"))
        if not at_once:
            await log.wait(IdentityRequested)
            await caller.heard_out()
            caller.key(PIN_DIGITS)
        await log.clause(PHRASES.cannot_reach)
        await log.clause(PHRASES.anything_else)
        await caller.heard_out()
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        await log.wait(CallEnded)
    assert PHRASES.one_moment in fillers(log)
    assert [event.engine for event in log.of(EngineFailed)] == ["identity"]
    assert not log.of(NoInput) and not log.of(IdentityDecided)
    mutes = [control.on for control in caller.controls if isinstance(control, MuteRecording)]
    assert mutes == ([] if at_once else [True, False])


async def test_an_identity_check_that_fails_leads_to_a_person_and_leaves_no_pin(
    serve: Serve, log: EventLog, say: Say
) -> None:
    socket = await serve(TIMELY_WITH_PERSON, identity=FailingIdentity())
    async with LegCaller(socket, "failing") as caller:
        await ask(caller, log, say("How much is my bill?"))
        await log.wait(IdentityRequested)
        caller.key(PIN_DIGITS)
        await caller.control(Transfer)
        caller.leg.send(TransferResult(ok=True, reason=""))
        await log.wait(CallEnded)
    spoken = [event.text for event in log.of(ClauseSpoken)]
    assert spoken[-2:] == [PHRASES.cannot_reach, PHRASES.hand_over]
    (failed,) = log.of(EngineFailed)
    assert failed.reason.startswith("LookupError")
    assert not any(f"pin={PIN_DIGITS}" in event.to_json() for event in log.events)


async def test_a_model_that_hangs_is_bridged_and_apologised_for(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    socket = await serve(TIMELY)
    async with LegCaller(socket, "model") as caller:
        responder.hold = asyncio.Event()
        await ask(caller, log, say("What is my plan?"))
        ended = await log.wait(CallEnded)
    assert ended.reason == "response failed"
    assert fillers(log) == [PHRASES.one_moment]
    spoken = [event.text for event in log.of(ClauseSpoken)]
    assert spoken[-2:] == [PHRASES.apology, PHRASES.goodbye]
    assert longest_silence_ms(log.events) < 3000


async def test_a_recogniser_that_hangs_is_bridged_and_apologised_for(
    serve: Serve, log: EventLog, say: Say
) -> None:
    socket = await serve(TIMELY, recogniser=HangingRecogniser())
    async with LegCaller(socket, "recogniser") as caller:
        await ask(caller, log, say("What is my plan?"))
        ended = await log.wait(CallEnded)
    assert ended.reason == "recognition failed"
    assert PHRASES.one_moment in fillers(log)
    assert log.of(ClauseSpoken)[-2].text == PHRASES.apology


async def test_a_voice_that_hangs_is_bridged_and_apologised_for(
    serve: Serve, log: EventLog, say: Say, loaded: tuple[object, PiperSpeaker]
) -> None:
    socket = await serve(TIMELY_WITH_PERSON, voices=in_english(HangingSpeaker(loaded[1])))
    async with LegCaller(socket, "voice") as caller:
        await ask(caller, log, say("What is my plan?"))
        await caller.control(Transfer)
        caller.leg.send(TransferResult(ok=True, reason=""))
        ended = await log.wait(CallEnded)
    assert ended.reason == "transferred (speech failed)"
    assert PHRASES.one_moment in fillers(log)
    assert PHRASES.apology in [event.text for event in log.of(ClauseSpoken)]


# With the real response step


Run = Callable[[Caller, dict[str, str]], Awaitable[dict[str, Value]]]


class Desk:
    """Tools that take as long as a test lets them."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.began: list[str] = []

    def tools(self) -> ToolBox:
        unknown = IdentityLevel.UNKNOWN
        results: dict[str, dict[str, Value]] = {
            "get_plan": {
                "status": "found", "plan": "Smart", "data_gb": 20, "price": Decimal("19.99"),
            },
            "get_bill": {"status": "paid"},
            "block_sim": {"status": "blocked", "replacement_days": 3},
            "transfer_to_person": {"status": "ok"},
            **{name: {"status": "not asked for"} for name in READING + CHANGING},
        }  # fmt: skip
        changing = ("block_sim", "transfer_to_person", *CHANGING)
        return ToolBox(
            Tool(name, unknown, name in changing, self._run(name, result))
            for name, result in results.items()
        )

    def _run(self, name: str, result: dict[str, Value]) -> Run:
        async def run(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
            self.began.append(name)
            await self.let_go.wait()
            return result

        return run


@pytest.fixture(scope="module")
def real_responder(embedded_responder_path: Path, tasks_path: Path) -> Iterator[Responder]:
    loaded = Responder.load(embedded_responder_path, tasks_path, tool_timeout_seconds=2.0)
    yield loaded
    loaded.close()


@pytest.mark.parametrize("words", ["Okay.", "Are you there?"])
async def test_words_while_a_tool_runs_lose_no_answer(
    serve: Serve, log: EventLog, say: Say, real_responder: Responder, words: str
) -> None:
    desk = Desk()
    socket = await serve(TIMELY, responder=real_responder, tools=desk.tools())
    async with LegCaller(socket, "patience") as caller:
        await ask(caller, log, say("What is my plan?"))
        called = await log.wait(ToolCalled)
        await caller.say(say(words))
        await log.wait(TurnEnded, after=called.sequence)
        filler = await log.wait(ClauseSpoken, after=called.sequence)
        desk.let_go.set()
        await log.clause("Smart")
        caller.hang_up()
        await log.wait(CallEnded)
    assert filler.kind == "filler"
    assert set(desk.began) == {"get_plan"}


async def test_a_request_made_while_a_tool_runs_is_taken_up_after_the_answer(
    serve: Serve, log: EventLog, say: Say, real_responder: Responder
) -> None:
    desk = Desk()
    socket = await serve(TIMELY, responder=real_responder, tools=desk.tools())
    async with LegCaller(socket, "both") as caller:
        await ask(caller, log, say("What is my plan?"))
        called = await log.wait(ToolCalled)
        await caller.say(say("Goodbye."))
        await log.wait(TurnEnded, after=called.sequence)
        desk.let_go.set()
        answer = await log.clause("Smart")
        await log.clause("oodbye", after=answer.sequence)
        await log.wait(CallEnded)


async def test_a_tool_that_hangs_ends_in_an_answer(
    serve: Serve, log: EventLog, say: Say, real_responder: Responder
) -> None:
    socket = await serve(TIMELY, responder=real_responder, tools=Desk().tools())
    async with LegCaller(socket, "tool") as caller:
        await ask(caller, log, say("What is my plan?"))
        returned = await log.wait(ToolReturned)
        await log.clause("cannot reach our system")
        caller.hang_up()
        await log.wait(CallEnded)
    assert (returned.result, returned.error, returned.unknown) == ({}, "TimeoutError", False)
    assert fillers(log) == [PHRASES.one_moment]
