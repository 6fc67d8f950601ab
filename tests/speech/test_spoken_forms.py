"""Figures, dates and abbreviations are said as a person says them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.speech import spoken_form
from voice.speech.spoken_forms import spoken_pieces

MONEY = {
    "42.17 euros": "forty two euros and seventeen cents",
    "€42.17": "forty two euros and seventeen cents",
    "EUR 42.17": "forty two euros and seventeen cents",
    "42.17 EUR": "forty two euros and seventeen cents",
    "£3.50": "three pounds and fifty pence",
    "£1.01": "one pound and one penny",
    "$1": "one dollar",
    "1 euro": "one euro",
    "0.50 euros": "fifty cents",
    "20.00 euros": "twenty euros",
    "0.00 euros": "zero euros",
    "-5.20 euros": "minus five euros and twenty cents",
    "$1,234.56": "one thousand two hundred and thirty four dollars and fifty six cents",
    "£5 million": "five million pounds",
}
CALENDAR = {
    "14 December": "the fourteenth of December",
    "on the 14 December": "on the fourteenth of December",
    "the 14th of December 2026": "the fourteenth of December twenty twenty six",
    "December 14": "December fourteenth",
    "December 14, 2026": "December fourteenth, twenty twenty six",
    "2026-12-14": "the fourteenth of December twenty twenty six",
    "14/12/2026": "the fourteenth of December twenty twenty six",
    "3 Sept. 2027": "the third of September twenty twenty seven",
    "in May 2026": "in May twenty twenty six",
    "in 1984": "in nineteen eighty four",
    "1st": "first",
    "the 22nd floor": "the twenty second floor",
    "14:30": "two thirty p m",
    "9:05": "nine oh five",
    "9:00": "nine o'clock",
    "0:00": "midnight",
    "9am": "nine a m",
    "12:15 p.m.": "twelve fifteen p m",
}
FIGURES = {
    "PIN 4821": "pin four eight two one",
    "your customer number is 48213": "your customer number is four eight two, one three",
    "ending in 4242": "ending in four two four two",
    "Ticket LT-4821": "Ticket L T, four eight two one",
    "020 7946 0958": "zero two zero, seven nine four six, zero nine five eight",
    "+44 20 7946": "plus four four, two zero, seven nine four six",
    "007": "zero zero seven",
    "482913": "four eight two nine one three",
    "Smart 20": "Smart twenty",
    "1,500 minutes": "one thousand five hundred minutes",
    "15000 customers": "fifteen thousand customers",
    "3.14": "three point one four",
    "version 1.2.3": "version one point two point three",
    "-3 degrees": "minus three degrees",
    "5-10 days": "five to ten days",
    "24/7": "twenty four seven",
}
UNITS = {
    "20 GB": "twenty gigabytes",
    "20GB": "twenty gigabytes",
    "1 GB": "one gigabyte",
    "1.5 GB": "one point five gigabytes",
    "100 Mbit/s": "one hundred megabits per second",
    "50%": "fifty percent",
    "2.5 %": "two point five percent",
    "5G": "five G",
    "20°C": "twenty degrees Celsius",
}
WORDS = {
    "the SIM": "the sim",
    "two eSIMs": "two e sims",
    "Dr. Smith": "Doctor Smith",
    "e.g. the bill": "for example the bill",
    "No. 5": "number five",
    "bread & butter": "bread and butter",
    "anna.lee@larkfield.example": "anna dot lee at larkfield dot example",
    "www.larkfield.example": "w w w dot larkfield dot example",
    "No. That is all.": "No. That is all.",
    "Müller, naïve café": "Müller, naïve café",
    "simple words stay": "simple words stay",
    "": "",
}
TABLE = {**MONEY, **CALENDAR, **FIGURES, **UNITS, **WORDS}


@pytest.mark.parametrize(("written", "spoken"), TABLE.items(), ids=list(TABLE))
def test_written_becomes_spoken(written: str, spoken: str) -> None:
    assert spoken_form(written) == spoken


def test_punctuation_around_figures_stays() -> None:
    text = "Your balance is 42.17 euros, due on 14 December."
    said = "Your balance is forty two euros and seventeen cents, due on the fourteenth of December."
    assert spoken_form(text) == said


def test_what_is_spoken_is_not_changed_again() -> None:
    for spoken in TABLE.values():
        assert spoken_form(spoken) == spoken


@given(st.text(max_size=200))
def test_any_text_is_covered_by_pieces_in_order(text: str) -> None:
    pieces = spoken_pieces(text)
    position = 0
    for piece in pieces:
        assert text[position : piece.start].strip() == ""
        assert piece.start < piece.end
        position = piece.end
    assert text[position:].strip() == ""


@given(st.text(alphabet="0123456789.,:-/ €$%+GBapm", max_size=40))
def test_no_figure_remains(text: str) -> None:
    assert not any(character in "0123456789" for character in spoken_form(text))
