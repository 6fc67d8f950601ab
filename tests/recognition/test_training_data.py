"""The sentences that calls are judged on were never trained on."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(
    [*(ROOT / "scripts" / "training").rglob("*.py"), *(ROOT / "scripts").glob("train_*.py")]
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_training_script_reads_the_held_out_phrasings(script: Path) -> None:
    tree = ast.parse(script.read_text())
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    imported = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
    ]

    paths = [text for text in texts if isinstance(text, str) and len(text) < 200]
    assert not any("held_out/" in text or text == "held_out" for text in paths)
    assert not any(name and name.split(".")[0] == "tests" for name in imported)
