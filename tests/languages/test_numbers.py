"""Number words: written as an independent library writes them, and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from voice.languages import language, plain
from voice.languages.language import Language

TAGS = ["en", "fr", "sw"]
NUMBERS = [*range(2100), *range(2100, 3_000_000, 7919)]


def of_the_library(tag: str, number: int, to: str = "cardinal") -> str:
    words = str(num2words(number, lang=tag, to=to)).replace(",", "")
    return words.replace("-", " ") if tag == "en" else words


@pytest.mark.parametrize("tag", ["en", "fr"])
def test_cardinals_are_those_of_num2words(tag: str) -> None:
    words = language(tag).numbers
    differing = [n for n in NUMBERS if words.cardinal(n) != of_the_library(tag, n)]
    assert differing == []


def test_years_and_ordinals_are_those_of_num2words() -> None:
    english, french = language("en").numbers, language("fr").numbers
    assert [
        n for n in range(1500, 2100) if english.year(n) != of_the_library("en", n, "year")
    ] == []
    assert [
        n for n in range(1, 1000) if english.ordinal(n) != of_the_library("en", n, "ordinal")
    ] == []
    assert [
        n for n in range(1, 80) if french.ordinal(n) != of_the_library("fr", n, "ordinal")
    ] == []


@pytest.mark.parametrize("tag", TAGS)
@given(number=st.integers(0, 99_999))
def test_what_is_written_is_read_back(tag: str, number: int) -> None:
    spoken: Language = language(tag)
    words = plain(spoken.numbers.cardinal(number)).replace("-", " ").split()
    if tag == "sw" and number >= 20_000 and number // 1000 % 10 == 0 and number % 1000 < 10:
        return  # elfu ishirini na tano is 20,005 as well as 25,000
    assert spoken.reader.whole_at(words, 0) == (number, len(words))


@pytest.mark.parametrize(
    ("tag", "number", "words"),
    [
        ("fr", 71, "soixante et onze"),
        ("fr", 80, "quatre-vingts"),
        ("fr", 81, "quatre-vingt-un"),
        ("fr", 80_000, "quatre-vingt mille"),
        ("fr", 200_000_000, "deux cents millions"),
        ("en", -5, "minus five"),
        ("sw", 1100, "elfu moja mia moja"),
    ],
)
def test_some_numbers(tag: str, number: int, words: str) -> None:
    assert language(tag).numbers.cardinal(number) == words


def test_feminine_nouns_and_ordinals() -> None:
    french = language("fr").numbers
    assert french.cardinal(21, feminine=True) == "vingt et une"
    assert [french.ordinal(n) for n in (1, 2, 80, 200)] == [
        "premier", "deuxième", "quatre-vingtième", "deux centième",
    ]  # fmt: skip
    assert french.ordinal(1, feminine=True) == "première"


def test_what_is_too_large_is_read_figure_by_figure() -> None:
    assert language("en").numbers.cardinal(10**12).startswith("one zero zero")
