"""With real models: Swahili by the first sentence, accents stay English, music tells nothing."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from fairness import people
from tests.models.loopback_sources import Told
from tests.real_models.test_people import RATE, recorded
from voice.audio import Pcm, silence
from voice.evaluation.people.speech import DATA_VARIABLE
from voice.evaluation.word_errors import WordErrors, word_errors
from voice.languages import language
from voice.model_folders import find_model
from voice.models import Catalogue, ModelsAtHand, ModelStore, Origins, pull
from voice.recognition import LanguageBelief, Transcript, WhisperRecogniser

pytestmark = pytest.mark.real_models

OFFERED = ("en", "fr", "sw")


@pytest.fixture(scope="module")
def recogniser(real_models: ModelsAtHand) -> Iterator[WhisperRecogniser]:
    identification = find_model("asr_models", f"{real_models.recogniser}-identification")
    engine = WhisperRecogniser.load(
        real_models.recogniser,
        languages=[*map(language, OFFERED)],
        identification=Path(identification),
    )
    yield engine
    engine.close()


def heard(recogniser: WhisperRecogniser, sound: Pcm, belief: LanguageBelief) -> Transcript:
    return asyncio.run(recogniser.transcribe(sound, RATE, belief=belief))


@pytest.fixture
def anybody(recogniser: WhisperRecogniser) -> LanguageBelief:
    return LanguageBelief.of(recogniser.offered, dialects=recogniser.dialects)


def speakers(data: Path, part: str, first_languages: tuple[str, ...] = ("",)) -> list[Path]:
    with (data / "speech" / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        return [
            data / "speech" / row["path"]
            for row in csv.DictReader(lines)
            if row["path"].startswith(f"{part}/") and row["dialect"].startswith(first_languages)
        ]


def test_swahili_is_heard_by_the_first_sentence(
    recogniser: WhisperRecogniser, recorded_data: Path, anybody: LanguageBelief
) -> None:
    files = speakers(recorded_data, "swahili")[:240:20]
    found = [heard(recogniser, recorded(file)[: 6 * RATE], anybody).language for file in files]
    assert found.count("sw") >= len(files) - 2, found


def test_english_with_an_african_or_arabic_accent_stays_english(
    recogniser: WhisperRecogniser, recorded_data: Path, anybody: LanguageBelief
) -> None:
    accents = ("amharic", "yoruba", "swahili", "hausa", "wolof", "arabic", "igbo", "zulu")
    files = islice(speakers(recorded_data, "saa", accents), 12)
    found = [heard(recogniser, recorded(file)[: 6 * RATE], anybody) for file in files]
    assert len(found) >= 5
    assert [one.language for one in found].count("en") >= len(found) - 1
    assert not any(one.belief and one.belief.stranger for one in found)


def test_an_unknown_caller_who_speaks_swahili_is_read_by_the_variant_from_the_first_sentence(
    recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sentences that it did not learn from; English, French and Swahili are offered."""
    base, known = ModelStore().path("whisper-base"), Catalogue.shipped().find
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv(DATA_VARIABLE, str(recorded_data))
    pull(known("whisper-base"), ModelStore(), Origins(), Told(), base)
    variant = pull(known("whisper-base-sw-KE"), ModelStore(), Origins(), Told())
    engine = WhisperRecogniser.load(
        base,
        languages=[*map(language, OFFERED)],
        variants=[variant],
        identification=Path(find_model("asr_models", "whisper-base-identification")),
    )
    nothing_known = LanguageBelief.of(engine.offered, dialects=engine.dialects)
    edits = WordErrors()
    dialects = []
    for said in people.swahili()[:6]:
        found = heard(engine, said.sound(), nothing_known)
        dialects.append(found.dialect)
        edits += word_errors(said.text, found.text)
    engine.close()
    assert dialects.count("sw-KE") >= 5, dialects
    assert edits.rate < 0.5, "the base alone makes more than twice as many"


def chords(seconds: float) -> Pcm:
    """Music on hold."""
    time = np.arange(round(seconds * RATE)) / RATE
    step = (time / 0.4).astype(int)
    roots = 220 * 2 ** (np.array([0, 5, 7, 3, 8, 10])[step % 6] / 12)
    wave = sum(np.sin(2 * np.pi * roots * ratio * time) for ratio in (1, 1.26, 1.5))
    return np.asarray(wave * 3000 * np.exp(-2 * (time % 0.4)), np.int16)


def test_music_makes_nobody_a_speaker_of_anything(
    recogniser: WhisperRecogniser, anybody: LanguageBelief
) -> None:
    belief = anybody
    for _ in range(3):
        belief = heard(recogniser, chords(5.0), belief).belief or belief
    assert belief.stranger == ""
    assert belief.spoken == anybody.spoken


def test_who_switches_in_a_sentence_is_read_and_the_call_stays_in_its_language(
    recogniser: WhisperRecogniser, recorded_data: Path
) -> None:
    """A French frame, with Swahili in it."""
    french = recorded(recorded_data / "sentences" / "test_fr.wav")
    swahili = recorded(speakers(recorded_data, "swahili")[0])
    settled = LanguageBelief.of(OFFERED, {"en": 0.01, "fr": 0.98, "sw": 0.01})
    frame = [french[: 2 * RATE], silence(RATE // 5), swahili[: 2 * RATE]]
    mixed = heard(recogniser, np.concatenate(frame), settled)
    assert mixed.text and mixed.language in ("fr", "sw")
    assert mixed.belief is not None and mixed.belief.spoken == "fr"
    assert heard(recogniser, french, mixed.belief).language == "fr"


def test_a_call_of_one_word_is_in_the_language_that_was_expected(
    recogniser: WhisperRecogniser, recorded_data: Path
) -> None:
    expected = LanguageBelief.of(OFFERED, {"en": 0.9, "fr": 0.05, "sw": 0.05})
    words = [recorded(file) for file in speakers(recorded_data, "gsc")[:60:5]]
    found = [heard(recogniser, word, expected).language for word in words]
    assert found.count("en") >= len(found) - 1, found
