"""Whisper base tells languages apart: recorded people and a synthesizer, over the telephone."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.real_models.test_people import RATE, evaluated, recorded
from voice.audio import Pcm, resample, silence
from voice.evaluation.recordings.report_files import results_of
from voice.evaluation.word_errors import word_errors
from voice.languages import language
from voice.models import ModelsAtHand
from voice.recognition import LanguageBelief, Transcript, WhisperRecogniser

pytestmark = pytest.mark.real_models

OFFERED = ("en", "fr", "sw")
PEOPLE = {
    "sentences/jfk.flac": "en",
    "sentences/test.wav": "en",
    "sentences/test_fr.wav": "fr",
    "sentences/cheetah_fr.wav": "fr",
    "speech/swahili/200702-201811_swh_35d_elicit_154.ogg": "sw",
    "speech/swahili/200701-101457_swh_35d_elicit_104.ogg": "sw",
}
SYNTHETIC = {
    "I would like to know how much I have to pay this month.": "en",
    "Je voudrais savoir combien je dois payer ce mois-ci.": "fr",
    "Quel est le montant de ma facture, s'il vous plaît ?": "fr",
}
QUILTER = "Mr Quilter is the apostle of the middle classes and we are glad to welcome his gospel"
CONSULATE = "Sous le consulat il devient conservateur des eaux et forêts et conseiller général"

MOST_WRONG_IN_FRENCH = 0.35
"""Of the words of one sentence; read as English nearly all of them would be."""


@pytest.fixture(scope="module")
def recogniser(real_models: ModelsAtHand) -> Iterator[WhisperRecogniser]:
    engine = WhisperRecogniser.load(real_models.recogniser, languages=[*map(language, OFFERED)])
    yield engine
    engine.close()


@pytest.fixture
def synthetic(require_peer: Callable[[str], str], tmp_path: Path) -> Callable[[str, str], Pcm]:
    program = require_peer("espeak-ng")

    def speak(text: str, tag: str) -> Pcm:
        file = tmp_path / "spoken.wav"
        subprocess.run([program, "-v", tag, "-s", "150", "-w", file, text], check=True, timeout=20)
        samples, rate = soundfile.read(file, dtype="int16")
        return resample(samples, rate, RATE)

    return speak


def heard(recogniser: WhisperRecogniser, *turns: Pcm) -> Transcript:
    """The last turn of a caller of whom nothing was known."""
    belief = LanguageBelief.of(recogniser.offered)
    for turn in turns:
        last = asyncio.run(recogniser.transcribe(turn, RATE, belief=belief))
        assert last.belief is not None
        belief = last.belief
    return last


@pytest.mark.parametrize(("file", "tag"), PEOPLE.items())
def test_the_first_sentence_tells_what_a_person_speaks(
    recogniser: WhisperRecogniser, recorded_data: Path, file: str, tag: str
) -> None:
    first = heard(recogniser, recorded(recorded_data / file))
    assert first.belief is not None
    assert (first.language, first.belief.spoken) == (tag, tag)
    assert first.language_confidence > 0.7


@pytest.mark.parametrize(("text", "tag"), SYNTHETIC.items())
def test_so_does_that_of_a_synthesizer(
    recogniser: WhisperRecogniser, synthetic: Callable[[str, str], Pcm], text: str, tag: str
) -> None:
    assert heard(recogniser, synthetic(text, tag)).language == tag


def test_french_is_written_as_french(recogniser: WhisperRecogniser, recorded_data: Path) -> None:
    said = recorded(recorded_data / "sentences" / "test_fr.wav")
    first = heard(recogniser, said)
    assert word_errors(CONSULATE, first.text, language("fr")).rate <= MOST_WRONG_IN_FRENCH, (
        first.text
    )


def test_who_speaks_none_of_the_languages_is_known_by_the_second_sentence(
    recogniser: WhisperRecogniser, recorded_data: Path
) -> None:
    german = recorded(recorded_data / "sentences" / "test_de.wav")
    first = heard(recogniser, german)
    second = heard(recogniser, german, german)
    assert first.belief is not None and second.belief is not None
    assert (first.belief.stranger, second.belief.stranger) == ("", "de")


def test_a_whole_call_goes_on_in_french(
    real_models: ModelsAtHand, recorded_data: Path, embedded_voice_path: Path, tmp_path: Path
) -> None:
    """An English sentence, then French ones, with time for an answer after each."""
    voice = Path(shutil.copytree(embedded_voice_path, tmp_path / "french"))
    (described,) = voice.glob("*.onnx.json")
    told = json.loads(described.read_text())
    described.write_text(json.dumps({**told, "espeak": {"voice": "fr"}}))
    english, french = (
        recorded(recorded_data / "sentences" / name) for name in ("test.wav", "test_fr.wav")
    )
    pause = silence(15 * RATE)
    folder = evaluated(
        tmp_path,
        real_models,
        np.concatenate([english, pause, french, pause, french, pause]),
        "[turns]\nend_ms = 900\n[recognition]\nlanguages = ['en', 'fr']\n"
        f"[speech]\nvoices = {{ fr = '{voice}' }}\n",
    )
    (result,) = results_of(folder)
    first, second, third = result.heard
    assert word_errors(QUILTER, first).rate <= 0.12, first
    for turn in (second, third):
        assert word_errors(CONSULATE, turn, language("fr")).rate <= MOST_WRONG_IN_FRENCH, turn
    assert result.language == "fr", "most of the words"
