"""African Accented French (openslr.org/57): `speech/PART/GROUP/...` and `transcripts/PART/GROUP/`.

Each group writes its texts down in another way: `name text` in a line, names with a folder, with
the ending `.wav` or `.tdf`, or without one; parted by a blank or, beside the sounds, by a tab.
Speakers have a folder each below their group; only Yaounde's name them in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from voice.tuning.speech_data.tables import pairs
from voice.tuning.speech_data.utterance import Part, SpokenUtterance

_PARTS: dict[str, Part] = {
    "train": "train",
    "dev": "development",
    "devtest": "development",
    "test": "test",
}
_SPEECH, _TRANSCRIPTS = "speech", "transcripts"
_FILES = ("transcripts/*/*/*.txt", "speech/*/*/*.tsv")
_ENDINGS = (".wav", ".tdf")
_NO_SPEAKERS = ("read", "answers")
"""Folders that part what was read from what was answered."""


def is_here(folder: Path) -> bool:
    """Whether the folder is the corpus."""
    return (folder / _SPEECH).is_dir() and (folder / _TRANSCRIPTS).is_dir()


def read(folder: Path) -> Iterator[SpokenUtterance]:
    """Every recording; those that nobody wrote down have no text."""
    texts = _texts(folder)
    for sound in sorted((folder / _SPEECH).glob("*/*/**/*.wav")):
        part, group, *inside = sound.relative_to(folder / _SPEECH).parts[:-1]
        place, text = texts.get(sound.stem, (str(sound.relative_to(folder)), ""))
        yield SpokenUtterance(
            sound,
            text,
            place,
            _speaker(group, inside, sound),
            group,
            _PARTS.get(part),
        )


def _texts(folder: Path) -> dict[str, tuple[str, str]]:
    """By the sound's name without its ending: where its text stands, and the text."""
    found = {}
    for file in sorted(file for pattern in _FILES for file in folder.glob(pattern)):
        for line, key, text in pairs(file):
            name = PurePosixPath(key).name
            for ending in _ENDINGS:
                name = name.removesuffix(ending)
            found[name] = f"{file.relative_to(folder)} line {line}", text
    return found


def _speaker(group: str, folders: list[str], sound: Path) -> str:
    named = [name for name in folders if name not in _NO_SPEAKERS]
    if named:
        return f"{group}/{named[-1]}"
    parts = sound.stem.split("-")  # Yaounde: machine-speaker-utterance
    return f"{group}/{parts[1]}" if len(parts) == 3 else ""
