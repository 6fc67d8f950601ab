"""Whether the models that the settings name are there, as they were installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from voice.doctor.finding import Finding
from voice.doctor.purpose import Purpose
from voice.errors import ModelError
from voice.model_folders import ModelKind, find_model
from voice.models import Catalogue, ModelStore, models_named
from voice.models.entries import HubSource, IndexSource, NpmSource
from voice.network import is_allowed
from voice.settings import Settings

_SERVED = ("recognition.", "speech.")
"""Settings of the models that are served to other machines."""


def models(settings: Settings, purpose: Purpose = Purpose.CALLS) -> Iterator[Finding]:
    """One finding for each model that would be used."""
    if purpose is Purpose.BOARD:
        return
    served = purpose is Purpose.ENGINES
    for key, kind, name in models_named(settings):
        if not served or key.startswith(_SERVED):
            yield _model(key, kind, name, settings)
    store = settings.knowledge.store
    if not served and store is not None and not store.is_file():
        yield Finding(
            "fault", "knowledge.store", f"{store}: is not there", "run `voice knowledge build`"
        )


def _model(key: str, kind: ModelKind, name: str, settings: Settings) -> Finding:
    try:
        place, store = Path(find_model(kind, name)), ModelStore()
    except ModelError as error:
        return Finding("fault", key, str(error), f"let uid {os.getuid()} read it")
    if place.parent == store.root and store.has(name):
        try:
            store.verify(name)
        except ModelError as error:
            remedy = f"run `voice models remove {name}` and `voice models pull {name}`"
            return Finding("fault", key, str(error), remedy)
        return Finding("ok", key, f"{name}: all files have their hashes")
    if place.exists():
        return Finding("ok", key, f"{place} is there")
    known = Catalogue.known().models.get(name)
    if known is None:
        return Finding("fault", key, f"{name} is not there", "take one of `voice models list`")
    if any(_may_be_reached(source, settings) for source in known.sources):
        return Finding(
            "advice",
            key,
            f"{name} is not here: the first start fetches it",
            f"run `voice models pull {name}` before",
        )
    return Finding(
        "fault",
        key,
        f"{name} is not here, and [network] allow lets nobody fetch it",
        f"run `voice models pull {name}`, with VOICE_NETWORK__ALLOW or --from, as the service does",
    )


def _may_be_reached(source: object, settings: Settings) -> bool:
    """What comes along is reached without the network."""
    origins = settings.models
    places: dict[type, str] = {
        HubSource: origins.hub,
        IndexSource: origins.index,
        NpmSource: origins.npm,
    }
    place = places.get(type(source))
    return place is None or is_allowed(urlsplit(place).hostname or "", settings.network.allow)
