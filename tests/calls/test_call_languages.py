"""Whole calls in which several languages are spoken: what is heard, said, asked and handed over."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.calls.conftest import PERSON, SETTINGS, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller
from tests.calls.scripted import ScriptedResponder
from voice.audio import Pcm
from voice.calls.answering.other_languages import OtherLanguages
from voice.calls.state import CallState
from voice.engine_queue import Priority
from voice.events import (
    ClauseSpoken,
    EmergencyHeard,
    FinalTranscript,
    IdentityDecided,
    IdentityRequested,
    LanguageChosen,
    LanguageNotOffered,
)
from voice.languages import language
from voice.recognition import Expectation, LanguageBelief, RecognitionSession, Transcript
from voice.response import ResponseSession
from voice.settings import Recognition, Settings
from voice.settings.languages import Callers
from voice.settings.telephony import Sip
from voice.speech import PiperSpeaker, SpokenClause, Voices
from voice.telephony.leg import Transfer

ENGLISH, FRENCH = {"en": 0.98, "fr": 0.01}, {"fr": 0.98, "en": 0.01}
GERMAN = {"de": 0.98, "en": 0.01}
IN_FRENCH = language("fr").phrases
LONG = 4.0

Turn = tuple[str, Mapping[str, float]]


class Heard(RecognitionSession):
    """A recogniser that hears these turns in whatever sound it is, each four seconds long."""

    depth = 0

    def __init__(self, *turns: Turn) -> None:
        super().__init__(self)
        self._turns = list(turns)
        self._now: Turn = ("", {})

    def session(self) -> Heard:
        return self

    def start(self, pre_roll: Pcm, sample_rate: int = 8000) -> None:
        super().start(pre_roll, sample_rate)
        self._now = self._turns.pop(0)

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        text, sounds = self._now
        assert belief is not None
        known = belief.after(sounds, LONG)
        return Transcript(text, 0.9, known.heard, 0.0, LONG, belief=known)


class Noted:
    """A voice of which is known what it said."""

    depth = 0

    def __init__(self, speaker: PiperSpeaker) -> None:
        self._speaker = speaker
        self.said: list[str] = []

    async def synthesise(
        self,
        text: str,
        sample_rate: int,
        priority: Priority = Priority.FINAL,
        pace: float = 1.0,
        whole: bool = True,
    ) -> SpokenClause:
        self.said.append(text)
        return await self._speaker.synthesise(text, sample_rate, priority, pace, whole)


class Two:
    """Both voices; the French one is as good as any that a test may lend."""

    def __init__(self, speaker: PiperSpeaker) -> None:
        self.english, self.french = Noted(speaker), Noted(speaker)
        speakers = {"en": self.english, "fr": self.french}
        self.voices = Voices(cast(dict[str, PiperSpeaker], speakers))


@pytest.fixture
def voices(loaded: tuple[object, PiperSpeaker]) -> Two:
    return Two(loaded[1])


def offering(*tags: str, callers: list[Callers] | None = None, person: bool = True) -> Settings:
    recognition = Recognition(languages=list(tags), callers=callers or [])
    sip = Sip(person=PERSON if person else None)
    return SETTINGS.model_copy(update={"recognition": recognition, "sip": sip})


class Speaker:
    """Speaks on the line, whatever of it is understood."""

    def __init__(self, caller: LegCaller, log: EventLog, sound: Pcm) -> None:
        self._caller, self._log, self._sound = caller, log, sound

    async def says(self, answer: str) -> None:
        """Once the line is silent, say something and wait until that clause answers it."""
        await self._caller.heard_out()
        before = len(self._log.events)
        await self._caller.say(self._sound)
        await self._log.clause(answer, after=before)


@pytest.mark.calls
async def test_a_call_goes_on_in_the_language_that_the_caller_goes_on_in(
    serve: Serve, log: EventLog, say: Say, voices: Two, responder: ScriptedResponder
) -> None:
    recogniser = Heard(
        ("What is my plan?", ENGLISH),
        ("Quel est mon forfait ?", FRENCH),
        ("Quel est mon forfait, s'il vous plaît ?", FRENCH),
        ("Oui.", FRENCH),
    )
    socket = await serve(offering("en", "fr"), recogniser=recogniser, voices=voices.voices)
    async with LegCaller(socket, "switch") as caller:
        await log.clause("Hello")
        speaker = Speaker(caller, log, say("What is my plan?"))
        await speaker.says("twenty euros")
        await speaker.says("help you with your bill")  # one odd sentence flips no call ...
        await speaker.says(IN_FRENCH.not_in_this_language)  # ... the second one does
        await log.clause(IN_FRENCH.offer_person)
        await speaker.says(IN_FRENCH.hand_over)
        assert (await caller.control(Transfer)).target == PERSON
        caller.hang_up()
    assert [event.language for event in log.of(LanguageChosen)] == ["en", "fr"]
    heard = log.of(FinalTranscript)
    assert [event.language for event in heard] == ["en", "fr", "fr", "fr"], "and each was read so"
    assert all(0.5 < event.language_confidence <= 1 for event in heard)
    assert [turn.text for turn in responder.turns if turn.committed.is_set()] == [
        "what is my plan?", "quel est mon forfait ?",
    ], "what the tasks cannot answer does not reach them"  # fmt: skip
    assert voices.french.said == [
        IN_FRENCH.not_in_this_language, IN_FRENCH.offer_person, IN_FRENCH.hand_over,
    ]  # fmt: skip
    assert {event.text: event.language for event in log.of(ClauseSpoken)}[
        IN_FRENCH.hand_over
    ] == "fr"


@pytest.mark.calls
@pytest.mark.parametrize(
    "row",
    [
        Callers(number="+33", language="fr"),
        Callers(called="100", language="fr"),
        Callers(trunk="carrier", language="fr"),
        Callers(customer="400213", language="fr"),
    ],
)
async def test_who_probably_speaks_french_is_greeted_in_french(
    serve: Serve, log: EventLog, voices: Two, row: Callers
) -> None:
    settings = offering("en", "fr", callers=[row])
    socket = await serve(settings, recogniser=Heard(), voices=voices.voices)
    async with LegCaller(socket, "greeted", number="33612345678") as caller:
        await log.clause("automatique")
        caller.hang_up()
    chosen = log.of(LanguageChosen)
    assert [(event.language, event.confidence > 0.8) for event in chosen] == [("fr", True)]
    assert voices.english.said == []


@pytest.mark.calls
async def test_a_pin_is_understood_in_the_language_in_which_it_is_said(
    serve: Serve, log: EventLog, say: Say, voices: Two
) -> None:
    recogniser = Heard(
        ("How much is my bill?", ENGLISH),
        ("deux deux deux deux", FRENCH),
        ("quatre deux sept un", FRENCH),
    )
    socket = await serve(offering("en", "fr"), recogniser=recogniser, voices=voices.voices)
    async with LegCaller(socket, "pin") as caller:
        await log.clause("Hello")
        speaker = Speaker(caller, log, say("How much is my bill?"))
        await speaker.says(language("en").phrases.ask_pin)
        await log.wait(IdentityRequested)
        await speaker.says(language("en").phrases.wrong_pin)  # read as digits, though French
        await speaker.says(IN_FRENCH.verified)
        caller.hang_up()
    assert [event.accepted for event in log.of(IdentityDecided)] == [False, True]


@pytest.mark.calls
async def test_a_cry_for_help_is_heard_in_a_language_that_is_not_the_calls(
    serve: Serve, log: EventLog, say: Say, voices: Two
) -> None:
    recogniser = Heard(
        ("What is my plan?", ENGLISH), ("Au secours, appelez une ambulance !", FRENCH)
    )
    socket = await serve(offering("en", "fr"), recogniser=recogniser, voices=voices.voices)
    async with LegCaller(socket, "help") as caller:
        await log.clause("Hello")
        speaker = Speaker(caller, log, say("What is my plan?"))
        await speaker.says("twenty euros")
        await caller.say(say("What is my plan?"))
        await log.wait(EmergencyHeard)
        caller.hang_up()


@pytest.mark.calls
@pytest.mark.parametrize(
    ("sounds", "code", "told"),
    [
        (FRENCH, "fr", IN_FRENCH.not_in_this_language),
        (GERMAN, "de", language("en").phrases.not_your_language),
    ],
)
async def test_who_speaks_what_is_not_offered_is_told_so_once_and_goes_to_a_person(
    serve: Serve, log: EventLog, say: Say, voices: Two,
    sounds: Mapping[str, float], code: str, told: str,
) -> None:  # fmt: skip
    recogniser = Heard(("mumbling", sounds), ("more of it", sounds))
    socket = await serve(offering("en"), recogniser=recogniser, voices=voices.voices)
    async with LegCaller(socket, "stranger") as caller:
        await log.clause("Hello")
        speaker = Speaker(caller, log, say("What is my plan?"))
        await speaker.says("help you with your bill")
        await speaker.says(told)
        assert (await caller.control(Transfer)).target == PERSON
        caller.hang_up()
    assert [event.language for event in log.of(LanguageNotOffered)] == [code]
    assert log.of(LanguageChosen) == [], "there is nothing to choose from"
    assert (told in voices.french.said) is (code == "fr")


@pytest.mark.calls
async def test_without_a_person_who_is_told_so_may_go_on(
    serve: Serve, log: EventLog, say: Say, voices: Two
) -> None:
    turns = [("mumbling", GERMAN), ("more of it", GERMAN), ("What is my plan?", ENGLISH)]
    settings = offering("en", person=False)
    socket = await serve(settings, recogniser=Heard(*turns), voices=voices.voices)
    async with LegCaller(socket, "alone") as caller:
        await log.clause("Hello")
        speaker = Speaker(caller, log, say("What is my plan?"))
        await speaker.says("help you with your bill")
        await speaker.says(language("en").phrases.not_your_language)
        await speaker.says("Meadow")
        caller.hang_up()


def others(asks: bool, call_speaks: str) -> OtherLanguages:
    """In a call about tasks that are written in English."""
    state = SimpleNamespace(
        language=language(call_speaks),
        language_of=lambda heard: language(heard.language),
        engines=SimpleNamespace(
            responder=SimpleNamespace(language=language("en"), languages=("en",))
        ),
        secret=False, secret_turn=False, dictates=False, digits_expected=0, wanted=lambda: None,
    )  # fmt: skip
    session = cast(ResponseSession, SimpleNamespace(asks=asks))

    async def say(*_: object, **__: object) -> Any:
        raise AssertionError("nothing is to be said")

    return OtherLanguages(cast(CallState, state), session, say, say)


@pytest.mark.parametrize(
    ("said", "tag", "as_asked"),
    [
        ("Oui, s'il vous plaît.", "fr", "yes"),
        ("Non, surtout pas.", "fr", "no"),
        ("Ndiyo.", "sw", "yes"),
        ("Quel est mon forfait ?", "fr", "Quel est mon forfait ?"),
        ("No, wait.", "en", "No, wait."),
    ],
)
def test_yes_and_no_answer_an_open_question_in_any_language(
    said: str, tag: str, as_asked: str
) -> None:
    heard = Transcript(said, 0.9, tag, 0.0, 1.0)
    assert others(asks=True, call_speaks="en").as_asked(heard) == as_asked


@pytest.mark.parametrize(
    ("said", "tag", "asks", "call_speaks", "concerns"),
    [
        ("Quel est mon forfait ?", "fr", False, "fr", True),
        ("Oui.", "fr", False, "fr", True),
        ("Oui.", "fr", True, "fr", False),
        ("Quel est mon forfait ?", "fr", False, "en", False),
        ("What is my plan?", "en", False, "fr", False),
    ],
)
def test_what_the_tasks_cannot_answer_is_known_before_they_are_asked(
    said: str, tag: str, asks: bool, call_speaks: str, concerns: bool
) -> None:
    heard = Transcript(said, 0.9, tag, 0.0, 1.0)
    assert others(asks, call_speaks).concern(heard) is concerns
