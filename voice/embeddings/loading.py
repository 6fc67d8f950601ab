"""The embedding model of the settings."""

from __future__ import annotations

from voice.embeddings.embedder import Embedder
from voice.engine_queue import EngineQueue, QueueFactory
from voice.errors import ModelError
from voice.model_folders import find_model
from voice.setting_places import blamed_on
from voice.settings import Settings


def load_embedder(settings: Settings, make_queue: QueueFactory = EngineQueue) -> Embedder:
    """Open what `[embedding]` names; raises ModelError with the key to be mended."""
    wanted = settings.embedding
    with blamed_on("embedding.model", ModelError):
        return Embedder.load(
            find_model("response_models", wanted.model),
            threads=wanted.threads,
            workers=wanted.workers,
            capacity=wanted.capacity,
            make_queue=make_queue,
        )
