"""Models that write too much, nothing, or what nobody can say."""

from __future__ import annotations

import asyncio
from itertools import chain, repeat

import pytest

from tests.response.conftest import Office, acts, spoken, steps_of
from tests.response.test_free_answers import Writer, session_of
from voice.response.engines.engine import End, FreeText
from voice.response.rules.reading import MOST_WORDS
from voice.tasks import Role


async def test_of_two_thousand_words_a_minute_is_said(office: Office) -> None:
    model = Writer([FreeText("We are here for you every day. " * 400), End()])
    said = spoken(await steps_of(session_of(model, office).begin("tell me about yourselves")))
    assert MOST_WORDS <= len(said.split()) < MOST_WORDS + 10 and said.endswith(".")


async def test_a_model_that_never_ends_is_stopped(office: Office) -> None:
    endless = Writer(chain(repeat(FreeText("We are here for you every day. "), 10_000), [End()]))
    said = spoken(await steps_of(session_of(endless, office).begin("tell me about yourselves")))
    assert len(said.split()) < MOST_WORDS + 10
    await asyncio.wait_for(endless.stopped.wait(), 5)


async def test_a_sentence_that_never_ends_is_cut_off_by_the_engine_and_not_said(
    office: Office,
) -> None:
    model = Writer([FreeText("we are here and " * 500), End(complete=False)])
    assert acts(await steps_of(session_of(model, office).begin("hello"))) == {Role.NOT_UNDERSTOOD}


@pytest.mark.parametrize("written", ["", "  ", "\n\n"])
async def test_an_empty_answer_is_not_understood(office: Office, written: str) -> None:
    model = Writer([FreeText(written), End()])
    assert acts(await steps_of(session_of(model, office).begin("hello"))) == {Role.NOT_UNDERSTOOD}
