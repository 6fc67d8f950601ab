"""What needs the extra `train` says so in one line where it is missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from voice.errors import VoiceError


class ExtraMissing(VoiceError):
    """A package that only tuning needs is not installed."""


def of_extra(module: str) -> ModuleType:
    """A module that the extra `train` brings; raises ExtraMissing with how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise ExtraMissing(
            f"this needs {error.name}: pip install 'voice[train]' (from a clone:"
            " pip install -e '.[train]')"
        ) from None


def require_extra() -> None:
    """Raises ExtraMissing unless what trains can be imported."""
    for module in ("torch", "scipy"):
        of_extra(module)
