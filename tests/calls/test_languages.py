"""What is spoken in a call: settings name it, engines can do it, phrases are in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.calls import phrases
from voice.calls.engines import load_recogniser
from voice.errors import ConfigError, ModelError
from voice.languages import language
from voice.settings import Recognition, Settings, load_settings


def spoken_here(monkeypatch: pytest.MonkeyPatch, folder: Path, tag: str) -> Settings:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("VOICE_RECOGNITION__LANGUAGE", tag)
    return load_settings()


@pytest.mark.parametrize(("named", "tag"), [("EN", "en"), ("en-US", "en"), ("fr_CA", "fr")])
def test_any_spelling_of_a_tag_is_understood(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, tag: str
) -> None:
    assert spoken_here(monkeypatch, tmp_path, named).recognition.language == tag


@pytest.mark.parametrize(
    ("named", "answer"),
    [
        ("auto", r"LANGUAGE: 'auto': a language has to be named; expected one of en \(English\)"),
        ("englisch", "did you mean en"),
        ("klingon", r"no language that there is: en \(English\)"),
    ],
)
def test_others_are_answered_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, answer: str
) -> None:
    with pytest.raises(ConfigError, match=answer):
        spoken_here(monkeypatch, tmp_path, named)


def test_a_recogniser_that_cannot_do_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = spoken_here(monkeypatch, tmp_path, "fr")
    refused = r"recognition\.language: .*does not know French \(fr\)"
    with pytest.raises(ModelError, match=refused):
        load_recogniser(settings)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("device", "cuda", "cuda with int8: CUDA"),
        ("compute_type", "int8_float16", "compute type"),
        ("model", "/nowhere", "/nowhere: neither a folder nor an installed model"),
    ],
)
def test_the_setting_that_has_to_be_mended_is_named(key: str, value: str, says: str) -> None:
    recognition = Recognition.model_validate({"model": "embedded-en", key: value})
    settings = Settings().model_copy(update={"recognition": recognition})
    with pytest.raises(ModelError, match=rf"^recognition\.{key}: .*{says}"):
        load_recogniser(settings)


def test_one_that_cannot_do_all_of_them_is_refused() -> None:
    recognition = Recognition(model="embedded-en", languages=["en", "sw"])
    settings = Settings().model_copy(update={"recognition": recognition})
    with pytest.raises(ModelError, match=r"recognition\.languages: .*not know Swahili \(sw\)"):
        load_recogniser(settings)


def test_the_greeting_is_that_of_the_language_unless_one_is_given() -> None:
    french = language("fr")
    clauses = phrases.greeting(None, french, recorded=True)
    assert clauses == [
        ("Bonjour.", True),
        ("Vous parlez avec un assistant automatique.", True),
        ("Cet appel est enregistré.", True),
        ("Que puis-je faire pour vous ?", False),
    ]
    own = phrases.greeting("Bonjour. Que puis-je faire ?", french, recorded=False)
    assert [clause for clause, _ in own] == ["Bonjour.", "Que puis-je faire ?"]


def test_in_distress_callers_are_told_in_their_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = spoken_here(monkeypatch, tmp_path, "fr")
    connecting, nobody = phrases.in_emergencies(settings, language("fr"))
    assert "en relation" in connecting and "un, un, deux" in nobody
