"""Swahili as far as it goes: numbers, forms, answers, phrases."""

from __future__ import annotations

import pytest

from tests.languages.cases import tables
from voice.languages import language
from voice.languages.yes_no import AnswerReader
from voice.response.caller_text import normal_form

CASES = tables("sw")
SWAHILI = language("sw")


@pytest.mark.parametrize(("number", "words"), CASES["numbers"].items())
def test_numbers(number: str, words: str) -> None:
    assert SWAHILI.numbers.cardinal(int(number)) == words


@pytest.mark.parametrize(("written", "spoken"), CASES["spoken"].items())
def test_spoken_form(written: str, spoken: str) -> None:
    assert SWAHILI.spoken_form(written) == spoken


@pytest.mark.parametrize(("said", "written"), CASES["written"].items())
def test_written_form(said: str, written: str) -> None:
    assert SWAHILI.written_form(said) == written


@pytest.mark.parametrize(("said", "meant"), CASES["answers"].items())
def test_answers(said: str, meant: str) -> None:
    reader = AnswerReader(SWAHILI)
    text = normal_form(said, SWAHILI)
    read = "yes" if reader.agrees(text) else "no" if reader.declines(text) else "unclear"
    assert read == meant


def test_listening() -> None:
    assert SWAHILI.listening.is_backchannel("Sawa sawa")
    assert SWAHILI.listening.is_patience("Nasubiri, asante")
    assert not SWAHILI.listening.is_backchannel("nataka salio langu")
