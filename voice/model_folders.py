"""What is shipped beside the code: embedded models by name, and the tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

ModelKind = Literal["asr_models", "response_models", "tts_voices"]

_PACKAGE = Path(__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "shipped"
_ROOT = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent
"""Where the folders of models and tasks lie: an installed package holds copies of the project's."""


def find_model(kind: ModelKind, name: str) -> str:
    """The folder of the embedded model `name`; otherwise `name` itself (a path or hub name)."""
    embedded = _ROOT / kind / name
    return str(embedded) if "/" not in name and embedded.is_dir() else name


def tasks_folder(name: str) -> Path:
    """The folder of call-centre tasks; what does not exist here is looked up in the project."""
    folder = Path(name)
    return folder if folder.is_dir() or folder.is_absolute() else _ROOT / name
