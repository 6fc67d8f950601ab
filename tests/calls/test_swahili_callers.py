"""A caller who speaks Swahili: greeted in it, understood in numbers, yes and no, answered in it.

What the tasks know they say in their own language; a Swahili caller who asks for that is told so,
in Swahili, and may speak with a person.
"""

from __future__ import annotations

import pytest

from tests.calls.conftest import PERSON, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller
from tests.calls.test_call_languages import Heard, Noted, Speaker, offering
from voice.events import FinalTranscript, IdentityDecided, IdentityRequested, LanguageChosen
from voice.languages import language
from voice.settings.languages import Callers
from voice.speech import PiperSpeaker, Voices
from voice.telephony.leg import Transfer

pytestmark = pytest.mark.calls

SWAHILI = {"sw": 0.97, "en": 0.01}
IN_SWAHILI = language("sw").phrases
FROM_KENYA = "254712345678"
SOUND = "What is my plan?"


class Both:
    """An English and a Swahili voice; the latter is as good as any that a test may lend."""

    def __init__(self, speaker: PiperSpeaker) -> None:
        self.english, self.swahili = Noted(speaker), Noted(speaker)
        speakers = {"en": self.english, "sw": self.swahili}
        self.voices = Voices(speakers)  # type: ignore[arg-type]


@pytest.fixture
def voices(loaded: tuple[object, PiperSpeaker]) -> Both:
    return Both(loaded[1])


def from_kenya() -> Callers:
    return Callers(number="+254", language="sw", share=0.9)


async def test_who_asks_in_swahili_is_told_so_in_swahili_and_a_person_helps(
    serve: Serve, log: EventLog, say: Say, voices: Both
) -> None:
    recogniser = Heard(("Salio langu ni kiasi gani?", SWAHILI), ("Ndiyo.", SWAHILI))
    settings = offering("en", "sw", callers=[from_kenya()])
    socket = await serve(settings, recogniser=recogniser, voices=voices.voices)
    async with LegCaller(socket, "kenya", number=FROM_KENYA) as caller:
        await log.clause("msaidizi wa kompyuta")  # who is told in Swahili that no person answers
        speaker = Speaker(caller, log, say(SOUND))
        await speaker.says(IN_SWAHILI.not_in_this_language)
        await log.clause(IN_SWAHILI.offer_person)
        await speaker.says(IN_SWAHILI.hand_over)
        assert (await caller.control(Transfer)).target == PERSON
        caller.hang_up()
    assert [event.language for event in log.of(LanguageChosen)] == ["sw"]
    assert {event.language for event in log.of(FinalTranscript)} == {"sw"}
    assert voices.english.said == []


async def test_no_is_understood_and_the_call_goes_on(
    serve: Serve, log: EventLog, say: Say, voices: Both
) -> None:
    recogniser = Heard(("Nataka kujua salio langu.", SWAHILI), ("Hapana, asante.", SWAHILI))
    settings = offering("en", "sw", callers=[from_kenya()])
    socket = await serve(settings, recogniser=recogniser, voices=voices.voices)
    async with LegCaller(socket, "declines", number=FROM_KENYA) as caller:
        await log.clause("msaidizi wa kompyuta")
        speaker = Speaker(caller, log, say(SOUND))
        await speaker.says(IN_SWAHILI.not_in_this_language)
        await log.clause(IN_SWAHILI.offer_person)
        await speaker.says(IN_SWAHILI.anything_else)
        caller.hang_up()
    assert IN_SWAHILI.hand_over not in voices.swahili.said


async def test_a_pin_may_be_said_in_swahili(
    serve: Serve, log: EventLog, say: Say, voices: Both
) -> None:
    """Numbers are read by the language in which they were said, not by that of the call."""
    recogniser = Heard(
        ("How much is my bill?", {"en": 0.98, "sw": 0.01}),
        ("mbili mbili mbili mbili", SWAHILI),
        ("nne mbili saba moja", SWAHILI),
    )
    socket = await serve(offering("en", "sw"), recogniser=recogniser, voices=voices.voices)
    async with LegCaller(socket, "pin") as caller:
        await log.clause("Hello")
        speaker = Speaker(caller, log, say(SOUND))
        await speaker.says(language("en").phrases.ask_pin)
        await log.wait(IdentityRequested)
        await speaker.says(language("en").phrases.wrong_pin)
        await speaker.says(IN_SWAHILI.verified)
        caller.hang_up()
    assert [event.accepted for event in log.of(IdentityDecided)] == [False, True]
