"""Installs a bundle (voice/models/publishing.py) without any connection, verified or not at all.

The hashes in a bundle show that it is whole and fits together, not who made it.
"""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from voice.errors import ModelError
from voice.model_folders import VARIANT, shipped_model
from voice.models.catalogue import Catalogue, parse_entry
from voice.models.entries import CatalogueModel, FileName, ModelFile
from voice.models.errors import WrongHash
from voice.models.places import ModelPlace, opened
from voice.models.publishing import CARD, LICENCE, SUMS, require_new_name
from voice.models.pulling import Origins, PullProgress, pull
from voice.models.store import ModelStore

_LONGEST_DOCUMENT = 1 << 20
"""Bytes of each file that is not the model's."""
_SUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_PATH = TypeAdapter[str](FileName)


def install(bundle: Path, store: ModelStore, origins: Origins, progress: PullProgress) -> Path:
    """The folder of the installed variant; `bundle` is a folder, or a zip or tar file of one.

    Its base is pulled where it is not there. Raises ModelError when the bundle is incomplete or
    its base not known, WrongHash when a file is not the one that was packed.
    """
    with opened(bundle) as place:
        sums = _sums(place)
        entry = _entry(place, sums)
    require_new_name(entry)
    if entry.is_difference and shipped_model("asr_models", str(entry.base)) is None:
        try:
            Catalogue.known().find(str(entry.base))
        except ModelError as error:
            raise ModelError(f"{bundle}: its base: {error}") from None
    model_files = {file.path: file for file in entry.files}
    files = [model_files.get(path, ModelFile(path=path, sha256=sums[path])) for path in sums]
    return pull(entry.model_copy(update={"files": files}), store, origins, progress, bundle)


def _sums(place: ModelPlace) -> dict[str, str]:
    """The hash of each file of the bundle; raises ModelError."""
    if not place.has(SUMS):
        raise ModelError(
            f"{place.path}: not a bundle, it lacks {SUMS}; `voice models publish` makes bundles"
        )
    sums: dict[str, str] = {}
    for line in _text(place, SUMS).splitlines():
        found = _SUM.fullmatch(line)
        if found is None:
            raise ModelError(f"{place.path}: {SUMS}: {line[:80]!r} is no hash and path")
        sha256, path = found.groups()
        try:
            _PATH.validate_python(path)
        except ValidationError:
            raise ModelError(f"{place.path}: {SUMS}: {path[:80]!r} leads out of it") from None
        if sums.setdefault(path, sha256) != sha256:
            raise ModelError(f"{place.path}: {SUMS}: {path} stands there twice")
    for path in (VARIANT, CARD, LICENCE, *sums):
        if path not in sums:
            raise ModelError(f"{place.path}: not a whole bundle, {path} is not in {SUMS}")
        if not place.has(path):
            raise ModelError(f"{place.path}: {path} is not there")
    return sums


def _entry(place: ModelPlace, sums: dict[str, str]) -> CatalogueModel:
    """What the bundle says of itself, as far as that is possible; raises ModelError."""
    entry = parse_entry(_text(place, VARIANT), f"{place.path}: {VARIANT}")
    for_dialect = entry.kind == "recogniser" and entry.dialect is not None and entry.files
    if not (for_dialect or entry.is_tuned_response):
        raise ModelError(
            f"{place.path}: {VARIANT}: neither a recogniser's variant for a dialect nor a response"
            " model's difference"
        )
    for file in entry.files:
        if sums.get(file.path) != file.sha256 or place.size(file.path) != file.size:
            raise WrongHash(
                f"{place.path}: {file.path} is not the file that {SUMS} and {VARIANT} name"
            )
    for path in sums.keys() - {file.path for file in entry.files}:
        _require_short(place, path)
    return entry


def _text(place: ModelPlace, path: str) -> str:
    _require_short(place, path)
    try:
        with place.open(path) as file:
            return file.read().decode()
    except (OSError, ValueError) as error:
        raise ModelError(f"{place.path}: {path}: {error}") from None


def _require_short(place: ModelPlace, path: str) -> None:
    if place.size(path) > _LONGEST_DOCUMENT:
        raise ModelError(f"{place.path}: {path} is longer than {_LONGEST_DOCUMENT >> 20} MiB")
