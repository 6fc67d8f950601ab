"""docs/deploy.md names files and commands that there are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

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


def test_the_user_can_be_made_on_a_debian(tmp_path: Path) -> None:
    masters = Path("/usr/share/base-passwd")
    if os.geteuid() != 0 or not masters.is_dir():
        pytest.skip("needs root on a Debian")
    (tmp_path / "etc").mkdir()
    for name in ("passwd", "group"):
        (tmp_path / "etc" / name).write_text((masters / f"{name}.master").read_text())
    image = (ROOT / "deploy" / "Containerfile").read_text()
    for text in ("".join(text for _, text in BLOCKS), image):
        lines = re.findall(r"((?:group|user)add .*?)(?: \\|\s+#.*)?$", text, re.MULTILINE)
        assert [line.split()[0] for line in lines] == ["groupadd", "useradd"]
        for program, *options in map(str.split, lines):
            command = [program, "--prefix", str(tmp_path), *options]
            done = subprocess.run(command, capture_output=True, text=True, timeout=20)
            assert done.returncode == 0, done.stderr
        subprocess.run(["userdel", "--prefix", str(tmp_path), "voice"], check=True, timeout=20)
