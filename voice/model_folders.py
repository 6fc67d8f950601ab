"""Where models and tasks lie: what is shipped beside the code, and what was pulled."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from voice.errors import ModelError
from voice.user_folders import data_directory

VARIANT = "variant.yaml"
"""In the folder of a variant, which shipped is a difference and no whole model: what it is, as an
entry of the catalogue."""

ModelKind = Literal["asr_models", "response_models", "tts_voices"]

_PACKAGE = Path(__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "shipped"
_ROOT = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent
"""Where the folders of models and tasks lie: an installed package holds copies of the project's."""


def find_model(kind: ModelKind, name: str) -> str:
    """The folder of the embedded or pulled model `name`; otherwise `name` itself (a path).

    Raises ModelError for a pulled one that another user has kept to themselves.
    """
    if "/" in name:
        return name
    if shipped := shipped_model(kind, name):
        return str(shipped)
    pulled = pulled_models() / name
    try:
        with os.scandir(pulled):
            return str(pulled)
    except (FileNotFoundError, NotADirectoryError):
        return name
    except OSError as error:
        raise ModelError(f"{pulled}: {error.strerror}") from None


def installed_model(kind: ModelKind, name: str) -> str:
    """The same; raises ModelError with the command that brings it where nothing is there."""
    place = find_model(kind, name)
    if not Path(place).exists():
        raise ModelError(f"{name} is not installed: voice models pull {name}")
    return place


def shipped_model(kind: ModelKind, name: str) -> Path | None:
    """The folder of a whole model that comes along; None where that is none of them."""
    folder = _ROOT / kind / name
    return folder if folder.is_dir() and not (folder / VARIANT).exists() else None


def shipped_variants() -> list[Path]:
    """The shipped folders that hold a difference, not a whole model."""
    kinds: tuple[ModelKind, ...] = ("asr_models", "response_models")
    return [file.parent for kind in kinds for file in sorted((_ROOT / kind).glob(f"*/{VARIANT}"))]


def installed_variants() -> list[Path]:
    """The folders of pulled and installed recognisers that hold their own entry, by name."""
    return sorted(file.parent for file in pulled_models().glob(f"[!.]*/{VARIANT}"))


def shipped_models(kind: ModelKind) -> list[Path]:
    """The folders of the models that come along, by name."""
    return sorted(folder for folder in (_ROOT / kind).iterdir() if folder.is_dir())


def pulled_models() -> Path:
    """The folder of the models that `voice models pull` installs (XDG base directories)."""
    return data_directory() / "models"


def tasks_folder(name: str) -> Path:
    """The folder of call-centre tasks; what does not exist here is looked up in the project."""
    folder, shipped = Path(name), _ROOT / name
    return shipped if shipped.is_dir() and not folder.is_dir() else folder
