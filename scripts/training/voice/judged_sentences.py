"""Sentences on which a voice is measured: written by hand, in no training text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("judged_sentences")


def judged_sentences(language: str) -> list[str]:
    """Those of a language, by its tag; none where nobody has written any."""
    file = FOLDER / f"{language}.txt"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
