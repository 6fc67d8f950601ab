"""Yes, no and neither, as French speakers say them; a person is asked for in any language."""

from __future__ import annotations

import pytest

from tests.languages.cases import tables
from voice.languages import language
from voice.languages.yes_no import AnswerReader
from voice.response.caller_text import normal_form

FRENCH = language("fr")
ANSWERS: dict[str, list[str]] = tables("fr_answers")


def read(said: str) -> str:
    reader, text = AnswerReader(FRENCH), normal_form(said, FRENCH)
    return "yes" if reader.agrees(text) else "no" if reader.declines(text) else "unclear"


@pytest.mark.parametrize("said", ANSWERS["yes"])
def test_a_yes(said: str) -> None:
    assert read(said) == "yes"


@pytest.mark.parametrize("said", ANSWERS["no"])
def test_a_no(said: str) -> None:
    assert read(said) == "no"


@pytest.mark.parametrize("said", ANSWERS["unclear"])
def test_neither(said: str) -> None:
    assert read(said) == "unclear"


@pytest.mark.parametrize("said", ANSWERS["no"] + ANSWERS["unclear"])
def test_nothing_is_a_yes_without_its_accents(said: str) -> None:
    unaccented = said.translate(str.maketrans("éèêàùôçï", "eeeauoci"))
    assert read(unaccented) != "yes"


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "operator"),
        ("en", "a real person please"),
        ("en", "um, I want to speak to a human now"),
        ("en", "and then I'd like to speak to somebody"),
        ("en", "can I talk to a colleague please"),
        ("en", "put me through to customer service"),
        ("fr", "un conseiller, s'il vous plaît"),
        ("fr", "et ensuite je voudrais parler à quelqu'un"),
        ("fr", "je voudrais parler à quelqu'un"),
        ("fr", "passez-moi un responsable"),
        ("sw", "nataka kuzungumza na mtu tafadhali"),
    ],
)
def test_these_words_ask_for_a_person(tag: str, said: str) -> None:
    assert AnswerReader(language(tag)).asks_for_person(normal_form(said, language(tag)))


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "the operator was rude"),
        ("en", "can I bring somebody along"),
        ("fr", "une personne"),
        ("sw", "salio langu"),
    ],
)
def test_others_do_not(tag: str, said: str) -> None:
    asks = AnswerReader(language(tag)).asks_for_person(normal_form(said, language(tag)))
    assert asks is (said == "une personne")
