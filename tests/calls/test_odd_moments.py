"""What seldom comes at a good moment: odd answers, voices that fail, keys and holds in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calls.conftest import WITH_PERSON, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, SaidWords, ScriptedResponder, in_english
from voice.events import (
    CallEnded,
    ClauseSpoken,
    EngineFailed,
    Interrupted,
    NoInput,
    Transferred,
)
from voice.languages import language
from voice.speech import PiperSpeaker, SpokenClause
from voice.telephony.leg import Hold, Resume, Transfer, TransferResult

pytestmark = pytest.mark.calls

PHRASES = language().phrases
ODD: list[list[str]] = [
    [],
    ["", " "],
    ["\N{GRINNING FACE} \N{PARTY POPPER}"],
    ["<b>Your plan</b> is **fine** \N{GRINNING FACE}, see [here](http://example.test)."],
]


async def test_answers_that_nobody_can_say_do_not_end_the_conversation(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    responder.odd_clauses = [list(clauses) for clauses in ODD]
    async with LegCaller(socket, "odd") as caller:
        await log.clause("Hello")
        while responder.odd_clauses:
            await caller.heard_out()
            await caller.say(say("What is my plan?"))
            await caller.frames(50)
        await log.clause("fine")
        await caller.heard_out()
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        await log.wait(CallEnded)
    assert not log.of(EngineFailed)


async def test_an_answer_of_two_thousand_words_ends_where_the_caller_speaks(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    responder.odd_clauses = [[f"This is sentence number {n} of very many." for n in range(285)]]
    async with greeted(socket, log, "long-answer") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause("number 1 ")
        await caller.say(say("No, please stop, how much is my bill?"))
        cut = await log.wait(Interrupted)
        await log.clause("PIN", after=cut.sequence)
    assert len([clause for clause in log.of(ClauseSpoken) if "number" in clause.text]) < 8


class HastyVoice:
    """Fails whenever it shall speak at another pace than its own."""

    depth = 0

    def __init__(self, speaker: PiperSpeaker) -> None:
        self._speaker = speaker
        self.failed = 0

    async def synthesise(
        self, text: str, sample_rate: int, pace: float = 1.0, **options: object
    ) -> SpokenClause:
        if pace != 1.0:
            self.failed += 1
            raise RuntimeError("out of range")
        return await self._speaker.synthesise(text, sample_rate)


async def test_a_voice_that_cannot_speak_slower_is_heard_as_it_is(
    serve: Serve, log: EventLog, say: Say, loaded: tuple[object, PiperSpeaker]
) -> None:
    voice = HastyVoice(loaded[1])
    heard = SaidWords([["what is my plan", "slower please"]])
    async with LegCaller(
        await serve(voices=in_english(voice), recogniser=heard), "hasty"
    ) as caller:
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[2])
        await caller.heard_out()
        before = log.events[-1].sequence + 1
        await caller.say(say("What is my plan?"))
        await log.wait(ClauseSpoken, lambda clause: clause.kind == "answer", after=before)
        caller.hang_up()
        await log.wait(CallEnded)
    assert voice.failed and not log.of(EngineFailed)


async def test_keys_while_a_person_is_being_called_do_nothing(serve: Serve, log: EventLog) -> None:
    async with LegCaller(await serve(WITH_PERSON), "keys") as caller:
        await log.clause("assistant")
        caller.key("0")
        await caller.control(Transfer)
        spoken = len(log.of(ClauseSpoken))
        caller.key("0512#*0")
        await caller.frames(50)
        assert len(log.of(ClauseSpoken)) == spoken
        caller.leg.send(TransferResult(ok=True, reason=""))
        await log.wait(CallEnded)
    assert len([control for control in caller.controls if isinstance(control, Transfer)]) == 1
    assert [event.ok for event in log.of(Transferred)] == [True]


async def test_a_question_that_a_hold_cut_in_two_is_put_again(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "held-question") as caller:
        await caller.say(say("How much is my bill?"))
        asked = await log.clause("PIN")
        caller.leg.send(Hold())
        await caller.heard_out()
        await caller.frames(75)
        held = log.events[-1].sequence
        assert not [event for event in log.of(NoInput) if event.sequence > asked.sequence]
        caller.leg.send(Resume())
        await log.clause(PHRASES.ask_pin, after=held)
