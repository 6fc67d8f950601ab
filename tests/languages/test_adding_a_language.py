"""A language is a folder: a made-up one is added, and no code outside the room names one."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.languages import DEFAULT, language, languages, spoken_numbers
from voice.languages.language import FOLDER
from voice.languages.yes_no import AnswerReader
from voice.response.caller_text import normal_form

PACKAGE = FOLDER.parent
NUMBERS = """
below_twenty = ["nul", "ún", "dú", "trí", "kvar", "kvin", "ses", "sep", "ok", "naŭ", "dek",
    "dek ún", "dek dú", "dek trí", "dek kvar", "dek kvin", "dek ses", "dek sep", "dek ok",
    "dek naŭ"]
decimal_mark = ","
decimal_word = "komo"
minus = "minus"
bare_scales = ["cent", "mil"]
scales = { cent = 100, mil = 1000 }
[tens]
dudek = 20
tridek = 30
kvardek = 40
kvindek = 50
sesdek = 60
sepdek = 70
okdek = 80
"naŭdek" = 90
"""
SPOKEN = """
[dates]
months = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11", "m12"]
month_abbreviations = {}
weekdays = []
weekday_abbreviations = {}
spoken = "{day} {month} {year}"
[amounts]
money = "{whole} kaj {small}"
percent = "procento"
to = "gis"
over = "sur"
mixed = "{whole} kaj {fraction}"
units = {}
[[amounts.currencies]]
marks = ["EUR"]
one = "ero"
many = "eroj"
small_one = "cendo"
small_many = "cendoj"
[codes]
announced_by = ["kodo"]
links = []
marks = { "@" = "ĉe", "." = "punkto" }
web = "vvv"
plus = "plus"
version_point = "punkto"
[abbreviations]
"""
ANSWERS = """
"yes": [jes, certe]
says: [mi volas]
mild: [bone]
go_ahead: [faru]
support: [bonvolu]
trap: [jes kaj ne]
"no": [ne, "ĉesu"]
bare_no: ["ne"]
unsure: [eble]
question: [kial]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The languages there are, and one more."""
    for tag in languages():
        shutil.copytree(FOLDER / tag, tmp_path / tag)
    made_up = tmp_path / "tlh"
    made_up.mkdir()
    text = (FOLDER / DEFAULT / "language.toml").read_text(encoding="utf-8")
    text = text.replace('"English"', '"Made-up"').replace('"Thank you."', '"Dankon, ŝatata."')
    (made_up / "language.toml").write_text(text, encoding="utf-8")
    (made_up / "numbers.toml").write_text(NUMBERS, encoding="utf-8")
    (made_up / "spoken.toml").write_text(SPOKEN, encoding="utf-8")
    (made_up / "answers.yaml").write_text(ANSWERS, encoding="utf-8")
    return tmp_path


def test_a_folder_is_a_language(folder: Path) -> None:
    added = language("tlh-Latn", folder)
    assert added.phrases.verified == "Dankon, ŝatata."
    assert added.spoken_form("42,17 EUR, kodo 407") == (
        "kvardek dú eroj kaj dek sep cendoj, kodo kvar nul sep"
    )
    assert added.written_form("kvardek dú eroj dek sep") == "42,17 EUR"
    assert [n.figures for n in spoken_numbers("mil ducent kvardek dú", added.reader)] == [
        "1000",
        "42",
    ]
    assert [n.figures for n in spoken_numbers("du cent kvardek dú", added.reader)] == ["242"]
    reader = AnswerReader(added)
    assert reader.agrees(normal_form("Jes, certe", added))
    assert reader.declines(normal_form("Ĉesu!", added))
    assert added.distress is None


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("language.toml", "verified =", "verifyed =", r"language\.toml: phrases\.verified"),
        ("numbers.toml", "minus =", "minous =", r"numbers\.toml: minus"),
        ("numbers.toml", "scales =", "scales ", r"numbers\.toml: cannot be read"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_place(
    folder: Path, file: str, old: str, new: str, complaint: str
) -> None:
    changed = folder / "tlh" / file
    changed.write_text(changed.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint):
        language("tlh", folder)


@pytest.mark.parametrize(
    ("named", "tag"),
    [("en", "en"), ("EN", "en"), ("en-US", "en"), ("en_GB", "en"), ("fr-CA", "fr"), (" sw ", "sw")],
)
def test_a_tag_falls_back_on_the_language_that_there_is(named: str, tag: str) -> None:
    assert language(named).tag == tag


@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        (
            "auto",
            r"'auto': a language has to be named; expected one of en \(English\), fr \(French",
        ),
        ("english", "did you mean en"),
        ("Français", "did you mean fr"),
        ("xx", r"'xx' is no language that there is: en \(English\)"),
        ("", "is no language"),
        ("../en", "is no language"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(named: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        language(named)


def test_no_code_outside_the_room_names_a_language() -> None:
    tags = set(languages())
    named = [
        f"{file.relative_to(PACKAGE)}: {text.value!r}"
        for file in PACKAGE.rglob("*.py")
        if FOLDER not in file.parents
        for text in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(text, ast.Constant) and text.value in tags
    ]
    assert named == []


def test_no_number_words_stand_outside_the_room() -> None:
    words = re.compile(r"[\"'](?:seven|twenty|sept|vingt|saba)[\"']")
    holding = [
        file for file in PACKAGE.rglob("*.py")
        if FOLDER not in file.parents and words.search(file.read_text(encoding="utf-8"))
    ]  # fmt: skip
    assert holding == []
