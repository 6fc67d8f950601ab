"""Reads the hand-written cases of tests/data/languages."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "data" / "languages"


def tables(name: str) -> dict[str, Any]:
    """The tables of one file."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def cases(name: str) -> dict[str, str]:
    """What stands left and right in all tables of a file."""
    return {left: right for table in tables(name).values() for left, right in table.items()}
