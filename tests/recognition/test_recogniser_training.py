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

    run("train_recogniser.py", *short, "--init", str(tmp_path / "model"), "--minutes", "0.1")

    assert first["encoder_layers"] == 2
    WhisperRecogniser.load(tmp_path / "model").close()


def test_a_shipped_model_goes_through_training_scripts_unchanged(
    tmp_path: Path, embedded_recogniser_path: Path
) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    run(
        "-c",
        "import sys; from pathlib import Path; from training.recogniser.export import export;"
        "from training.recogniser.shipped import load_shipped;"
        "shipped, work = map(Path, sys.argv[1:]);"
        "load_shipped(shipped).save(work / 'checkpoint');"
        "export(work / 'checkpoint', work / 'model')",
        *map(str, (embedded_recogniser_path, tmp_path)),
    )
    again = (tmp_path / "model" / "model.bin").read_bytes()
    shipped = (embedded_recogniser_path / "model.bin").read_bytes()
    assert len(again) == len(shipped)
    same = sum(map(int.__eq__, again, shipped))
    assert same / len(shipped) > 0.99, "but for the last bits of some scales"
