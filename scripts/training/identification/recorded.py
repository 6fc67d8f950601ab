"""Recorded people whose licences let their speech train: a manifest's rows, and prompts."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from voice.recognition.identifier import UNKNOWN

Row = tuple[Path, str, str, str]
"""File, label, source, speaker."""

SETS = ("swahili", "yoruba", "arabic", "coffee", "gsc", "fixtures")
"""Of the folder of recorded speech, those under MIT, Apache-2.0, BSD, CC BY and CC0."""
_LABELS = {"en": "en", "sw": "sw"}
"""Of the others one set of a few speakers is not enough to know the language from their line."""
_PROMPTS = {"en_US_f_Allison": "en", "fr_CA_f_June": "fr", "es_MX_f_Allison": "es",
            "it_IT_m_Carlo": "it"}  # fmt: skip
_LEAST_BYTES = 24_000
"""1.5 s of a prompt at 8 kHz."""


def people(folder: Path, utterances: int) -> Iterator[Row]:
    """Rows of `manifest.csv` in the folder of recorded speech, at most so many of each set."""
    choices = random.Random(3)
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for source in SETS:
        of = [row for row in rows if row["path"].startswith(f"{source}/")]
        for row in choices.sample(of, min(utterances, len(of))):
            label = _LABELS.get(row["language"], UNKNOWN)
            yield folder / row["path"], label, source, row["speaker"]


def prompts(folder: Path, utterances: int) -> Iterator[Row]:
    """So many of each language of Asterisk's prompts (asterisk-core-sounds-*-wav, CC BY-SA 3.0)."""
    choices = random.Random(4)
    for name, label in _PROMPTS.items():
        files = [
            file
            for file in sorted((folder / name).rglob("*.wav"))
            if file.stat().st_size >= _LEAST_BYTES and file.parent.name != "silence"
        ]
        for file in choices.sample(files, min(utterances, len(files))):
            yield file, label, f"prompts of {name}", name
