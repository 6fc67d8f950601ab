"""The training runs from nothing to a folder that the engine loads."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from voice.recognition import WhisperRecogniser

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.torch, pytest.mark.slow]


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT / "scripts", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(600)
def test_from_nothing_to_a_model_and_on_from_there(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    if not shutil.which("festival"):
        pytest.skip("needs festival: apt-get install festival festvox-us-slt-hts")
    corpus = str(tmp_path / "corpus")
    run("-m", "training.speech_corpus.shards", corpus, "--shards", "1", "--size", "40")
    small = ("--width", "64", "--encoder-layers", "2", "--decoder-layers", "1")
    short = ("--folder", str(tmp_path), "--processes", "1", "--frames", "3000")

    run("train_recogniser.py", *short, *small, "--minutes", "0.1")
    first = json.loads((tmp_path / "checkpoint" / "config.json").read_text())
    run("train_recogniser.py", *short, "--resume", "--minutes", "0.2")
    run("train_recogniser.py", "--folder", str(tmp_path), "--export", str(tmp_path / "model"))

    assert first["encoder_layers"] == 2
    WhisperRecogniser.load(tmp_path / "model").close()
