"""What was understood becomes rates by group, and numbers that are right, misread or rejected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from voice.calls.identity.digits import spoken_digits
from voice.evaluation.people.digits import RecordedNumber, pins, read_digits
from voice.evaluation.people.scores import LEAST_SPEAKERS, NumberScores, WordScores, rate_of
from voice.evaluation.people.speech import SAMPLE_RATE, read_speech
from voice.evaluation.word_errors import WordErrors, word_errors
from voice.languages import language
from voice.recognition import Expectation, WhisperRecogniser

FOUR_DIGITS = Expectation("digits", digits=4)


@pytest.fixture(scope="module")
def recogniser(embedded_recogniser_path: Path) -> Iterator[WhisperRecogniser]:
    loaded = WhisperRecogniser.load(embedded_recogniser_path)
    yield loaded
    loaded.close()


async def test_words_count_for_the_group_and_for_native_english(
    recogniser: WhisperRecogniser, people: Path
) -> None:
    scores = WordScores()
    speech = read_speech(people, "saa")
    await scores.hear(recogniser, *speech)
    heard = await recogniser.transcribe(speech[0].sound(), SAMPLE_RATE)
    assert set(scores.groups) == {"english (uk)", "english (elsewhere)", "arabic"}
    assert scores.native == [word_errors(speech[0].text, heard.text)]
    assert scores.rates()["english (uk)"] == rate_of(scores.native)


def test_the_worst_and_the_best_group_have_enough_speakers() -> None:
    scores = WordScores()
    scores.groups["few"] = [WordErrors(substitutions=9, words=10)] * (LEAST_SPEAKERS - 1)
    scores.groups["clear"] = [WordErrors(words=20)] * (LEAST_SPEAKERS - 1)
    assert scores.worst() is scores.best() is None
    scores.groups["good"] = [WordErrors(insertions=1, words=20)] * LEAST_SPEAKERS
    scores.groups["many"] = [WordErrors(deletions=1, words=10)] * LEAST_SPEAKERS
    worst, best = scores.worst(), scores.best()
    assert worst is not None and best is not None
    assert (worst[0], worst[1].value, worst[1].n) == ("many", 0.1, LEAST_SPEAKERS)
    assert (best[0], best[1].value, best[1].n) == ("good", 0.05, LEAST_SPEAKERS)
    assert list(scores.rates()) == ["few", "many", "good", "clear"]


async def test_a_number_is_right_misread_or_rejected(
    recogniser: WhisperRecogniser, people: Path
) -> None:
    sound = next(pin.sound for pin in pins(read_digits(people), 1))
    heard = await recogniser.transcribe(sound, SAMPLE_RATE, expect=FOUR_DIGITS)
    digits = spoken_digits(heard.text, language())
    assert digits
    other = "".join(str((int(digit) + 1) % 10) for digit in digits)
    scores = NumberScores()
    for said, speaker in ((digits, "ann"), (other, "ann"), (f"{digits}1", "bob")):
        await scores.hear(recogniser, RecordedNumber(said, speaker, sound))
    assert (scores.right, scores.misread, scores.rejected, scores.count) == (1, 1, 1, 3)
    assert scores.by_speaker == {"ann": [1, 2], "bob": [0, 1]}
