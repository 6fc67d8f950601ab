"""FLEURS as it is unpacked: `LANGUAGE/{train,dev,test}.tsv` and `LANGUAGE/audio/PART/*.wav`.

The tables have no header: sentence, file, text as written, text in lower case without punctuation,
the same letter by letter, samples at 16 kHz, gender. It does not tell speakers apart, but keeps
those of training out of the others; a sentence is read by up to three. (Conneau et al. 2022)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from voice.tuning.speech_data.tables import number_of, table
from voice.tuning.speech_data.utterance import Part, SpokenUtterance

_PARTS: dict[str, Part] = {"train": "train", "dev": "development", "test": "test"}
_COLUMNS = ("id", "file", "written", "plain", "letters", "samples", "gender")
_RATE_HZ = 16000


def is_here(folder: Path) -> bool:
    """Whether the folder is that of a language."""
    return (folder / "train.tsv").is_file() and _sounds(folder, "train").is_dir()


def read(folder: Path) -> Iterator[SpokenUtterance]:
    """All three parts; texts as written."""
    for name, part in _PARTS.items():
        file = folder / f"{name}.tsv"
        for line, row in table(file, _COLUMNS) if file.is_file() else ():
            samples = number_of(row["samples"])
            yield SpokenUtterance(
                _sounds(folder, name) / row["file"],
                row["written"].strip(),
                f"{file.name} line {line}",
                dialect=folder.name,
                part=part,
                seconds=samples / _RATE_HZ if samples else None,
            )


def _sounds(folder: Path, part: str) -> Path:
    """Where the archive of a part was unpacked: in `audio`, or beside the tables."""
    unpacked = folder / "audio" / part
    return unpacked if unpacked.is_dir() else folder / part
