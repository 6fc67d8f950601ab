"""docs/deploy.md names files and commands that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.deploy.commands import expect_command

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "deploy.md").read_text()
TYPED = re.findall(r"^```\w*\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
OURS = re.compile(r"(?:/opt/voice/bin/voice| voice) ((?:models|doctor|serve|supervise) ?.*)")


def test_every_file_of_deploy_that_is_named_is_there() -> None:
    named = set(re.findall(r"(?<!tests/)\bdeploy/[\w./-]*\w", DOCUMENT))
    assert len(named) > 8
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_folder_of_deploy_is_named() -> None:
    folders = {path.name for path in (ROOT / "deploy").iterdir() if path.is_dir()}
    assert {name for name in folders if f"deploy/{name}" not in DOCUMENT} == {"kubernetes"}
    assert "kubectl apply --kustomize deploy/" in DOCUMENT


def test_every_command_of_voice_that_is_typed_is_one_that_there_is() -> None:
    commands = [shlex.split(found, comments=True) for text in TYPED for found in OURS.findall(text)]
    assert len(commands) >= 4
    for words in commands:
        expect_command(words)
