"""Folders of the `datasets` library: what `save_to_disk` left, or Parquet files as on the hub.

WAXAL's speech (huggingface.co, google/WaxalNLP) is `data/ASR/LANGUAGE/LANGUAGE-PART-NUMBER.parquet`
with id, speaker_id, transcription, language, gender, audio; files named `unlabeled` have no texts.
Columns of other corpora are found by their usual names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from voice.tuning.speech_data.tables_on_disk import ARROW, AUDIO, PARQUET, rows_of
from voice.tuning.speech_data.utterance import CorpusError, Part, SpokenUtterance

_PARTS: dict[str, Part] = {
    "train": "train",
    "validation": "development",
    "valid": "development",
    "dev": "development",
    "test": "test",
}
_TEXT = ("transcription", "transcript", "sentence", "text", "raw_transcription", "normalized_text")
_SPEAKER = ("speaker_id", "speaker", "client_id", "user_ids", "user_id")
_DIALECT = ("dialect", "accent", "accents", "variant", "l1", "language", "locale")
_SECONDS = ("duration", "seconds")
_WITHOUT_TEXTS = "unlabeled"
_STATE, _SPLITS = "state.json", "dataset_dict.json"


def is_here(folder: Path) -> bool:
    """Whether the folder holds tables with sounds."""
    return bool(_files(folder))


def read(folder: Path) -> Iterator[SpokenUtterance]:
    """All rows of all tables; raises CorpusError, TableError, ExtraMissing."""
    for file, part in _files(folder):
        for number, row in rows_of(file):
            has_text = not row.keys().isdisjoint(_TEXT)
            if not has_text or AUDIO not in row:
                lacking = AUDIO if has_text else f"text ({', '.join(_TEXT)})"
                raise CorpusError(f"{file}: no column of {lacking}; found {', '.join(row)}")
            yield _utterance(folder, file, number, row, str(_first(row, _TEXT) or ""), part)


def _utterance(
    folder: Path, file: Path, number: int, row: dict[str, Any], text: str, part: Part | None
) -> SpokenUtterance:
    outside = Path(row[AUDIO]) if row[AUDIO] else None
    is_file = outside is not None and outside.is_absolute() and outside.is_file()
    seconds = _first(row, _SECONDS)
    return SpokenUtterance(
        outside if outside is not None and is_file else file,
        text.strip(),
        f"{file.relative_to(folder)} row {number + 1}",
        str(_first(row, _SPEAKER) or ""),
        str(_first(row, _DIALECT) or ""),
        part,
        seconds=float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None,
        row=None if is_file else number,
    )


def _files(folder: Path) -> list[tuple[Path, Part | None]]:
    """Tables with the part that each belongs to, in order."""
    if (folder / _SPLITS).is_file():
        try:
            splits = json.loads((folder / _SPLITS).read_text("utf-8"))["splits"]
            found = [(split, file) for split in splits for file in _saved(folder / split)]
        except (OSError, ValueError, KeyError, TypeError):
            raise CorpusError(f"{folder / _SPLITS}: names no splits") from None
        return [(file, _PARTS.get(split)) for split, file in found]
    if (folder / _STATE).is_file():
        return [(file, None) for file in _saved(folder)]
    return [
        (file, _part_in(file))
        for file in sorted(folder.rglob(f"*{PARQUET}"))
        if _WITHOUT_TEXTS not in file.stem
    ]


def _saved(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"data-*{ARROW}"))


def _part_in(file: Path) -> Part | None:
    """By a word of the file's name, or of its folder's."""
    words = [*file.stem.split("-"), file.parent.name]
    return next((_PARTS[word] for word in words if word in _PARTS), None)


def _first(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)
