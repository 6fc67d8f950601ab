"""Which layout a folder has, and all that it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voice.tuning.speech_data import (
    afrispeech,
    common_voice,
    datasets_folder,
    fleurs,
    kaldi,
    manifests,
    slr57,
)
from voice.tuning.speech_data.utterance import CorpusError, SpokenUtterance

_Test = Callable[[Path], bool]
_Read = Callable[[Path], Iterator[SpokenUtterance]]
_LAYOUTS: dict[str, tuple[_Test, _Read]] = {
    "Common Voice": (common_voice.is_here, common_voice.read),
    "FLEURS": (fleurs.is_here, fleurs.read),
    "AfriSpeech-200": (afrispeech.is_here, afrispeech.read),
    "African Accented French (SLR57)": (slr57.is_here, slr57.read),
    "Kaldi (ALFFA, EdAcc)": (kaldi.is_here, kaldi.read),
    "datasets (WAXAL)": (datasets_folder.is_here, datasets_folder.read),
}
_MANIFEST = "manifest"


@dataclass(frozen=True)
class Corpus:
    """Recorded speech as it was found, unchecked."""

    layout: str
    utterances: list[SpokenUtterance]


def read_corpus(place: Path) -> Corpus:
    """A manifest, a folder that one lists, or a folder in one of the known layouts.

    Raises CorpusError where it is none of these or holds nothing, ManifestError of a manifest.
    """
    if not place.exists():
        raise CorpusError(f"{place}: no such file or folder")
    layout, utterances = _found(place)
    every = list(utterances)
    if not every:
        raise CorpusError(f"{place}: {layout}: lists no utterance")
    return Corpus(layout, every)


def _found(place: Path) -> tuple[str, Iterator[SpokenUtterance]]:
    """A manifest in the folder comes first, one beside it last."""
    manifest = manifests.manifest_of(place)
    if manifest is not None and (place.is_file() or manifest.parent == place):
        return _MANIFEST, manifests.read(manifest, place)
    for name, (is_here, read) in _LAYOUTS.items():
        if is_here(place):
            return name, read(place)
    if manifest is not None:
        return _MANIFEST, manifests.read(manifest, place)
    raise CorpusError(
        f"{place}: neither a manifest (manifest.csv, .tsv, .jsonl with path and text) nor one of"
        f" {', '.join(_LAYOUTS)}"
    )
