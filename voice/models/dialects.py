"""What a recogniser is told of its dialect, and whether that is true of its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voice.errors import ConfigError, ModelError
from voice.languages import language
from voice.models.difference import DIFFERENCE, changed_weights
from voice.models.entries import CatalogueModel
from voice.models.whisper_folders import TOKENIZER
from voice.tokenizer_files import read_tokenizer

_ENCODER = "encoder/"


def described(model: CatalogueModel) -> dict[str, Any]:
    """What a model's `voice.json` says: how it wants to be used, and of what dialect it is."""
    if model.dialect is None:
        return dict(model.description)
    told = model.dialect.model_dump(include={"tag", "language", "token", "shares_encoder"})
    return {**model.description, "dialect": {**told, "base": model.base}}


def require_base_encoder(model: CatalogueModel, folder: Path) -> None:
    """Raises ModelError when a variant that shares its base's encoder changes it."""
    if model.dialect is None or not model.dialect.shares_encoder:
        return
    changed = [name for name in changed_weights(folder / DIFFERENCE) if name.startswith(_ENCODER)]
    if changed:
        raise ModelError(f"{model.name}: shares_encoder is wrong, it changes {changed[0]}")


def require_language(model: CatalogueModel) -> None:
    """Raises ModelError when no call can go on in the language that a dialect names."""
    assert model.dialect is not None
    try:
        language(model.dialect.language)
    except ConfigError as error:
        raise ModelError(f"{model.name}: dialect.language: {error}") from None


def require_token(model: CatalogueModel, folder: Path) -> None:
    """Raises ModelError when the model has no token of the language that its dialect names."""
    assert model.dialect is not None
    token = f"<|{model.dialect.token}|>"
    if read_tokenizer(folder / TOKENIZER).token_to_id(token) is None:
        raise ModelError(
            f"{model.name}: dialect.token: the model has no {token}; a language outside its list "
            "borrows the token that it was tuned with"
        )
