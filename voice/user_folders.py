"""Where what Voice keeps for a user lies (XDG base directories)."""

from __future__ import annotations

import os
from pathlib import Path


def state_directory() -> Path:
    """Where what outlives a run is kept."""
    return _directory("XDG_STATE_HOME", ".local/state")


def data_directory() -> Path:
    """Where what was fetched for this user is kept."""
    return _directory("XDG_DATA_HOME", ".local/share")


def cache_directory() -> Path:
    """Where what can be made again is kept."""
    return _directory("XDG_CACHE_HOME", ".cache")


def _directory(variable: str, usual: str) -> Path:
    own = os.environ.get(variable)
    return (Path(own) if own else Path.home() / usual) / "voice"
