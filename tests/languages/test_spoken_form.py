"""What is written is read aloud as a speaker of the language reads it; the cases are data."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.languages.cases import cases
from voice.languages import language

TABLES = {tag: cases(f"{tag}_spoken") for tag in ("en", "fr")}
ALL = [(tag, *case) for tag, table in TABLES.items() for case in table.items()]


@pytest.mark.parametrize(("tag", "written", "spoken"), ALL)
def test_written_becomes_spoken(tag: str, written: str, spoken: str) -> None:
    assert language(tag).spoken_form(written) == spoken


@pytest.mark.parametrize("tag", TABLES)
def test_what_is_spoken_is_not_changed_again(tag: str) -> None:
    for spoken in TABLES[tag].values():
        assert language(tag).spoken_form(spoken) == spoken


def test_punctuation_around_figures_stays() -> None:
    text = "Your balance is 42.17 euros, due on 14 December."
    said = "Your balance is forty two euros and seventeen cents, due on the fourteenth of December."
    assert language("en").spoken_form(text) == said
    text = "Votre solde est de 42,17 €, à payer le 14 décembre."
    said = (
        "Votre solde est de quarante-deux euros et dix-sept centimes, à payer le quatorze décembre."
    )
    assert language("fr").spoken_form(text) == said


@pytest.mark.parametrize("tag", ["en", "fr", "sw"])
@given(text=st.text(max_size=100))
def test_any_text_is_covered_by_pieces_in_order(tag: str, text: str) -> None:
    position = 0
    for piece in language(tag).spoken_pieces(text):
        assert text[position : piece.start].strip() == ""
        assert piece.start < piece.end
        position = piece.end
    assert text[position:].strip() == ""


@pytest.mark.parametrize("tag", ["en", "fr", "sw"])
@example(text="0-BB")
@example(text="7-A-42")
@given(text=st.text(alphabet="0123456789.,:-/ €$%+GBapmhNoté", max_size=40))
def test_no_figure_remains(tag: str, text: str) -> None:
    assert not any(figure in "0123456789" for figure in language(tag).spoken_form(text))
