"""Manifests: CSV, TSV or JSONL tables with the columns `path` and `text`.

Beside these, in any order: `speaker`, `dialect` (or `accent`), `part` (or `split`: train, dev or
validation, test), `start` and `seconds`. What is read and how: `voice.evaluation.recordings`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from voice.evaluation.recordings.manifest import ListedRecording, read_recordings
from voice.tuning.speech_data.tables import first_of
from voice.tuning.speech_data.utterance import CorpusError, Part, SpokenUtterance

_NAMES = ("manifest.csv", "manifest.tsv", "manifest.jsonl")
_PARTS: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "dev": "development",
    "development": "development",
    "valid": "development",
    "validation": "development",
    "test": "test",
}


def manifest_of(place: Path) -> Path | None:
    """A file itself; of a folder the manifest in it, or the one beside it that lists it, too."""
    if place.is_file():
        return place
    folders = (place, place.resolve().parent)
    candidates = (folder / name for folder in folders for name in _NAMES)
    return next(filter(Path.is_file, candidates), None)


def read(manifest: Path, place: Path) -> Iterator[SpokenUtterance]:
    """The rows of a manifest, of those only that lie in `place` where it is another folder.

    Raises ManifestError, CorpusError.
    """
    whole = place.is_file() or place.resolve() == manifest.parent.resolve()
    inside = None if whole else place.resolve()
    for recording in read_recordings(manifest):
        if inside is None or recording.path.resolve().is_relative_to(inside):
            yield _utterance(manifest, recording)


def _utterance(manifest: Path, recording: ListedRecording) -> SpokenUtterance:
    groups = {name.strip().lower(): value for name, value in recording.groups.items()}
    row = f"row {recording.index + 1}"
    named = first_of(groups, "part", "split").lower()
    if named and named not in _PARTS:
        raise CorpusError(f"{manifest}: {row}: no such part: {named}")
    try:
        start, seconds = _seconds(groups, "start"), _seconds(groups, "seconds", "duration")
    except ValueError as error:
        raise CorpusError(f"{manifest}: {row}: {error}") from None
    return SpokenUtterance(
        recording.path,
        (recording.text or "").strip(),
        f"{manifest.name} {row}",
        first_of(groups, "speaker", "speaker_id", "client_id"),
        first_of(groups, "dialect", "accent"),
        _PARTS.get(named),
        start,
        seconds or None,
    )


def _seconds(groups: dict[str, str], *names: str) -> float | None:
    """What one of these columns says; raises ValueError where that is no number of seconds."""
    told = first_of(groups, *names)
    if not told:
        return None
    try:
        number = float(told)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"{' or '.join(names)}: no number of seconds: {told}")
    return number
