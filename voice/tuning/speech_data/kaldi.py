"""Folders as Kaldi reads them, one for each part: `text`, `utt2spk`, `wav.scp`, `segments`.

ALFFA (Swahili, Amharic, Wolof; openslr.org/25) is laid out as `data/{train,dev,test}`; the paths
in its `wav.scp` are its authors', so sounds are found by name as well. EdAcc (Sanabria et al.
2023) has `{dev,test}` with `segments` of the recordings in `data/*.wav`, and how speakers call
their accents in `linguistic_background.csv`. (kaldi-asr.org/doc/data_prep.html)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from voice.tuning.speech_data.tables import pairs, table
from voice.tuning.speech_data.utterance import CorpusError, Part, SpokenUtterance

_PARTS: dict[str, Part] = {"train": "train", "dev": "development", "test": "test"}
_BACKGROUND = "linguistic_background.csv"
_SPEAKER, _ACCENT = "PARTICIPANT_ID", "describe your accent"
_TAG = re.compile(r"<[^<>|]*>")
"""A cough, laughter, overlap: no words."""
_IGNORED = "IGNORE_TIME_SEGMENT_IN_SCORING"


def is_here(folder: Path) -> bool:
    """Whether there are parts with texts."""
    return any((part / "text").is_file() for part in _folders(folder).values())


def read(folder: Path) -> Iterator[SpokenUtterance]:
    """All parts; raises CorpusError where a segment cannot be understood."""
    accents = _accents(folder / _BACKGROUND)
    sounds = {file.stem: file for file in folder.rglob("*.wav") if file.name[:2] != "._"}
    for name, place in _folders(folder).items():
        if (place / "text").is_file():
            yield from _part(place, _PARTS[name], sounds, accents)


def _folders(folder: Path) -> dict[str, Path]:
    """Where the parts lie: in `data`, or in the folder itself."""
    inside = folder / "data" if (folder / "data" / "train").is_dir() else folder
    return {name: inside / name for name in _PARTS}


def _part(
    place: Path, part: Part, sounds: Mapping[str, Path], accents: Mapping[str, str]
) -> Iterator[SpokenUtterance]:
    speakers = {key: rest for _, key, rest in _optional(place / "utt2spk")}
    listed = {key: Path(rest) for _, key, rest in _optional(place / "wav.scp")}
    segments = _segments(place / "segments")
    for line, key, text in pairs(place / "text"):
        recording, start, seconds = segments.get(key, (key, None, None))
        named = listed.get(recording, Path(f"{recording}.wav"))
        found = sounds.get(PurePosixPath(named).stem, sounds.get(recording))
        speaker = speakers.get(key, "")
        yield SpokenUtterance(
            named if named.is_file() else found or place / named.name,
            "" if text.strip() == _IGNORED else " ".join(_TAG.sub(" ", text).split()),
            f"{place.name}/text line {line}",
            speaker,
            accents.get(speaker, ""),
            part,
            start,
            seconds,
        )


def _optional(file: Path) -> Iterator[tuple[int, str, str]]:
    return pairs(file) if file.is_file() else iter(())


def _segments(file: Path) -> dict[str, tuple[str, float, float]]:
    """For each utterance its recording, where it begins, and seconds."""
    found = {}
    for line, key, rest in _optional(file):
        try:
            recording, start, end = rest.split()
            found[key] = recording, float(start), float(end) - float(start)
        except ValueError:
            raise CorpusError(f"{file}: line {line}: expected recording, start, end") from None
    return found


def _accents(file: Path) -> dict[str, str]:
    """What speakers call their accent."""
    found = {}
    for _, row in table(file) if file.is_file() else ():
        answers = (value for question, value in row.items() if _ACCENT in question)
        found[row.get(_SPEAKER, "").strip()] = next(answers, "").strip()
    return found
