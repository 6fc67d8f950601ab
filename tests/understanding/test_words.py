"""Names, addresses, choices and free text in callers' words."""

from __future__ import annotations

import datetime

import pytest

from voice.languages import language
from voice.tasks.arguments import Argument, Choice, Email, Name, Text
from voice.understanding import read_value

TODAY = datetime.date(2026, 11, 30)
COLOUR = Choice(
    of={
        "red": {"en": ("red", "crimson"), "fr": ("rouge",)},
        "blue": {"en": ("blue",), "fr": ("bleu", "bleue")},
        "dark blue": {"en": ("dark blue", "navy"), "fr": ("bleu foncé",)},
    }
)


def read(argument: Argument, text: str, tag: str = "en", asked: bool = True) -> object:
    found = read_value(argument, text, language(tag), TODAY, asked=asked)
    return found and found.value


@pytest.mark.parametrize(
    ("said", "tag", "address"),
    [
        ("john dot smith at gmail dot com", "en", "john.smith@gmail.com"),
        ("it's john dot smith at gmail dot com please", "en", "john.smith@gmail.com"),
        ("John.Smith@gmail.com", "en", "john.smith@gmail.com"),
        ("my email address is j smith at web dot de", "en", "jsmith@web.de"),
        ("a n n a at mail dot co dot uk", "en", "anna@mail.co.uk"),
        ("anna underscore lee at g mail dot com", "en", "anna_lee@gmail.com"),
        ("mary forty two at yahoo dot com", "en", "mary42@yahoo.com"),
        ("anna.lee at example.com", "en", "anna.lee@example.com"),
        ("anna dash lee at example dot org", "en", "anna-lee@example.org"),
        ("jean point dupont arobase orange point fr", "fr", "jean.dupont@orange.fr"),
        ("c'est marie tiret lise arobase free point fr", "fr", "marie-lise@free.fr"),
        ("I have none", "en", None),
    ],
)
def test_addresses(said: str, tag: str, address: str | None) -> None:
    assert read(Email(), said, tag) == address


@pytest.mark.parametrize(
    ("said", "tag", "name"),
    [
        ("Anna Meier", "en", "Anna Meier"),
        ("my name is Anna Meier", "en", "Anna Meier"),
        ("it's anna meier please", "en", "Anna Meier"),
        ("S-M-I-T-H", "en", "Smith"),
        ("s m y t h", "en", "Smyth"),
        ("John Smith, that's S M Y T H", "en", "John Smyth"),
        ("M as in Mike, E, double T, S", "en", "Metts"),
        ("mike echo yankee echo romeo", "en", "Meyer"),
        ("je m'appelle Anne Dupont", "fr", "Anne Dupont"),
        ("Dupond, D U P O N D", "fr", "Dupond"),
    ],
)
def test_names(said: str, tag: str, name: str) -> None:
    assert read(Name(), said, tag) == name


@pytest.mark.parametrize(
    ("said", "tag", "value"),
    [
        ("the red one please", "en", "red"),
        ("navy", "en", "dark blue"),
        ("dark blue", "en", "dark blue"),
        ("not the red one, the blue", "en", "blue"),
        ("red, no, blue", "en", "blue"),
        ("either red or blue", "en", None),
        ("crimsen", "en", "red"),
        ("la rouge", "fr", "red"),
        ("green", "en", None),
    ],
)
def test_choices(said: str, tag: str, value: str | None) -> None:
    assert read(COLOUR, said, tag) == value


def test_free_text_is_what_was_said() -> None:
    assert read(Text(), "well, the lamp in front of my house flickers, thanks") == (
        "the lamp in front of my house flickers"
    )


def test_a_name_is_not_made_of_a_request() -> None:
    assert read(Name(), "I want to change my address", asked=False) is None
