"""`voice tasks check`: what a folder holds, or all that is wrong with it, a line each."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voice", "tasks", "check", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_tasks_that_come_along_are_right() -> None:
    done = check(ROOT / "tasks")
    assert done.returncode == 0 and done.stderr == ""
    assert "-> get_bill" in done.stdout


def test_every_mistake_has_a_line(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tasks", tmp_path / "tasks"))
    for name in ("balance.yaml", "plan.yaml"):
        file = folder / name
        file.write_text(file.read_text().replace("description:", "descripton:"))
    done = check(folder)
    assert done.returncode == 1 and done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith(f"{folder / 'balance.yaml'}:")
    assert any("did you mean description?" in line for line in lines)
