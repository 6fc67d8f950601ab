"""The settings of the embedding model: what `[embedding]` may say."""

from __future__ import annotations

from pydantic import Field

from voice.settings.values import Section

MULTILINGUAL = "multilingual-e5-small-q4"
"""The model of the catalogue that reads about a hundred languages."""
REQUESTS = "multilingual-e5-small-requests"
"""The variant of it that tells requests apart by a few examples of each."""


class Embedding(Section):
    """The models that find what is meant alike, each loaded where something needs it."""

    model: str = MULTILINGUAL
    """Of documents: a name of `voice models list`, or a folder as a pull installs it."""
    requests: str = REQUESTS
    """The same of the engine `examples`."""
    workers: int = Field(1, ge=1, le=64)
    threads: int = Field(1, ge=1, le=256)
    """Of each worker."""
    capacity: int = Field(64, ge=1, le=10000)
