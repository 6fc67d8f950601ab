"""Recordings of which it is known what is spoken in them, and from where they come."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from voice.evaluation.recordings.manifest import ManifestError, read_recordings
from voice.recognition.identifier import UNKNOWN

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LEAST_OF_A_LABEL = 20
"""Fewer recordings of a language or dialect show nothing of it but their speakers."""


@dataclass(frozen=True)
class LabelledSpeech:
    """One recording."""

    path: Path
    label: str
    """The tag of what is spoken (BCP 47), or `und` for none of the others."""
    source: str
    """What it shares its line and its makers with: a corpus, a synthesizer."""
    speaker: str


def read_labelled(manifests: Iterable[Path], column: str = "language") -> list[LabelledSpeech]:
    """All rows of the manifests; raises ManifestError.

    `column` holds the label. `source` and `speaker` may be columns; without them the recording's
    folder is its source.
    """
    speech = []
    for manifest in manifests:
        for row in read_recordings(manifest):
            place = f"{manifest}: row {row.index + 1}"
            label = row.groups.get(column, "")
            if not _TAG.fullmatch(label):
                raise ManifestError(f"{place}: {column}: {label!r} is no BCP 47 tag, such as sw-KE")
            if not row.path.is_file():
                raise ManifestError(f"{place}: {row.path}: no such file")
            source = row.groups.get("source") or row.path.parent.name
            speech.append(LabelledSpeech(row.path, label, source, row.groups.get("speaker", "")))
    _require_enough(speech)
    return speech


def _require_enough(speech: list[LabelledSpeech]) -> None:
    labels = sorted({one.label for one in speech})
    if len(labels) < 2:
        raise ManifestError(f"two languages or dialects at least have to be told apart: {labels}")
    for label in labels:
        count = sum(one.label == label for one in speech)
        if count < _LEAST_OF_A_LABEL and label != UNKNOWN:
            raise ManifestError(
                f"{label}: {count} recordings; {_LEAST_OF_A_LABEL} are the least to learn from"
            )
