"""What of a caller's words may be kept: no number that might be a PIN."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from voice.events import HIDDEN
from voice.hidden_numbers import speaks_of_secrets, unfinished_without_numbers, without_numbers
from voice.languages import language, languages, words_of

ENGLISH = language()

SAID = yaml.safe_load((Path(__file__).parent / "data" / "numbers.yaml").read_text())
MOST_HIDDEN = 0.11
"""Of what is no PIN: ages, model numbers and times of day look like a part of one."""


def is_number(word: str) -> bool:
    parts = [word[begin:end] for begin, end in ENGLISH.reader.parted(word)]
    return all(ENGLISH.reader.begins_at([part], 0) for part in parts)


def test_nothing_is_left_of_a_pin_that_was_told_in_any_way() -> None:
    for said in SAID["pins"]:
        left = words_of(without_numbers(said, ENGLISH))
        figures = [word for word in left if word[0].isdigit() or is_number(word)]
        assert not figures and without_numbers(said, ENGLISH) != said, said


def test_most_other_numbers_stay() -> None:
    hidden = [said for said in SAID["harmless"] if without_numbers(said, ENGLISH) != said]
    assert len(hidden) <= MOST_HIDDEN * len(SAID["harmless"]), hidden


@pytest.mark.parametrize(
    "said",
    [
        "4271 am i right", "4271 pound", "4271 second try", "it's 4271 may i have my bill",
        "four one's two three's", "what is it nine, let me see, zero, or so, three",
    ],
)  # fmt: skip
def test_what_is_a_unit_only_at_times_shows_no_pin(said: str) -> None:
    assert "[hidden]" in without_numbers(said, ENGLISH) and "4271" not in without_numbers(
        said, ENGLISH
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("my pin is four two seven one, what is my plan", "my pin is [hidden], what is my plan"),
        ("my PIN is forty-two seventy one", "my PIN is [hidden]"),
        ("4271 is my pin", "[hidden] is my pin"),
        ("double four two one, that's the pin", "[hidden], that's the pin"),
        ("my code is four two seven one", "my code is [hidden]"),
        (
            "the secret number is four thousand two hundred seventy one",
            "the secret number is [hidden]",
        ),
        ("it's four two seven one", "it's [hidden]"),
        ("forty two seventy one and I want my bill", "[hidden] and I want my bill"),
        ("nineteen eighty four", "[hidden]"),
        ("four, I think, two, seven, one", "[hidden], I think, [hidden]"),
        ("it starts with four", "it starts with [hidden]"),
        ("my code is four two euros", "my code is [hidden] euros"),
        ("four", "[hidden]"),
        ("and then, uh, seven", "and then, uh, [hidden]"),
        ("4.2.7.1", "[hidden]"),
        # Figures that are no decimal digits
        ("④②⑦①", "[hidden]"),
        ("my pin is ④ ② ⑦ ①, is it right", "my pin is [hidden], is it right"),
        ("it's ㊷ ⑺⒈", "it's [hidden]"),
        ("it's ⁴₂❼➀", "it's [hidden]"),
        ("my code is Ⅳ ⅱ Ⅶ Ⅰ", "my code is [hidden]"),
        ("４２７１", "[hidden]"),
        ("𝟜𝟚𝟟𝟙", "[hidden]"),
        # Number words that are spelled, or cut
        ("f-o-u-r t-w-o s-e-v-e-n o-n-e", "[hidden]"),
        ("my pin is F.O.U.R. T.W.O. 7 1", "my pin is [hidden]"),
        ("it's F O U R, T W O, S E V E N, O N E", "it's [hidden]"),
        ("my pin is fo-ur two se·ven one", "my pin is [hidden]"),
        ("it begins with s-e–v-e—n", "it begins with [hidden]"),
        ("my code is sev-en-teen twenty-one", "my code is [hidden]"),
    ],
)
def test_a_number_that_may_be_a_pin_is_hidden(said: str, kept: str) -> None:
    assert without_numbers(said, ENGLISH) == kept


@pytest.mark.parametrize(
    "said",
    [
        "i forgot my pin, one moment",
        "i pay forty two euros",
        "forty two euros and seventeen cents",
        "is it $42.17",
        "due on 14 December or on December the 15th",
        "i have two phones",
        "twenty gigabytes, please",
        "one of them was stolen",
        "i want to ask for my plan",
        "my name is O. N. Easton, E.A. for short",
        "that's half of our plan, the so-called one",
        "",
    ],
)
def test_what_is_plainly_something_else_stays(said: str) -> None:
    assert without_numbers(said, ENGLISH) == said


def test_a_number_may_go_on_from_the_turn_before() -> None:
    assert without_numbers("I said two there", ENGLISH) == "I said two there"
    assert without_numbers("I said two there", ENGLISH, dictated=True) == "I said [hidden] there"


@pytest.mark.parametrize(
    ("said", "secret"),
    [("my code is", True), ("it's forty two", True), ("which plan am I on", False)],
)
def test_whether_a_number_may_go_on_is_known(said: str, secret: bool) -> None:
    assert speaks_of_secrets(said, ENGLISH) is secret


# Beginnings: what is shown while the caller still speaks


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("my pin is four two seven one", "my pin is"),
        ("my pin is four two seven one, am I right", "my pin is [hidden], am I right"),
        # Which numbers are no secret is known at the end alone.
        ("I have two phones", "I have [hidden] phones"),
        ("it costs 42 euros", "it costs [hidden] euros"),
        # What sounds like a digit, or stands between some, waits for the word behind it.
        ("I would like to", "I would like"),
        ("I would like to pay for", "I would like to pay"),
        ("I would like to pay for it", "I would like to pay for it"),
        ("it's for two seven", "it's"),
        ("well, and then", "well"),
        ("my pin is F O U R T", "my pin is"),
        ("my pin is f-o-u-r two, right", "my pin is [hidden], right"),
        ("my pin is ④ ②", "my pin is"),
        ("double", ""),
        ("", ""),
    ],
)
def test_of_a_beginning_every_number_is_hidden(said: str, shown: str) -> None:
    assert unfinished_without_numbers(said, ENGLISH) == shown


def test_no_beginning_of_a_pin_shows_any_of_it() -> None:
    for said in SAID["pins"]:
        words = said.split()
        for count in range(len(words) + 1):
            shown = unfinished_without_numbers(" ".join(words[:count]), ENGLISH)
            left = words_of(shown.replace(HIDDEN, ""))
            assert not any(word[0].isdigit() or is_number(word) for word in left), (said, shown)


@pytest.mark.parametrize("tag", languages())
@given(data=st.data())
def test_what_is_shown_of_a_beginning_only_grows(tag: str, data: st.DataObject) -> None:
    spoken = language(tag)
    others = ["42", "7", "④", "⑩", "plan", "Où", "phone", "f-o-u-r", *"fournex"]
    words = st.sampled_from([*sorted(spoken.reader.number_words), *others])
    marks = st.sampled_from(["", "", ",", ".", "?"])
    said = data.draw(st.lists(st.tuples(words, marks).map("".join), max_size=10))
    before = ""
    for count in range(len(said) + 1):
        shown = unfinished_without_numbers(" ".join(said[:count]), spoken)
        assert shown.startswith(before)
        before = shown
