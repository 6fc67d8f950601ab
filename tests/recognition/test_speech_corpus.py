"""What the training hears: its words, its voices, its telephone line."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

pytest.importorskip("scipy", reason="needs the train extra: pip install -e '.[train]'")

from training.speech_corpus import espeak, numbers, open_speech, telephone_phrases, text  # noqa: E402
from training.speech_corpus.disturbances import disturbance  # noqa: E402
from training.speech_corpus.grammar import expand  # noqa: E402
from training.speech_corpus.spoken import in_words  # noqa: E402
from voice.tuning.telephone_line import RATE_HZ, TelephoneLine  # noqa: E402


@pytest.mark.parametrize(
    ("written", "forms"),
    [
        ("Your PIN is 4821.", {"your pin is four eight two one"}),
        ("20 GB", {"twenty gigabytes"}),
        ("It's 5 euros.", {"it's five euros"}),
        ("Pay by 3 March!", {"pay by the third of march", "pay by march the third",
                             "pay by march third", "pay by third of march",
                             "pay by third march", "pay by three march"}),
    ],
)  # fmt: skip
def test_written_sentences_become_spoken_words(written: str, forms: set[str]) -> None:
    heard = {in_words(written, random.Random(seed)) for seed in range(80)}

    assert heard <= forms


def test_an_amount_is_said_in_several_ways() -> None:
    heard = {in_words("42.17 euros", random.Random(seed)) for seed in range(60)}

    assert "forty two euros and seventeen cents" in heard
    assert "forty two euros seventeen" in heard
    assert len(heard) >= 4


def test_a_number_spelled_has_as_many_digits_as_it_had() -> None:
    for seed in range(50):
        words = numbers.spelled("4470022", random.Random(seed)).split()
        assert len(words) == 7 or "double" in words


def test_patterns_make_all_their_sentences_and_no_others() -> None:
    heard = {expand("(a|b(c|)|) d", random.Random(seed), {}) for seed in range(60)}

    assert heard == {"a d", "b d", "bc d", "d"}


@pytest.mark.parametrize(
    "source", [telephone_phrases.caller_phrase, telephone_phrases.assistant_phrase,
               open_speech.open_sentence, text.utterance],
)  # fmt: skip
def test_everything_spoken_is_words_only(source: text.Source) -> None:
    choices = random.Random(3)

    assert all(re.fullmatch(r"[a-z' ]+", source(choices)) for _ in range(400))


def test_the_same_seed_says_the_same() -> None:
    one, other = random.Random(5), random.Random(5)

    assert [text.utterance(one) for _ in range(50)] == [text.utterance(other) for _ in range(50)]


def test_held_out_voices_are_not_trained_on() -> None:
    choices = random.Random(1)
    spoken = {espeak.training_voice(choices).split("+")[1] for _ in range(3000)}

    assert not spoken & set(espeak.HELD_OUT_VARIANTS)


@pytest.mark.parametrize("held_out", ["flite", "piper"])
def test_held_out_synthesizers_speak_no_shard(held_out: str) -> None:
    source = (SCRIPTS / "training" / "speech_corpus" / "shards.py").read_text()

    assert held_out not in source.lower()


def test_the_line_keeps_time() -> None:
    speech = np.zeros(RATE_HZ, np.float32)
    speech[2000:6000] = np.random.default_rng(0).normal(0, 0.1, 4000)
    for seed in range(10):
        heard, shift = TelephoneLine(np.random.default_rng(seed), noisy=False)(speech)
        level = np.abs(heard)
        begin = int(np.argmax(level > 0.2 * level.max()))
        assert begin / RATE_HZ == pytest.approx(2000 / RATE_HZ + shift, abs=0.02)


def test_the_line_delivers_ordinary_samples() -> None:
    random_ = np.random.default_rng(1)
    line = TelephoneLine(random_)
    for _ in range(30):
        heard, _ = line(random_.normal(0, 0.1, 12000).astype(np.float32))
        assert np.isfinite(heard).all()
        assert 0.01 < np.abs(heard).max() <= 1.01


def test_what_is_no_speech_is_ordinary_samples_too() -> None:
    random_ = np.random.default_rng(2)
    for _ in range(60):
        heard = disturbance(random_)
        assert np.isfinite(heard).all()
        assert np.abs(heard).max() <= 1.01
