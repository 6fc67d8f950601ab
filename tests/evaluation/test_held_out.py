"""The hand-written phrasings: enough of each, in one form, and out of reach of every training."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voice.evaluation.callers import Goal, Phrasings

ROOT = Path(__file__).parents[2]
HELD_OUT = ROOT / "tests" / "data" / "held_out"
INTENTS = [*Goal, "yes", "no", "goodbye"]


@pytest.fixture(scope="module")
def phrasings() -> Phrasings:
    return Phrasings.load(HELD_OUT)


@pytest.mark.parametrize("intent", INTENTS)
def test_at_least_25_different_phrasings_of_each_intent(intent: str, phrasings: Phrasings) -> None:
    assert len(set(phrasings.of(intent))) >= 25


def test_at_least_40_open_sentences(phrasings: Phrasings) -> None:
    assert len(set(phrasings.of("open"))) >= 40


def test_no_phrasing_has_two_meanings(phrasings: Phrasings) -> None:
    said = [phrase for intent in INTENTS for phrase in phrasings.of(intent)]
    assert len(said) == len(set(said))


def test_lower_case_words_as_spoken_without_digits(phrasings: Phrasings) -> None:
    for intent in phrasings.intents:
        for phrase in phrasings.of(intent):
            assert re.fullmatch(r"[a-z', ?]+", phrase.replace("{digits}", "")) or "{" in phrase
            assert phrase == phrase.strip().lower()


def test_no_training_reads_them() -> None:
    training = [*(ROOT / "scripts").glob("train_*.py"), *(ROOT / "scripts/training").rglob("*")]
    readers = [
        file
        for file in training
        if file.suffix in {".py", ".sh", ".yaml", ".toml"}
        and re.search(r"data/held_out|tests\W+data|\btests/", file.read_text())
    ]
    assert readers == []
