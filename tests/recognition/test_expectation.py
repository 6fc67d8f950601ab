"""What was asked for decides what is heard, unless something else was said."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from voice.audio import Pcm, read_wav, silence
from voice.evaluation.people.digits import pins, read_digits, spoken
from voice.evaluation.people.scores import NumberScores
from voice.languages import language
from voice.recognition import ANYTHING, LISTENING, Expectation, WhisperRecogniser
from voice.recognition.expectation import Kind

RATE = 8000


@pytest.mark.parametrize(
    ("expect", "text", "beside"),
    [
        (Expectation("date"), "the thirst of hay", 2), (Expectation("date"), "the 3rd of May", 1),
        (Expectation("date"), "what do I have to pay this month", 8),
        (Expectation("amount"), "twenty euros", 0),
        (Expectation("digits", digits=4), "for two sex won please", 0),
    ],
)  # fmt: skip
def test_words_beside_a_date_or_an_amount_tell_another_sentence(
    expect: Expectation, text: str, beside: int
) -> None:
    assert expect.words_beside(text, language()) == beside


@pytest.fixture(scope="module")
def people() -> Path:
    folder = os.environ.get("VOICE_TEST_DATA", "")
    if not Path(folder, "digits").is_dir():
        pytest.skip("needs VOICE_TEST_DATA, a folder with recorded digits")
    return Path(folder)


async def test_recorded_digits_are_heard_where_one_is_expected(
    people: Path, whisper_base: WhisperRecogniser
) -> None:
    scores = NumberScores()
    for digit in read_digits(people)[::9]:
        await scores.hear(whisper_base, spoken(digit))

    assert scores.right >= 0.85 * scores.count
    assert scores.misread <= 0.05 * scores.count


async def test_recorded_pins_are_heard_whole_and_rejected_rather_than_misread(
    people: Path, whisper_base: WhisperRecogniser
) -> None:
    scores = NumberScores()
    for pin in pins(read_digits(people), 18, seed=4):
        await scores.hear(whisper_base, pin)

    assert scores.right >= 0.8 * scores.count
    assert scores.misread <= 0.1 * scores.count


async def test_fewer_digits_than_expected_are_not_filled_up(
    people: Path, whisper_base: WhisperRecogniser
) -> None:
    outcomes: Counter[bool] = Counter()
    for pin in pins(read_digits(people), 6, seed=5):
        first_half = pin.sound[: len(pin.sound) // 2]
        heard = await whisper_base.transcribe(
            first_half, RATE, expect=Expectation("digits", digits=4)
        )
        outcomes[heard.doubtful or heard.text.replace(" ", "") != pin.digits] += 1

    assert outcomes[False] <= 1


async def test_noise_is_no_digit(whisper_base: WhisperRecogniser) -> None:
    noise = np.random.default_rng(7).normal(0, 3000, 2 * RATE).astype(np.int16)

    for count in (1, 4):
        heard = await whisper_base.transcribe(
            noise, RATE, expect=Expectation("digits", digits=count)
        )
        assert heard.text == ""


@pytest.mark.parametrize(
    "expect",
    [
        Expectation("digits", digits=4),
        Expectation("yes_no"),
        Expectation("choice", choices=("Martha Jones", "Peter Novak")),
        Expectation("amount"),
        Expectation("date"),
        Expectation("spelling"),
        LISTENING,
    ],
    ids=lambda expect: expect.kind,
)
async def test_whoever_says_something_else_is_understood_all_the_same(
    expect: Expectation, people: Path, whisper_base: WhisperRecogniser
) -> None:
    sound, rate = read_wav(people / "sentences" / "test.wav")
    free = await whisper_base.transcribe(sound, rate, expect=ANYTHING)

    heard = await whisper_base.transcribe(sound, rate, expect=expect)

    assert free.text
    assert heard.text == free.text
    assert not heard.doubtful


@pytest.mark.parametrize(
    ("said", "expect", "heard"),
    [
        ("Yes.", Expectation("yes_no"), "yes"),
        ("No.", Expectation("yes_no"), "no"),
        ("Goodbye.", Expectation("choice", choices=("hello", "goodbye")), "goodbye"),
        ("Twenty dollars.", Expectation("amount"), "twenty dollars"),
    ],
)
async def test_expected_answers_are_heard(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm],
    said: str, expect: Expectation, heard: str,
) -> None:  # fmt: skip
    transcript = await recogniser.transcribe(spoken(said), RATE, expect=expect)

    assert transcript.text.lower().strip(".") == heard


async def test_an_answer_with_more_behind_it_is_not_cut_to_the_answer(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    expect = Expectation("choice", choices=("how", "how can", "help you"))

    heard = await recogniser.transcribe(spoken("How can I help you?"), RATE, expect=expect)

    assert heard.text == "how can i help you"


@pytest.mark.parametrize("said", ["Okay.", "All right.", "I see.", "Yeah."])
async def test_what_a_listener_says_is_heard_as_that(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm], said: str
) -> None:
    transcript = await recogniser.transcribe(spoken(said), RATE, expect=LISTENING)

    assert language().listening.is_backchannel(transcript.text), transcript.text


@pytest.mark.parametrize("said", ["Stop.", "No.", "Wait.", "Hello?", "Sorry?"])
async def test_a_word_that_stops_is_not_taken_for_a_listeners(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm], said: str
) -> None:
    transcript = await recogniser.transcribe(spoken(said), RATE, expect=LISTENING)

    assert language().listening.stops_speaker(transcript.text), transcript.text


async def test_silence_answers_nothing(recogniser: WhisperRecogniser) -> None:
    heard = await recogniser.transcribe(silence(RATE), RATE, expect=Expectation("yes_no"))

    assert (heard.text, heard.doubtful) == ("", False)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("4 7 2 9", "4729"), ("Four, seven, 29.", "4729"), ("four seven", "47"),
        ("four people", None), ("", None), ("seventeen", None),
    ],
)  # fmt: skip
def test_digits_mean_the_same_however_they_are_written(text: str, meaning: str | None) -> None:
    assert Expectation("digits").meaning(text, language()) == meaning


@pytest.mark.parametrize(
    ("kind", "text", "meaning"),
    [
        ("amount", "Twenty dollars.", "twenty dollars"), ("amount", "$20.50", "$ 20 50"),
        ("amount", "Thank you.", None), ("date", "3 May", "3 may"),
        ("date", "The third of May.", "the third of may"), ("date", "Maybe.", None),
        ("spelling", "S-M-I-T-H", "smith"), ("spelling", "SMITH", "smith"),
        ("spelling", "Smith.", None),
    ],
)  # fmt: skip
def test_only_what_is_made_of_the_expected_parts_is_such_an_answer(
    kind: Kind, text: str, meaning: str | None
) -> None:
    assert Expectation(kind).meaning(text, language()) == meaning


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It's nine zero seven zero", True),
        ("my code is 4 2 2 1, thanks", True),
        ("forty two twenty one it is", True),
        ("nine zero seven zero", False),
        ("it's nine zero seven", False),
        ("it's nine zero seven zero eight", False),
        ("it's 4221, no, 4222", False),
        ("what do you need it for?", False),
    ],
)
def test_a_sentence_tells_a_number_when_it_holds_the_one_that_was_asked_for(
    text: str, told: bool
) -> None:
    assert Expectation("digits", 4).is_told_in(text, language("en")) is told
    assert not ANYTHING.is_told_in(text, language("en"))


def test_an_expectation_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="4 digits, kind date"):
        Expectation("date", digits=4)
    with pytest.raises(ValueError, match="0 choices, kind choice"):
        Expectation("choice")
