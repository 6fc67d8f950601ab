"""Where models lie: the embedded ones by name, any other by its path."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

ModelKind = Literal["asr_models", "response_models", "tts_voices"]

_ROOT = Path(__file__).resolve().parent.parent
"""The project's root, which holds the folders of embedded models."""


def find_model(kind: ModelKind, name: str) -> str:
    """The folder of the embedded model `name`; otherwise `name` itself (a path or hub name)."""
    embedded = _ROOT / kind / name
    return str(embedded) if "/" not in name and embedded.is_dir() else name


def tasks_folder(name: str) -> Path:
    """The folder of call-centre tasks; what does not exist here is looked up in the project."""
    folder = Path(name)
    return folder if folder.is_dir() or folder.is_absolute() else _ROOT / name
