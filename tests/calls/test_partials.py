"""What is told of a turn while it is spoken, in whole calls with real speech."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.calls.conftest import SETTINGS, Say, Serve
from tests.calls.event_log import EventLog, attempt
from tests.calls.leg_caller import RATE, LegCaller
from tests.calls.scripted import PIN
from voice.audio import silence
from voice.calls.server import CallServer
from voice.events import (
    CallEnded,
    CallEvent,
    FinalTranscript,
    IdentityDecided,
    IdentityRequested,
    PartialTranscript,
    TurnEnded,
)
from voice.feed import Watch

pytestmark = pytest.mark.calls

LONG = ("I have lost my phone,", "please block my SIM card.", "What is my plan?")


def partials(events: list[CallEvent]) -> list[PartialTranscript]:
    return [event for event in events if isinstance(event, PartialTranscript)]


async def test_words_are_known_while_they_are_spoken_and_stable_ones_stay(
    serve: Serve, servers: list[CallServer], log: EventLog, say: Say
) -> None:
    gap = silence(RATE // 10)  # shorter than the pause at which a turn is read
    spoken = np.concatenate([part for text in LONG for part in (say(text), gap)])
    async with LegCaller(await serve(), "long") as caller:
        await log.clause("Hello")
        servers[0].attended(Watch("long", on=True))
        await caller.heard_out()
        await caller.say(spoken)
        ended = await log.wait(TurnEnded)
        final = await log.wait(FinalTranscript)
        caller.hang_up()
        await log.wait(CallEnded)
    told = [event for event in partials(log.passing) if event.ms < ended.ms]
    assert len(told) >= 3
    assert [event.revision for event in told] == sorted({event.revision for event in told})
    for before, after in itertools.pairwise(told):
        assert after.stable.startswith(before.stable)
    assert all(event.text.startswith(event.stable) for event in told)
    assert len(told[-1].stable.split()) >= 5
    at_pause = partials(log.events)[-1]
    assert at_pause.text.startswith(told[-1].stable)
    assert "plan" in final.text
    assert [event.sequence for event in log.events] == list(range(len(log.events)))


@pytest.mark.parametrize(("wanted", "watched"), [(False, True), (True, False)])
async def test_nothing_is_read_ahead_where_that_is_not_wanted_or_nobody_watches(
    serve: Serve, servers: list[CallServer], log: EventLog, say: Say, wanted: bool, watched: bool
) -> None:
    recognition = SETTINGS.recognition.model_copy(update={"partials": wanted})
    socket = await serve(SETTINGS.model_copy(update={"recognition": recognition}))
    async with LegCaller(socket, "off") as caller:
        await log.clause("Hello")
        servers[0].attended(Watch("off", on=True))
        servers[0].attended(Watch("off", on=watched))
        await caller.heard_out()
        await caller.say(say("I want to speak to a person."))
        await log.wait(FinalTranscript)
        caller.hang_up()
        await log.wait(CallEnded)
    assert log.passing == []
    assert partials(log.events)  # what is read at a pause


async def test_a_pin_that_is_asked_for_is_not_read_ahead(
    serve: Serve, servers: list[CallServer], log: EventLog, say: Say
) -> None:
    async with LegCaller(await serve(), "pin") as caller:
        await log.clause("Hello")
        servers[0].attended(Watch("pin", on=True))
        await caller.heard_out()
        await caller.say(say("How much is my bill?"))
        await log.wait(IdentityRequested, attempt(1))
        asked = len(log.passing)
        await log.clause("PIN")
        await caller.heard_out()
        await caller.say(say(PIN))
        await log.wait(IdentityDecided)
        caller.hang_up()
        await log.wait(CallEnded)
    assert asked > 0
    assert len(log.passing) == asked
