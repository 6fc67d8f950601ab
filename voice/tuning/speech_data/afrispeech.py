"""AfriSpeech-200 as it is unpacked: `transcripts/ACCENT/PART.csv` and `audio/ACCENT/PART/...`.

The tables have a header (audio_paths, user_ids, transcript, accent, country, duration, ...). Their
paths begin with a folder of their authors (`/AfriSpeech-100/train/...`), so sounds are found by
speaker's folder and name below `audio`. (Olatunji et al. 2023; huggingface.co, intronhealth)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from voice.tuning.speech_data.tables import first_of, number_of, table
from voice.tuning.speech_data.utterance import Part, SpokenUtterance

_PARTS: dict[str, Part] = {"train": "train", "dev": "development", "test": "test"}
_TRANSCRIPTS, _AUDIO = "transcripts", "audio"


def is_here(folder: Path) -> bool:
    """Whether the folder is the corpus, with all of its accents or some."""
    return (folder / _AUDIO).is_dir() and any(folder.glob(f"{_TRANSCRIPTS}/*/*.csv"))


def read(folder: Path) -> Iterator[SpokenUtterance]:
    """All accents that are there, each in its parts."""
    sounds = {tuple(file.parts[-2:]): file for file in (folder / _AUDIO).rglob("*.wav")}
    for file in sorted(folder.glob(f"{_TRANSCRIPTS}/*/*.csv")):
        for line, row in table(file):
            named = PurePosixPath(first_of(row, "audio_paths", "path"))
            yield SpokenUtterance(
                sounds.get(tuple(named.parts[-2:]), folder / _AUDIO / named.name),
                row.get("transcript", "").strip(),
                f"{file.relative_to(folder)} line {line}",
                first_of(row, "user_ids", "speaker_id"),
                first_of(row, "accent") or file.parent.name,
                _PARTS.get(file.stem),
                seconds=number_of(row.get("duration", "")),
            )
