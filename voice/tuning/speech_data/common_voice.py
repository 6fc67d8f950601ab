"""Mozilla Common Voice as it is unpacked: `LANGUAGE/*.tsv` beside `LANGUAGE/clips/*.mp3`.

The tables have a header (client_id, path, sentence, ..., accents, variant, locale); older ones
say `accent`. `train.tsv`, `dev.tsv` and `test.tsv` keep speakers apart; `validated.tsv` holds
these three and more. (github.com/common-voice/cv-dataset, datasheets)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from voice.tuning.speech_data.tables import first_of, number_of, table
from voice.tuning.speech_data.utterance import Part, SpokenUtterance

_PARTS: dict[str, Part] = {"train": "train", "dev": "development", "test": "test"}
_CLIPS = "clips"
_DURATIONS = "clip_durations.tsv"


def is_here(folder: Path) -> bool:
    """Whether the folder is that of a language."""
    return (folder / _CLIPS).is_dir() and any(map(Path.is_file, _tables(folder)))


def read(folder: Path) -> Iterator[SpokenUtterance]:
    """All that the divided tables hold; without them what was validated."""
    milliseconds = _durations(folder / _DURATIONS)
    for file in filter(Path.is_file, _tables(folder)):
        for line, row in table(file):
            name = row.get("path", "")
            clip = folder / _CLIPS / name
            length = milliseconds.get(name)
            yield SpokenUtterance(
                clip if clip.suffix else clip.with_suffix(".mp3"),
                row.get("sentence", "").strip(),
                f"{file.name} line {line}",
                row.get("client_id", ""),
                first_of(row, "variant", "accents", "accent", "locale"),
                _PARTS.get(file.stem),
                seconds=length / 1000 if length else None,
            )


def _tables(folder: Path) -> list[Path]:
    divided = [folder / f"{name}.tsv" for name in _PARTS]
    return divided if (folder / "train.tsv").is_file() else [folder / "validated.tsv"]


def _durations(file: Path) -> dict[str, float]:
    """Milliseconds of each clip, where the release tells them (from 13 on)."""
    if not file.is_file():
        return {}
    rows = (row for _, row in table(file))
    lengths = ((first_of(row, "clip"), number_of(first_of(row, "duration[ms]"))) for row in rows)
    return {clip: length for clip, length in lengths if length}
