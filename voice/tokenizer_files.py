"""A model's tokenizer.json, with one kind of error."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from voice.errors import ModelError


def read_tokenizer(file: Path) -> Tokenizer:
    """Raises ModelError when it is missing or damaged."""
    if not file.is_file():
        raise ModelError(f"{file}: no such file")
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # noqa: BLE001 - tokenizers raises bare Exception
        raise ModelError(f"{file}: not a tokenizer: {error}") from None
