"""docs/operations.md lists what there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from voice.telemetry.reasons import END_REASONS, TRANSFER_OUTCOMES

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text()
MEASURING = ("service", "supervision", "telemetry", "telephony/edge")
NO_SERVICE = ("evaluation", "cli")


def calls_in(*folders: str) -> Iterator[tuple[str, str]]:
    """What is called with a text as its first argument: its name, and the text."""
    for folder in folders:
        for file in (ROOT / "voice" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield ast.unparse(node.func), first.value


def test_every_metric_is_listed() -> None:
    named = {text for _, text in calls_in(*MEASURING) if re.fullmatch(r"voice_[a-z_]+", text)}
    assert len(named) > 10
    listed = set(re.findall(r"`(voice_[a-z_]+?)(?:_total)?`", TEXT))
    assert named - listed == set()


def test_every_line_at_info_is_listed() -> None:
    folders = [each.name for each in (ROOT / "voice").iterdir() if each.is_dir()]
    said = {
        text
        for called, text in calls_in(*(each for each in folders if each not in NO_SERVICE))
        if called == "log.info"
    }
    assert len(said) > 5
    assert {text for text in said if f"`{text}`" not in TEXT} == set()


def test_every_reason_and_outcome_is_listed() -> None:
    assert {each for each in (*END_REASONS, *TRANSFER_OUTCOMES) if each not in TEXT} == set()
