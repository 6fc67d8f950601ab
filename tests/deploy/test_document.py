"""docs/deploy.md names files and commands that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.deploy.commands import expect_command
from voice.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "deploy.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
OURS = re.compile(
    r"(?:^|.*[ /])voice ((?:accounts|models|doctor|engines|serve|supervise) ?.*)", re.MULTILINE
)


def test_every_file_of_deploy_that_is_named_is_there() -> None:
    named = set(re.findall(r"(?<!tests/)\bdeploy/[\w./-]*\w", DOCUMENT))
    assert len(named) > 8
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_folder_of_deploy_is_named() -> None:
    folders = {path.name for path in (ROOT / "deploy").iterdir() if path.is_dir()}
    assert {name for name in folders if f"deploy/{name}" not in DOCUMENT} == {"kubernetes"}
    assert "kubectl apply --kustomize deploy/" in DOCUMENT


def test_every_command_of_voice_that_is_typed_is_one_that_there_is() -> None:
    commands = [
        shlex.split(found, comments=True) for _, text in BLOCKS for found in OURS.findall(text)
    ]
    used = {"accounts", "models", "doctor", "engines", "supervise"}
    assert {words[0] for words in commands} == used
    for words in commands:
        expect_command(words)


def test_settings_that_are_shown_can_be_used(tmp_path: Path, as_written: None) -> None:
    shown = [text for language, text in BLOCKS if language == "toml"]
    assert len(shown) >= 2
    for number, text in enumerate(shown):
        file = tmp_path / f"{number}.toml"
        file.write_text(text)
        load_settings(file)
