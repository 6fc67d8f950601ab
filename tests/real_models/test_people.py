"""The default models: recorded people are understood in whole calls, and the voice is, too."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from voice.audio import Pcm, dbfs, read_stereo_flac, resample, with_gain, write_wav
from voice.calls.engines import load_engines, write_apology
from voice.cli.demo_files import trial_settings
from voice.cli.pull_progress import models_at_hand
from voice.evaluation.demo_operator import caller_of, open_books
from voice.evaluation.recordings.report_files import results_of
from voice.evaluation.trial_call import place_trial_call
from voice.evaluation.trial_service import TrialService
from voice.evaluation.word_errors import word_errors
from voice.languages import language
from voice.models import ModelsAtHand
from voice.records import RECORDING
from voice.settings import Demo, Identity, Runtime, Settings
from voice.settings.response import BY_EXAMPLES

PHRASES = language().phrases

pytestmark = pytest.mark.real_models

ROOT = Path(__file__).resolve().parents[2]
RATE = 8000
QUILTER = (
    "Mr Quilter is the apostle of the middle classes and we are glad to welcome his gospel",
    "test.wav",
)
KENNEDY = (
    "And so my fellow Americans ask not what your country can do for you ask what you can do for "
    "your country",
    "jfk.flac",
)
MOST_WRONG = 0.12
"""Of the words; Whisper base reads these two nearly without error."""
COSTS = {
    "recognition": {"job": 2.0, "frame": 0.1, "token": 1.0},
    "response": {"job": 1.0, "prompt_token": 0.05, "token": 1.0},
    "speech": {"clause": 5.0, "second": 20.0},
    "turns": {"job": 35.0},
}


def recorded(file: Path) -> Pcm:
    """A recording as it comes over the telephone."""
    samples, rate = soundfile.read(file, dtype="int16", always_2d=True)
    return resample(samples[:, 0], rate, RATE)


def evaluated(folder: Path, models: ModelsAtHand, sound: Pcm, settings: str) -> Path:
    """One caller's recording as a whole call in virtual time; where the report lies."""
    (folder / "recordings").mkdir()
    write_wav(folder / "recordings" / "caller.wav", sound, RATE)
    (folder / "costs.json").write_text(json.dumps({"milliseconds": COSTS}))
    (folder / "voice.toml").write_text(settings)
    done = subprocess.run(
        [sys.executable, "-m", "voice", "evaluate", "recordings", "recordings"],
        cwd=folder,
        env={**os.environ, **models.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "evaluation"


def understood(folder: Path, models: ModelsAtHand, sound: Pcm, pause_ms: int) -> list[str]:
    """What the call makes of one caller's recording, turn by turn."""
    pauses = (
        f"[turns]\nend_ms_sure = {pause_ms}\nend_ms = {pause_ms}\n"
        f"end_ms_open = {max(pause_ms, 1200)}\nend_ms_digits = {max(pause_ms, 1800)}\n"
    )
    (result,) = results_of(evaluated(folder, models, sound, pauses))
    return list(result.heard)


def test_a_recorded_sentence_is_understood_by_a_whole_call(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path
) -> None:
    said, file = QUILTER
    heard = understood(tmp_path, real_models, recorded(recorded_data / "sentences" / file), 900)
    assert word_errors(said, " ".join(heard)).rate <= MOST_WRONG, heard


@pytest.mark.parametrize("level_dbfs", [-45.0, 0.0], ids=["faint", "clipped"])
def test_faint_and_clipped_people_are_understood_by_a_whole_call(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, level_dbfs: float
) -> None:
    said, file = QUILTER
    sound = recorded(recorded_data / "sentences" / file)
    heard = understood(tmp_path, real_models, with_gain(sound, level_dbfs - dbfs(sound)), 900)
    assert word_errors(said, " ".join(heard)).rate <= MOST_WRONG, heard


def test_a_turn_of_sixteen_seconds_is_neither_doubled_nor_lost(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path
) -> None:
    """Longer than a window of ten seconds, and so read in more than one piece."""
    sentences = [recorded(recorded_data / "sentences" / file) for _, file in (KENNEDY, QUILTER)]
    turn = np.concatenate(sentences)
    assert len(turn) > 16 * RATE
    heard = understood(tmp_path, real_models, turn, pause_ms=3000)
    assert len(heard) == 1, "one turn"
    assert word_errors(f"{KENNEDY[0]} {QUILTER[0]}", heard[0]).rate <= MOST_WRONG, heard


def test_a_process_is_warm_before_its_first_call(real_models: ModelsAtHand, tmp_path: Path) -> None:
    """Whatever the call itself says is spoken beforehand, also what is said when all else fails."""

    async def load() -> None:
        own = {
            "demo": Demo(database=tmp_path / "books"),
            "identity": Identity(database=tmp_path / "tries"),
            "runtime": Runtime(directory=tmp_path),
        }
        settings = real_models.in_settings(Settings().model_copy(update=own))
        engines = await load_engines(settings)
        try:
            for text in (PHRASES.ask_pin, PHRASES.apology, PHRASES.goodbye):
                clause = await engines.voices.speaker_for("en").synthesise(text, RATE)
                assert clause.cached and dbfs(clause.pcm) > -40
            await write_apology(engines, settings)
        finally:
            engines.close()

    asyncio.run(load())
    assert (tmp_path / "apology.wav").stat().st_size > RATE


@pytest.mark.timeout(240)
async def test_the_recorded_voice_answers_over_sip_and_is_understood(
    real_models: ModelsAtHand, tmp_path: Path
) -> None:
    async with TrialService(tmp_path, trial_settings(), models=real_models) as service:
        customer = caller_of(open_books(service.database, 1), 1)
        trial = await place_trial_call(service, "plan", customer, 1, tmp_path / "caller")
    assert trial.call is not None and trial.records is not None, trial.verdict
    assert trial.verdict.success, trial.verdict
    heard = " ".join(turn.text for turn in trial.call.report.heard)
    assert re.search(r"plan with \d+ ?(gigabytes|gb)\b", heard.lower()), heard
    _, assistant, _ = read_stereo_flac(trial.records / RECORDING)
    assert assistant.any()


def test_whoever_has_fetched_them_is_answered_by_them(
    real_models: ModelsAtHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in real_models.environment:
        monkeypatch.delenv(variable)
    at_hand = models_at_hand(Settings(), embedded=False, console=Console())
    assert at_hand == real_models
    along = models_at_hand(Settings(), embedded=True, console=Console())
    assert along == ModelsAtHand(engine=BY_EXAMPLES)
