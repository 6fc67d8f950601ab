"""Which languages callers may speak, and who probably speaks which, as voice.toml says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.settings import Recognition, Settings, load_settings

TRUNK = "[[sip.trunks]]\nname = 'carrier'\nnetworks = ['192.0.2.0/24']\n"


def read(folder: Path, recognition: str, more: str = "") -> Recognition:
    file = folder / "voice.toml"
    file.write_text(f"{more}\n[recognition]\n{recognition}\n", encoding="utf-8")
    return load_settings(file).recognition


@pytest.mark.parametrize(
    ("text", "language", "offered"),
    [
        ("", "en", ["en"]),
        ("language = 'fr'", "fr", ["fr"]),
        ("languages = ['fr', 'en']", "fr", ["fr", "en"]),
        ("languages = ['en', 'fr', 'sw']\nlanguage = 'fr'", "fr", ["fr", "en", "sw"]),
        ("languages = ['EN-US', 'fr_CA']", "en", ["en", "fr"]),
        ("languages = 'fr'", "fr", ["fr"]),
    ],
)
def test_one_language_or_several_are_offered(
    tmp_path: Path, text: str, language: str, offered: list[str]
) -> None:
    recognition = read(tmp_path, text)
    assert (recognition.language, recognition.offered) == (language, offered)


def test_a_row_says_what_callers_speak(tmp_path: Path) -> None:
    rows = "[[recognition.callers]]\nnumber = '+33 1 45'\nlanguage = 'fr-FR'\nshare = 0.8\n"
    (row,) = read(tmp_path, f"languages = ['en', 'fr']\n{rows}").callers
    assert (row.known_by, row.language, row.share) == (("number", "33145"), "fr", 0.8)


def test_a_row_may_name_a_dialect(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "[[recognition.callers]]\nnumber = '+254'\ndialect = 'sw-KE'").callers
    assert (row.speak, row.language) == ("sw-KE", None)


def test_variants_and_what_tells_them_apart_are_named(tmp_path: Path) -> None:
    recognition = read(tmp_path, "variants = ['a', '/models/b']\nidentification = 'none'")
    assert (recognition.variants, recognition.identification) == (["a", "/models/b"], "none")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("variants = ['a', 'a']", r"recognition\.variants: a is there twice"),
        (
            "[[recognition.callers]]\nnumber = '+33'",
            r"callers\.0: expected either language or dialect",
        ),
        (
            "[[recognition.callers]]\nnumber = '+33'\nlanguage = 'en'\ndialect = 'en-IN'",
            r"callers\.0: expected either language or dialect",
        ),
        (
            "[[recognition.callers]]\nnumber = '+33'\ndialect = 'Indian English'",
            r"callers\.0\.dialect: 'Indian English': expected a tag \(BCP 47\), .*sw-KE",
        ),
        ("languages = 'auto'", r"recognition\.languages\.0: 'auto': .*one of en \(English\)"),
        ("language = 'auto'", r"recognition\.language: 'auto': .*found out in each call"),
        ("languages = ['en', 'frensh']", r"languages\.1: 'frensh' .*did you mean fr\?"),
        ("languages = ['en', 'en-GB']", r"recognition\.languages: en is there twice"),
        ("languages = ['klingon']", r"languages\.0: 'klingon' is no language"),
        ("languages = ['en']\nlanguage = 'fr'", r"language: fr is none of .*languages, en"),
        ("languages = 7", r"recognition\.languages: .*list"),
        (
            "[[recognition.callers]]\nnumber = '+33'\nlanguage = 'fr'",
            r"recognition\.callers: fr is none of recognition\.languages, en",
        ),
        (
            "[[recognition.callers]]\nlanguage = 'en'",
            r"callers\.0: expected one of number, called, trunk and customer",
        ),
        (
            "[[recognition.callers]]\nnumber = '+33'\ntrunk = 'a'\nlanguage = 'en'",
            r"callers\.0: expected one of",
        ),
        (
            "[[recognition.callers]]\nnumber = 'France'\nlanguage = 'en'",
            r"callers\.0\.number: 'France': expected a number or how it begins, .*\+33",
        ),
        (
            "[[recognition.callers]]\nnumber = '+33'\nlanguage = 'en'\nshare = 90",
            r"callers\.0\.share: .*less than 1",
        ),
        (
            "[[recognition.callers]]\nnumbr = '+33'\nlanguage = 'en'",
            r"callers\.0\.numbr: unknown key \(did you mean number\?\)",
        ),
        (
            "[[recognition.callers]]\nnumber = '+33'\nlanguage = 'en'\n" * 2,
            r"recognition\.callers: number 33 is there twice",
        ),
        (
            "[[recognition.callers]]\ntrunk = 'carrier2'\nlanguage = 'en'",
            r"recognition: callers: no trunk or user of sip is called carrier2",
        ),
        (
            "[calls]\ngreetings = { fr = 'Bonjour.' }",
            r"calls: greetings: fr is none of recognition\.languages, en",
        ),
        (
            "[calls]\ngreetings = { en-GB = 'Hello.' }",
            r"calls: greetings: en is recognition\.language, whose greeting is `greeting`",
        ),
    ],
)
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        read(tmp_path, text, TRUNK)
    assert str(caught.value).count("voice.toml: ") == 1


def test_a_trunk_that_there_is_may_be_named(tmp_path: Path) -> None:
    row = "[[recognition.callers]]\ntrunk = 'carrier'\nlanguage = 'en'"
    assert read(tmp_path, row, TRUNK).callers[0].known_by == ("trunk", "carrier")


def test_each_language_may_have_a_greeting_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "voice.toml"
    file.write_text(
        "[calls]\ngreeting = 'Hello.'\ngreetings = { fr = 'Bonjour.' }\n"
        "[recognition]\nlanguages = ['en', 'fr', 'sw']\n"
    )
    settings = load_settings(file)
    greetings = [settings.greeting_in(tag) for tag in settings.recognition.offered]
    assert greetings == ["Hello.", "Bonjour.", None]
    assert Settings().greeting_in("en") is None
