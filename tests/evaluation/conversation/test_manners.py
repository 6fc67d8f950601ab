"""Callers who dictate, nod and have an echo: one of each by the real classes, and their judges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from conversation_bench.dialogue_scenario import load
from conversation_bench.dialogues import play
from conversation_bench.manners import BackChannel, coughed, dictate, echo, nod, own_words
from conversation_bench.virtual_house import VirtualHouse
from voice.evaluation.callers.live_caller import SaidPhrase
from voice.events import CallEvent, ClauseSpoken, FinalTranscript, Interrupted

QUESTION = SaidPhrase("what is my plan", 5.0, 6.5)


def event(happened: type[CallEvent], at: float, **values: Any) -> CallEvent:
    return happened(call_id="1", sequence=0, ms=0, wall_time=at, **values)


def heard(text: str, at: float) -> CallEvent:
    return event(FinalTranscript, at, text=text, confidence=1.0)


def test_the_question_is_no_echo_whatever_was_made_of_it() -> None:
    assert own_words([heard("what is my plan", 7.0)], QUESTION) == []
    assert own_words([heard("hot is my pan", 7.0)], QUESTION) == []


def test_words_before_and_after_the_question_are_the_assistants_own() -> None:
    events = [heard("help you", 4.0), heard("what is my plan", 7.0), heard("a month", 12.0)]
    assert own_words(events, QUESTION) == ["help you", "a month"]


def test_falling_silent_for_an_echo_and_asking_again_count_too() -> None:
    stopped = event(Interrupted, 9.0, heard="You are", unheard="on Smart")
    asked = event(ClauseSpoken, 13.0, text="Could you say it again?", kind="reprompt")
    assert len(own_words([heard("what is my plan", 7.0), stopped, asked], QUESTION)) == 2
    by_caller = event(Interrupted, 6.0, heard="How can", unheard="I help you")
    assert own_words([by_caller, heard("what is my plan", 7.0)], QUESTION) == []


def test_a_back_channel_costs_a_lost_word_or_more_than_600_ms() -> None:
    assert not BackChannel("Mhm.", True, held_ms=600).stopped
    assert BackChannel("Mhm.", True, held_ms=620).stopped
    assert BackChannel("Mhm.", True, lost_words="a month").stopped


def test_coughs_are_seeded_and_as_loud_as_speech() -> None:
    assert np.array_equal(coughed(1), coughed(1))
    assert not np.array_equal(coughed(1), coughed(2))
    assert np.abs(coughed(1)).max() == pytest.approx(9000, abs=1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualHouse]:
    house = VirtualHouse(tmp_path_factory.mktemp("house"))
    yield house
    house.close()


@pytest.mark.calls
def test_the_same_seed_gives_the_same_calls(house: VirtualHouse) -> None:
    for hold in (dictate, nod, echo):
        assert hold(house, 3) == hold(house, 3)


@pytest.mark.calls
def test_a_caller_who_is_easy_to_serve_is_served_right(house: VirtualHouse) -> None:
    easy = {caller.name: caller for caller in load()}["keys_over_the_question"]
    dialogue = play(house, easy, 1)
    assert dialogue.verdict.is_right, (dialogue.verdict, dialogue.words)
    assert not any(house.customer(1).pin in words for words in dialogue.words)
