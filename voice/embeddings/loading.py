"""The embedding models of the settings."""

from __future__ import annotations

from typing import Literal

from voice.embeddings.embedder import Embedder
from voice.engine_queue import EngineQueue, QueueFactory
from voice.errors import ModelError
from voice.model_folders import find_model
from voice.settings import Settings
from voice.settings.places import blamed_on
from voice.user_folders import cache_directory

Use = Literal["model", "requests"]
"""The key of `[embedding]`: for documents, or for requests by their examples."""


def load_embedder(
    settings: Settings, make_queue: QueueFactory = EngineQueue, use: Use = "model"
) -> Embedder:
    """Open what `[embedding]` names for some use; raises ModelError with the key to be mended."""
    wanted = settings.embedding
    name = wanted.requests if use == "requests" else wanted.model
    with blamed_on(f"embedding.{use}", ModelError):
        return Embedder.load(
            find_model("response_models", name),
            threads=wanted.threads,
            workers=wanted.workers,
            capacity=wanted.capacity,
            make_queue=make_queue,
            keep_in=cache_directory() / "tokenizers",
        )
