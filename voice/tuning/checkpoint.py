"""The file in which a training goes on after an interruption."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from voice.errors import VoiceError


def store(checkpoint: Path, content: Mapping[str, Any]) -> None:
    """Replace the file as a whole: one that was begun is never taken for it.

    Raises OSError; torch says RuntimeError where the disk is full.
    """
    part = checkpoint.with_suffix(".part")
    try:
        torch.save(content, part)
    except RuntimeError as error:
        raise OSError(str(error).splitlines()[0]) from None
    part.replace(checkpoint)


def restore(checkpoint: Path, device: str, take: Callable[[Mapping[str, Any]], None]) -> None:
    """Hand what was stored to `take`; raises VoiceError where it is none of this run's."""
    try:
        take(torch.load(checkpoint, weights_only=True, map_location=device))
    except (OSError, LookupError, TypeError, ValueError, RuntimeError, EOFError,
            pickle.UnpicklingError) as error:  # fmt: skip
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise VoiceError(f"{checkpoint}: no checkpoint of this run: {reason}") from None
