"""A word or two over the assistant's words: which of them make it stop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import pytest

from voice.calls.hearing.back_channels import BackChannels
from voice.calls.state import CallState
from voice.errors import VoiceError
from voice.languages import Language, language
from voice.recognition import Transcript
from voice.response import Aside, ResponseSession


@dataclass
class Model:
    """Knows what one saying asks for; `error` is raised by all."""

    known: dict[str, Aside] = field(default_factory=dict)
    error: Exception | None = None
    hangs: bool = False
    asked: list[str] = field(default_factory=list)

    async def aside(self, text: str, spoken: Language) -> Aside:
        self.asked.append(text)
        if self.error is not None:
            raise self.error
        if self.hangs:
            await asyncio.Event().wait()
        return self.known.get(text, Aside.NONE)


def call(over_words: bool = True, asks_yes_no: bool = False) -> CallState:
    """So much of a call as is looked at."""
    made = SimpleNamespace(
        language_of=lambda heard: language(),
        language=language(),
        digits_expected=0,
        wanted=lambda: None,
        over_words=over_words,
        asks_yes_no=lambda: asks_yes_no,
        secret_turn=False,
        tracker=SimpleNamespace(detector=SimpleNamespace(short=True)),
        engines=SimpleNamespace(responder=SimpleNamespace(languages=("en",))),
    )
    return cast(CallState, made)


async def listens(
    text: str, model: Model | None = None, state: CallState | None = None, confidence: float = 0.9
) -> bool:
    session = cast(ResponseSession, model or Model())
    heard = Transcript(text, confidence, "en", 0.0, 0.6)
    return await BackChannels(state or call(), session).only_listens(heard)


@pytest.mark.parametrize("text", ["", "mhm", "All right.", "emma james", "I sheep"])
async def test_what_only_listens_or_means_nothing_lets_the_assistant_go_on(text: str) -> None:
    assert await listens(text)


@pytest.mark.parametrize(
    "text", ["stop", "No.", "wait", "hold on", "sorry?", "slower please", "never mind", "an agent"]
)
async def test_what_is_known_to_stop_who_speaks_is_not_even_asked_about(text: str) -> None:
    model = Model()
    assert not await listens(text, model)
    assert model.asked == []


@pytest.mark.parametrize("aside", [Aside.REQUEST, Aside.PERSON, Aside.GOODBYE])
async def test_what_the_model_knows_to_ask_for_something_stops_it(aside: Aside) -> None:
    assert not await listens("my bill", Model({"my bill": aside}))


@pytest.mark.parametrize("aside", [Aside.NONE, Aside.AGAIN, Aside.DROPS])
async def test_small_talk_does_not(aside: Aside) -> None:
    assert await listens("thank you", Model({"thank you": aside}))


@pytest.mark.parametrize("model", [Model(error=VoiceError("too much waits")), Model(hangs=True)])
async def test_a_model_that_cannot_tell_leaves_the_caller_the_floor(model: Model) -> None:
    assert not await listens("my bill", model)


async def test_a_sentence_is_no_mumble_and_three_words_only_where_they_were_heard_badly() -> None:
    assert not await listens("that is not my plan")
    assert not await listens("i see sheep", confidence=0.9)
    assert await listens("i see sheep", confidence=0.3)


async def test_behind_the_last_word_and_as_an_answer_every_word_counts() -> None:
    assert not await listens("emma james", state=call(over_words=False))
    assert not await listens("emma james", state=call(asks_yes_no=True))
