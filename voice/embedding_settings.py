"""The settings of the embedding model: what `[embedding]` may say."""

from __future__ import annotations

from pydantic import Field

from voice.setting_values import Section

MULTILINGUAL = "multilingual-e5-small-q4"
"""The model of the catalogue that reads about a hundred languages."""


class Embedding(Section):
    """The model that finds what is meant alike, for all that search by meaning."""

    model: str = MULTILINGUAL
    """The name of an embedding of `voice models list`, or a folder as a pull installs it."""
    workers: int = Field(1, ge=1, le=64)
    threads: int = Field(1, ge=1, le=256)
    """Of each worker."""
    capacity: int = Field(64, ge=1, le=10000)
