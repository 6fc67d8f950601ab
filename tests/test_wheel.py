"""An installed package needs no checkout: models, tasks and example settings travel with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voice.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent

LOADS_ALL = """
from voice.model_folders import find_model, tasks_folder
from voice.recognition import WhisperRecogniser
from voice.tasks import load_tasks

WhisperRecogniser.load("embedded-en").close()
assert load_tasks(tasks_folder("tasks")).tools
for kind in ("asr_models", "response_models", "tts_voices"):
    print(find_model(kind, "embedded-en"))
print(find_model("tts_voices", "embedded-caller-en"))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds nothing but the built package."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(folder), str(ROOT)], check=True, timeout=100)
    return folder


def run(installed: Path, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_installed_package_finds_its_models_and_tasks(installed: Path, tmp_path: Path) -> None:
    found = run(installed, tmp_path, "-c", LOADS_ALL).split()

    assert len(found) == 4
    for place in map(Path, found):
        assert place.is_relative_to(installed) and any(place.iterdir())


@pytest.mark.parametrize("kind", ["asr_models", "response_models", "tts_voices"])
def test_an_installed_package_has_every_model_of_the_project(installed: Path, kind: str) -> None:
    """Also those that are differences, which are looked up by no name before they are merged."""
    ours, theirs = ROOT / kind, installed / "voice" / "shipped" / kind

    assert {file.relative_to(theirs) for file in theirs.rglob("*") if file.is_file()} == {
        file.relative_to(ours) for file in ours.rglob("*") if file.is_file()
    }


def test_the_example_settings_can_be_had_from_an_installed_package(
    installed: Path, tmp_path: Path
) -> None:
    example = tmp_path / "voice.toml"
    example.write_text(run(installed, tmp_path, "-m", "voice", "settings"))

    assert load_settings(example) == load_settings(None)
    assert "[sip]" in example.read_text()
