"""Callers with natural voices: what they may say is spoken ahead, once, and kept."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voice.audio import Pcm, dbfs
from voice.errors import ConfigError, ModelError, VoiceError
from voice.evaluation.batch import Processes
from voice.evaluation.callers import OWN_PHRASINGS, Phrasings
from voice.evaluation.demo_operator import KnownCustomer, known_customers
from voice.evaluation.suites.kept_mouth import KeptMouth
from voice.evaluation.suites.kept_speech import RATE, KeptSpeech, kept_folder, key_of
from voice.evaluation.suites.mouths import Mouths
from voice.evaluation.suites.natural_voices import NaturalVoice
from voice.evaluation.suites.presets import DIALECTS
from voice.evaluation.suites.said_ahead import Saying, missing, sentences_of, speak_ahead
from voice.evaluation.suites.suite_file import Suite, load_suite
from voice.evaluation.virtual_time import VirtualQueues, run_virtually
from voice.evaluation.virtual_time.surroundings import BOOKS_SEED, first_day
from voice.languages import language

HIBARI = NaturalVoice("hibari", "heart")
SENTENCE = "What is my plan?"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def kept(own_cache: None) -> KeptSpeech:
    return KeptSpeech(kept_folder())


@pytest.fixture
def installed() -> None:
    pytest.importorskip("hibari", reason="needs the extra: pip install -e '.[callers]'")


@pytest.fixture
def customers() -> list[KnownCustomer]:
    return known_customers(BOOKS_SEED, first_day())


def suite_of(*callers: dict[str, Any]) -> Suite:
    named = [{"name": f"caller{number}", **told} for number, told in enumerate(callers)]
    return Suite.model_validate({"callers": named})


def tone(amplitude: int) -> Pcm:
    return np.full(800, amplitude, np.int16)


@pytest.mark.parametrize(
    ("dialect", "said"),
    [
        ("{voice: 'kokoro:nobody'}", "no voice 'nobody' of kokoro; there are: af_alloy, "),
        ("{voice: 'hibari:emma'}", "no voice 'emma' of hibari; there are: heart"),
        ("{voice: 'hibari:heart', accent: en-gb}", "accent: hibari reads by a dictionary"),
    ],
)
def test_a_voice_that_there_is_not_is_a_mistake_of_the_suite(
    tmp_path: Path, dialect: str, said: str
) -> None:
    file = tmp_path / "suite.yaml"
    file.write_text(f"callers:\n  - name: a\n    goal: plan\n    dialect: {dialect}\n")
    with pytest.raises(ConfigError) as error:
        load_suite(str(file))
    assert str(error.value).startswith(f"{file}:4: callers.0.dialect: {said}")


def test_the_presets_have_voices_that_there_are() -> None:
    natural = {name: dialect.natural for name, dialect in DIALECTS.items() if dialect.natural}
    assert {voice.engine for voice in natural.values()} == {"kokoro", "hibari"}
    for voice in natural.values():
        voice.require_known()
    assert DIALECTS["scotland"].natural is None


def test_what_is_not_installed_is_told_with_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)
    with pytest.raises(ModelError, match=r"hibari:heart needs hibari-tts: pip install 'voice\["):
        HIBARI.require_installed()
    monkeypatch.setitem(sys.modules, "kokoro_onnx", sys)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="kokoro-82m is not installed: voice models pull kokoro"):
        NaturalVoice("kokoro", "af_heart").require_installed()


def test_a_sound_is_kept_once_and_the_first_one_counts(kept: KeptSpeech, tmp_path: Path) -> None:
    key = key_of(("kokoro", "af_heart"), SENTENCE)
    assert kept.find(key) is None
    assert np.array_equal(kept.keep(key, tone(100)), tone(100))
    assert np.array_equal(kept.keep(key, tone(200)), tone(100))
    assert key != key_of(("kokoro", "af_bella"), SENTENCE)
    [(place, content)] = kept.files([key, "0" * 64]).items()
    (tmp_path / "given" / place).parent.mkdir(parents=True)
    (tmp_path / "given" / place).write_bytes(content)
    found = KeptSpeech(tmp_path / "empty", tmp_path / "given").find(key)
    assert found is not None and np.array_equal(found, tone(100))


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VoiceError, match=r"\.wav: cannot be written: Not a directory"):
        KeptSpeech(tmp_path / "file").keep("0" * 64, tone(1))


@pytest.mark.usefixtures("installed")
async def test_a_sentence_is_spoken_as_loud_as_by_other_callers_and_only_once(
    kept: KeptSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await KeptMouth(HIBARI, kept).speak(SENTENCE, RATE)
    assert 0.6 * RATE < len(first) < 3 * RATE
    assert -30 < dbfs(first) < -15

    def unwanted(voice: NaturalVoice) -> Callable[[str], tuple[Pcm, int]]:
        raise AssertionError("it was kept")

    monkeypatch.setattr(NaturalVoice, "load", unwanted)
    again = await KeptMouth(HIBARI, kept).speak(SENTENCE, RATE)
    assert np.array_equal(again, first)


@pytest.mark.usefixtures("installed")
def test_another_speed_is_another_sound(kept: KeptSpeech) -> None:
    slow = asyncio.run(KeptMouth(replace(HIBARI, speed=0.8), kept).speak(SENTENCE, RATE))
    quick = asyncio.run(KeptMouth(replace(HIBARI, speed=1.25), kept).speak(SENTENCE, RATE))
    assert len(slow) > 1.3 * len(quick)


@pytest.mark.usefixtures("installed")
def test_in_virtual_time_it_speaks_as_well(tmp_path: Path) -> None:
    mouth = Mouths(tmp_path, VirtualQueues()).of(DIALECTS["hibari"])
    assert len(run_virtually(mouth.speak(SENTENCE, RATE)))


@pytest.mark.usefixtures("installed")
def test_all_that_callers_may_say_is_known_before(customers: list[KnownCustomer]) -> None:
    said = Phrasings.load(OWN_PHRASINGS)

    def texts(seeds: int, **told: Any) -> set[str]:
        suite = suite_of({"dialect": "hibari", **told}, {"goal": "person"})
        return {one.text for one in sentences_of(suite, seeds, said, customers)}

    plan = texts(2, goal="plan")
    first, second, third = (language().numbers.digits(one.persona.pin) for one in customers[:3])
    assert {*said.of("plan"), *said.of("yes"), *said.of("goodbye")} <= plan
    assert not plan & {*said.of("person"), *said.of("balance")}
    assert any(first in text for text in plan) and any(second in text for text in plan)
    assert not any(third in text for text in plan)
    keyed = texts(2, goal="plan", behaviour=["keys"])
    assert keyed < plan and not any(first in text for text in keyed)
    assert any(third in text for text in texts(1, goal="plan", persona={"customer": 2}))
    stranger = texts(1, goal="plan", persona="stranger")
    assert not any(first in text for text in stranger)


@pytest.mark.usefixtures("installed")
def test_workers_speak_what_nobody_has_spoken(kept: KeptSpeech) -> None:
    sentences = [
        Saying(HIBARI, text, key_of(HIBARI.made_of, text)) for text in (SENTENCE, "Yes.", "No.")
    ]
    kept.keep(sentences[0].key, tone(100))
    told: list[None] = []

    lacking = missing(sentences, kept)
    outcome = asyncio.run(speak_ahead(lacking, kept, Processes(2), lambda: told.append(None)))

    assert [one.text for one in lacking] == ["Yes.", "No."]
    assert outcome.evaluated == len(told) == 2
    assert not missing(sentences, kept)
    assert len(kept.files(one.key for one in sentences)) == 3
    first = kept.find(sentences[0].key)
    assert first is not None and len(first) == 800
