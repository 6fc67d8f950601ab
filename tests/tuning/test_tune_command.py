"""Mistakes of `voice tune dialect` are one line, and what it needs is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voice.cli.app import app
from voice.errors import VoiceError


def mistake(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["tune", "dialect", *map(str, arguments)])
    assert isinstance(result.exception, VoiceError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


@pytest.mark.parametrize("module", ["torch", "scipy"])
def test_without_the_extra_it_says_how_to_install_it(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="the first module that is missing is named")
    pytest.importorskip("scipy", reason="the first module that is missing is named")
    monkeypatch.setitem(sys.modules, module, None)

    said = mistake("--data", tmp_path, "--dialect", "sw-KE")

    assert f"this needs {module}: pip install 'voice[train]'" in said


def test_without_any_of_it_the_data_room_can_be_used() -> None:
    loaded = "import sys, voice.tuning.speech_data; print(*({'torch', 'scipy'} & {*sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, timeout=60
    )

    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr


@pytest.mark.torch
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dialect", "sw-KE", "--base", "nothing"], "voice models pull nothing"),
        (["--dialect", "Swahili!", "--base", "."], "expected a BCP 47 tag"),
        (
            ["--dialect", "sw", "--base", ".", "--also", "english"],
            "expected a language and a place",
        ),
        (["--dialect", "sw", "--base", ".", "--out", "."], "--out .: its last part becomes"),
        (["--dialect", "sw", "--base", ".", "--licence", "a\nb"], "--licence holds control"),
        (["--dialect", "sw", "--base", ".", "--statement", "\x1b"], "--statement holds control"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

    assert message in mistake("--data", tmp_path, *arguments)
