"""What is said is written as a speaker of the language writes it; the cases are data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.languages.cases import cases
from voice.languages import language

ALL = [(tag, *case) for tag in ("en", "fr") for case in cases(f"{tag}_written").items()]


@pytest.mark.parametrize(("tag", "said", "written"), ALL)
def test_said_becomes_written(tag: str, said: str, written: str) -> None:
    assert language(tag).written_form(said) == written


@pytest.mark.parametrize(("tag", "said", "written"), ALL)
def test_what_is_written_stays(tag: str, said: str, written: str) -> None:
    assert language(tag).written_form(written) == written


@pytest.mark.parametrize("tag", ["en", "fr", "sw"])
@given(value=st.integers(10, 99_999))
def test_a_number_in_words_is_written_in_its_figures(tag: str, value: int) -> None:
    """Figures that are said so: in Swahili 70,001 and 71,000 are "elfu sabini na moja" both."""
    words = language(tag).numbers.cardinal(value)
    written = language(tag).written_form(words)
    assert written == str(value) or (
        tag == "sw" and language(tag).numbers.cardinal(int(written)) == words
    )


@pytest.mark.parametrize("tag", ["en", "fr", "sw"])
@given(text=st.text(max_size=60))
def test_any_text_can_be_written(tag: str, text: str) -> None:
    language(tag).written_form(text)
