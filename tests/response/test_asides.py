"""What callers say to a question of the call's own: a request, a person, or nothing that counts."""

from __future__ import annotations

import pytest

from tests.response.conftest import STRANGER, Office, steps_of
from tests.response.test_free_answers import Writer, session_of
from voice.response import Aside, Responder
from voice.response.engines.engine import End, FreeText


@pytest.mark.parametrize(
    ("words", "aside"),
    [
        ("what is my plan", Aside.REQUEST),
        ("no i would like to know my plan", Aside.REQUEST),
        ("how much is my bill", Aside.AGAIN),
        ("i want to talk to a human", Aside.PERSON),
        ("goodbye", Aside.GOODBYE),
    ],
)
async def test_what_words_at_the_pin_ask_for(
    responder: Responder, office: Office, words: str, aside: Aside
) -> None:
    session = responder.session(office.tools(), STRANGER)
    await steps_of(session.begin("how much is my bill"))
    assert await session.aside(words) is aside


@pytest.mark.parametrize(
    ("words", "aside"),
    [
        ("when are you open", Aside.REQUEST),
        ("could you tell me about your offers", Aside.REQUEST),
        ("what is a pin", Aside.AGAIN),
        ("where do i find the code", Aside.AGAIN),
        ("my dog barks all day", Aside.NONE),
        ("my goodness", Aside.NONE),
    ],
)
async def test_where_a_model_answers_freely_the_words_tell_whether_they_ask(
    office: Office, words: str, aside: Aside
) -> None:
    model = Writer([FreeText("Let me tell you about that. "), End()])
    assert await session_of(model, office).aside(words) is aside
