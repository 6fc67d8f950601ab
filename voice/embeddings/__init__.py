"""Sentences as vectors: what is meant alike lies close together.

One model (`[embedding]`) is loaded for each process and shared by all calls.
"""

from voice.embeddings.embedder import Embedder, Kind, Vectors
from voice.embeddings.loading import load_embedder

__all__ = ["Embedder", "Kind", "Vectors", "load_embedder"]
