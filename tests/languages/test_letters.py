"""Letters of all languages survive the way from the recogniser to model, lists and pages."""

from __future__ import annotations

import unicodedata

import pytest

from voice.events import FinalTranscript, from_json
from voice.hidden_numbers import without_numbers
from voice.languages import composed, language, words_of
from voice.response.caller_text import normal_form
from voice.speech import ClauseSplitter
from voice.supervision.masking import NumberMask

TEXTS = [
    "Élodie Lefèvre habite à Nîmes",
    "die große Straße in Łódź",
    "çağrı merkezi ığüşöç",
    "Ærø og Ålborg",
    "привет ёлка",
    "مرحبا يا أهلاً",
    "हिन्दी में नमस्ते",
    "xin chào tiếng Việt",
    "nǐ hǎo 你好",
    "ka lâ ŋ ɓ ɗ ẹ́ ọ̀",
    "𞤀𞤣𞤤𞤢𞤥 𞤆𞤵𞤤𞤢𞤪",  # Adlam lies beyond the first 65,536 characters
]


@pytest.mark.parametrize("text", TEXTS)
def test_words_stay_whole(text: str) -> None:
    words = composed(text).lower().split()
    assert words_of(text) == words
    assert words_of(unicodedata.normalize("NFD", text)) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'été d''or 'tis it's'", ["l'été", "d", "or", "tis", "it's"]),
        ("a1b2 x²y 4,271.50.", ["a", "1", "b", "2", "x", "²", "y", "4,271.50"]),
        ("a_b 𞤀𐄇𞤁 𝟜𝟚", ["a", "b", "𞤢", "𐄇", "𞤣", "𝟜𝟚"]),
    ],
)
def test_figures_and_marks_part_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize("text", TEXTS)
def test_the_model_reads_what_was_said(text: str) -> None:
    assert normal_form(text, language()).split() == composed(text).lower().split()


@pytest.mark.parametrize("text", TEXTS)
def test_events_and_pages_keep_them(text: str) -> None:
    event = FinalTranscript(call_id="c", sequence=1, ms=0, wall_time=0.0, text=text, confidence=1.0)
    assert from_json(event.to_json()) == event and text in event.to_json()
    assert NumberMask("+353871234567").text(text) == text


@pytest.mark.parametrize("text", TEXTS)
def test_clauses_keep_them(text: str) -> None:
    splitter = ClauseSplitter()
    assert " ".join([*splitter.feed(text), *splitter.flush()]) == text


def test_sentences_end_before_any_capital() -> None:
    splitter = ClauseSplitter(language("fr"))
    clauses = [*splitter.feed("C'est noté. Êtes-vous là ? À M. Dupont, oui."), *splitter.flush()]
    assert clauses == ["C'est noté.", "Êtes-vous là ?", "À M. Dupont, oui."]


@pytest.mark.parametrize(
    ("tag", "said", "kept"),
    [
        ("fr", "mon code est quarante-deux soixante et onze", "mon code est [hidden]"),
        ("fr", "quatre, euh, deux sept un", "[hidden]"),
        ("fr", "je paie quarante-deux euros", "je paie quarante-deux euros"),
        ("fr", "un instant, j'ai oublié mon numéro", "un instant, j'ai oublié mon numéro"),
        ("sw", "namba yangu ya siri ni nne mbili saba moja", "namba yangu ya siri ni [hidden]"),
        ("sw", "elfu moja mia mbili shilingi", "elfu moja mia mbili shilingi"),
    ],
)
def test_numbers_are_secret_in_any_language_and_amounts_are_not(
    tag: str, said: str, kept: str
) -> None:
    assert without_numbers(said, language(tag)) == kept
