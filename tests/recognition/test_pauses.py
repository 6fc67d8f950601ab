"""Pauses inside a turn: shortened where a model stops reading at them, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from voice.audio import Pcm, silence
from voice.recognition import Expectation, WhisperRecogniser
from voice.recognition.features import RATE_HZ
from voice.recognition.pauses import shortened

RATE = 8000
LONGEST = 0.3


def speech_like(seconds: float, amplitude: float = 3000.0) -> Pcm:
    samples = np.random.default_rng(5).normal(0, amplitude, round(seconds * RATE_HZ))
    return samples.clip(-32768, 32767).astype(np.int16)


def syllables(seconds: float, amplitude: float) -> Pcm:
    """Four of them a second, as loud as that where they are loudest."""
    samples = speech_like(seconds, amplitude)
    loud = np.abs(np.sin(np.arange(len(samples)) / RATE_HZ * 4 * np.pi))
    return (samples * loud).astype(np.int16)


def with_pause(seconds: float, noise: float = 0.0) -> Pcm:
    pause = speech_like(seconds, noise) if noise else silence(round(seconds * RATE_HZ))
    return np.concatenate([speech_like(1.0), pause, speech_like(1.0)])


@pytest.mark.parametrize("noise", [0.0, 20.0, 200.0], ids=["digital", "quiet line", "noisy line"])
@pytest.mark.parametrize("seconds", [0.6, 1.5, 6.0])
def test_a_long_pause_becomes_a_short_one(seconds: float, noise: float) -> None:
    audio = with_pause(seconds, noise)

    kept = shortened(audio, LONGEST).pcm

    assert len(kept) / RATE_HZ == pytest.approx(2.0 + LONGEST, abs=0.05)
    assert np.array_equal(kept[:RATE_HZ], audio[:RATE_HZ])
    assert np.array_equal(kept[-RATE_HZ:], audio[-RATE_HZ:])


@pytest.mark.parametrize(
    "audio",
    [
        pytest.param(with_pause(0.25), id="a pause as in speech"),
        pytest.param(np.concatenate([silence(800), speech_like(1.0)]), id="a short beginning"),
        pytest.param(with_pause(1.0, 1500.0), id="a pause that noise hides"),
        pytest.param(speech_like(3.0), id="no pause"),
        pytest.param(np.concatenate([speech_like(1.0), syllables(1.0, 300.0)]), id="soft words"),
        pytest.param(speech_like(0.01), id="half a frame"),
        pytest.param(silence(0), id="nothing"),
    ],
)
def test_what_may_be_speech_is_kept(audio: Pcm) -> None:
    assert np.array_equal(shortened(audio, LONGEST).pcm, audio)


def test_a_model_that_reads_over_pauses_is_given_them() -> None:
    audio = with_pause(2.0)

    assert shortened(audio, 0.0).pcm is audio


def test_every_sample_that_is_kept_has_its_place_in_the_original() -> None:
    audio = np.concatenate([silence(RATE_HZ), with_pause(2.0), with_pause(0.9), silence(RATE_HZ)])

    short = shortened(audio, LONGEST)

    places = [short.original(sample) for sample in range(0, len(short.pcm), 97)]
    assert np.array_equal(audio[places], short.pcm[::97])
    assert places == sorted(places)


@pytest.mark.parametrize("pause_seconds", [0.6, 1.0, 1.5])
async def test_the_words_after_a_pause_are_read(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm], pause_seconds: float
) -> None:
    pause = silence(round(pause_seconds * RATE))
    parts = [spoken("four two"), pause, spoken("seven"), pause, spoken("one")]

    heard = await recogniser.transcribe(
        np.concatenate(parts), RATE, expect=Expectation("digits", digits=4)
    )

    assert heard.text == "four two seven one" and not heard.doubtful


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["nine one three eight", "no wait four two seven one"], "four two seven one"),
        (["um", "four two seven one"], "four two seven one"),
        (["eight eight", "eight five"], "eight eight eight five"),
    ],
    ids=["a correction", "a filler", "the same digit again"],
)
async def test_a_number_is_heard_in_the_groups_in_which_it_is_said(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm], parts: list[str], text: str
) -> None:
    audio = np.concatenate([piece for part in parts for piece in (spoken(part), silence(RATE))])

    heard = await recogniser.transcribe(audio, RATE, expect=Expectation("digits", digits=4))

    assert heard.text.endswith(text) and not heard.doubtful


async def test_words_after_a_pause_have_the_times_at_which_they_were_said(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    first, second = spoken("How can I help you?"), spoken("Are you still there?")
    audio = np.concatenate([first, silence(2 * RATE), second])

    heard = await recogniser.transcribe(audio, RATE)

    assert heard.text == "how can i help you are you still there"
    assert heard.audio_seconds == pytest.approx(len(audio) / RATE, abs=0.01)
    *_, you, _, _, still, there = heard.words
    assert you.end_ms <= len(first) / RATE * 1000
    assert still.start_ms >= (len(audio) - len(second)) / RATE * 1000
    assert there.end_ms <= len(audio) / RATE * 1000
