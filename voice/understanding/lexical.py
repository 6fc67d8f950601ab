"""Texts as vectors by their letters and words alone: needs no model, and knows no synonyms."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["query", "passage"]
"""See voice.embeddings."""
Vectors = NDArray[np.float32]
"""[texts, dimensions], each of length 1."""

_DIMENSIONS = 2048
_LETTERS = (3, 4, 5)
"""Lengths of the pieces of words."""
_WORD, _PAIR, _PIECE = 1.0, 0.7, 0.35
"""How much a word, two words beside each other, and a piece of a word count."""


class LexicalEmbedder:
    """The place of an embedding model where there is none."""

    name = "lexical"

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """The vectors of texts in normal form; `kind` makes no difference."""
        return lexical_vectors(texts)

    def close(self) -> None:
        """There is nothing to let go of."""


def lexical_vectors(texts: Sequence[str]) -> Vectors:
    """Hashed words, pairs of words and pieces of words."""
    found = np.zeros((len(texts), _DIMENSIONS), np.float32)
    for row, text in zip(found, texts, strict=True):
        for feature, weight in _features(text):
            hashed = zlib.crc32(feature.encode())
            row[hashed % _DIMENSIONS] += weight if hashed & 0x80000000 else -weight
    return unit(found)


def unit(vectors: Vectors) -> Vectors:
    """The same directions at length 1; nothing stays nothing."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return directions


def _features(text: str) -> Iterator[tuple[str, float]]:
    words = text.split()
    for word in words:
        yield f"w {word}", _WORD
        framed = f"<{word}>"
        for length in _LETTERS:
            for start in range(len(framed) - length + 1):
                yield f"p {framed[start : start + length]}", _PIECE
    for first, second in itertools.pairwise(words):
        yield f"b {first} {second}", _PAIR
