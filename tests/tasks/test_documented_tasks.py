"""The task files that docs/tasks.md shows are right as they stand."""

from __future__ import annotations

import re
from pathlib import Path

from voice.tasks import read_tasks

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "tasks.md"


def test_the_documented_files_can_be_used_as_they_are(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(name: (\w+)\n.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert [name for _, name in blocks] == ["renewal", "about"]
    for text, name in blocks:
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    tasks, wrong = read_tasks(tmp_path)
    assert wrong == [] and tasks is not None and "renew" in tasks.requests
