"""`voice models convert-gpt-oss`: what it needs is said first, and each mistake is one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.models.gpt_oss.small_models import (
    gpt_oss_config,
    gpt_oss_tensors,
    save_checkpoint,
    save_dialogues,
)
from voice.cli.app import app


def voice(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voice", "models", "convert-gpt-oss", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_checkpoint_is_converted(tmp_path: Path) -> None:
    source = save_checkpoint(tmp_path / "gpt-oss", gpt_oss_config(), gpt_oss_tensors())
    dialogues, words = save_dialogues(tmp_path / "calls.jsonl"), tmp_path / "words.txt"
    words.write_text("how much is my bill")

    done = voice(source, tmp_path / "dense", "--experts", "2", "--dialogues", dialogues,
                 "--vocabulary", words, "--precision", "float16")  # fmt: skip

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "MB of memory to convert" in lines[0]
    assert lines[1:3] == ["routing: layer 1 of 2", "routing: layer 2 of 2"]
    assert lines[-1] == f"Written: {tmp_path / 'dense'}"
    assert {path.name for path in (tmp_path / "dense").iterdir()} == {
        "model.bin", "config.json", "vocabulary.json", "tokenizer.json", "voice.json",
        "routing.json",
    }  # fmt: skip
    assert json.loads((tmp_path / "dense" / "voice.json").read_text())["format"] == "harmony"


def test_a_mistake_is_one_line(tmp_path: Path) -> None:
    source = save_checkpoint(tmp_path / "gpt-oss", gpt_oss_config(), gpt_oss_tensors())

    too_many = voice(source, tmp_path / "dense", "--experts", "40")
    nothing = voice(tmp_path / "nowhere", tmp_path / "dense")

    assert too_many.returncode == nothing.returncode == 2
    assert too_many.stderr == f"voice: {source} has 8 experts a layer, not 40\n"
    assert nothing.stderr == f"voice: {tmp_path / 'nowhere'}: no such file or folder\n"


def test_whoever_stops_it_is_told_that_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = save_checkpoint(tmp_path / "gpt-oss", gpt_oss_config(), gpt_oss_tensors())

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("voice.models.gpt_oss.conversion.write_ctranslate2", stopped)
    options = [str(source), str(tmp_path / "dense"), "--dialogues"]
    dialogues = str(save_dialogues(tmp_path / "calls.jsonl"))
    done = CliRunner().invoke(app, ["models", "convert-gpt-oss", *options, dialogues])

    assert done.exit_code == 130
    assert done.output.splitlines()[-1] == "Stopped; nothing was written."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calls.jsonl", "gpt-oss"]
