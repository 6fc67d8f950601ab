"""Phrasings: read from YAML, drawn by seed, not repeated within a call."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.evaluation.callers import OWN_PHRASINGS, Goal, Persona, Phrasings, find_scenario


def test_the_packaged_phrasings_cover_all_that_a_caller_says() -> None:
    said = {*Goal, "yes", "no", "goodbye", "pin", "customer_number"}
    assert said <= set(Phrasings.load(OWN_PHRASINGS).intents)


def test_all_phrasings_come_before_one_is_repeated() -> None:
    phrasings = Phrasings({"yes": ["yes", "sure", "please do"]})
    speaker = phrasings.speaker(random.Random(4))
    drawn = [speaker.say("yes") for _ in range(6)]
    assert sorted(drawn[:3]) == sorted(drawn[3:]) == ["please do", "sure", "yes"]


def test_digits_are_spoken_one_by_one() -> None:
    speaker = Phrasings({"pin": ["it's {digits}"]}).speaker(random.Random(1))
    assert speaker.say("pin", "09") == "it's zero nine"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("intent: yes\nphrases: [a]", "expected `intent: NAME`"),
        ("intent: plan\nphrases: []", "at least one sentence"),
        ("intent: plan\nphrases: [yes]", "not a sentence: True"),
        ("- a", "expected `intent: NAME`"),
        ("intent: [", "cannot be read as YAML"),
    ],
)
def test_a_broken_file_is_named_with_its_fault(content: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(content)
    with pytest.raises(ConfigError, match=reason) as error:
        Phrasings.load(tmp_path)
    assert "broken.yaml" in str(error.value)


def test_an_empty_folder_and_an_unknown_intent(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no phrasings"):
        Phrasings.load(tmp_path)
    with pytest.raises(ConfigError, match="'praise'"):
        Phrasings({}).of("praise")


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no scenario 'plam'; there are: .*plan"):
        find_scenario("plam")


@pytest.mark.parametrize("content", ["{", "[]", '{"name": "x"}'])
def test_a_broken_persona(content: str, tmp_path: Path) -> None:
    file = tmp_path / "persona.json"
    file.write_text(content)
    with pytest.raises(ConfigError, match="not a persona"):
        Persona.load(file)
