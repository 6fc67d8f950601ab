"""Numbers that callers dictate, with and without being asked for them."""

from __future__ import annotations

import datetime

import pytest

from voice.languages import language
from voice.tasks.arguments import Digits, Phone
from voice.understanding import read_value

TODAY = datetime.date(2026, 11, 30)
FOUR = Digits(length=4)
ANY = Digits(length=(2, 12))


def read(argument: Digits | Phone, text: str, tag: str = "en", asked: bool = True) -> object:
    found = read_value(argument, text, language(tag), TODAY, asked=asked)
    return found and found.value


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("four seven one one", "4711"),
        ("4711", "4711"),
        ("47 11", "4711"),
        ("double four seven one", "4471"),
        ("forty two seventy one", "4271"),
        ("four oh two one", "4021"),
        ("it's four, uh, seven, one, one", "4711"),
        ("my number is four two and then seven one", "4271"),
        ("yes it is forty-two seventy-one please", "4271"),
        ("triple three one", "3331"),
    ],
)
def test_figures_in_all_their_groupings(said: str, figures: str) -> None:
    assert read(FOUR, said) == figures


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("four two seven one, no, sorry, four two seven three", "4273"),
        ("4271 no wait 4273", "4273"),
        ("four two seven, no, eight one", "4281"),
        ("four two seven one, I mean seven three", "4273"),
        ("no it's 4273", "4273"),
    ],
)
def test_what_a_caller_corrects_counts(said: str, figures: str) -> None:
    assert read(FOUR, said) == figures


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("quatre deux sept un", "4271"),
        ("quarante-deux soixante et onze", "4271"),
        ("c'est le quatre-vingt-douze dix-sept", "9217"),
        ("4271, non pardon, 4273", "4273"),
    ],
)
def test_french_figures(said: str, figures: str) -> None:
    assert read(FOUR, said, "fr") == figures


def test_too_few_figures_are_kept_for_more_to_come() -> None:
    found = read_value(FOUR, "four two seven", language("en"), TODAY)
    assert found is not None
    assert (found.value, found.partial) == (None, "427")


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("I want to cancel order four seven one one", "4711"),
        ("please cancel order 4711 for me", "4711"),
        ("it's about order 4711, no sorry, 4712", "4712"),
        ("a refund for 4711 please", "4711"),
        ("I have one question", None),
        ("the one with the red cover", None),
        ("it cost 120 euros", None),
    ],
)
def test_within_a_request(said: str, figures: str | None) -> None:
    assert read(ANY, said, asked=False) == figures


@pytest.mark.parametrize(
    ("said", "tag", "number"),
    [
        ("zero seven seven zero zero nine one two three four five", "en", "07700912345"),
        ("plus four four twenty seven ninety four six oh oh", "en", "+442794600"),
        ("+33 6 12 34 56 78", "fr", "+33612345678"),
        ("zéro six douze trente-quatre cinquante-six soixante-dix-huit", "fr", "0612345678"),
        ("my number is 030 1234567", "en", "0301234567"),
    ],
)
def test_telephone_numbers(said: str, tag: str, number: str) -> None:
    assert read(Phone(), said, tag) == number
