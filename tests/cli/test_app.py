"""A command line loads the command that it names, and all of them where it names none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voice.cli.app import COMMANDS

ROOT = Path(__file__).parents[2]
_SHOWN = """
import atexit, sys
from voice.cli.app import main
atexit.register(lambda: print(*sys.modules))
sys.argv[0] = "voice"
main()
"""


def shown(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What `voice` says with these arguments, and at last the modules that it has loaded."""
    return subprocess.run(
        [sys.executable, "-c", _SHOWN, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_named_command_alone_is_loaded() -> None:
    done = shown("settings", "--help")
    assert done.returncode == 0 and "Usage: voice settings" in done.stdout
    modules = done.stdout.splitlines()[-1].split()
    assert {name for name in COMMANDS if f"voice.cli.{name}" in modules} == {"settings"}
    assert "numpy" not in modules


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), ([], 2)])
def test_without_one_all_are_shown(arguments: list[str], status: int) -> None:
    done = shown(*arguments)
    assert done.returncode == status
    assert all(f" {name} " in done.stdout for name in COMMANDS)


def test_one_that_there_is_not_is_a_mistake_with_those_that_are_near() -> None:
    done = shown("serv")
    assert done.returncode == 2 and "Did you mean 'serve'" in done.stderr
