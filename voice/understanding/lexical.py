"""Texts as vectors by their letters and words alone: needs no model, and knows no synonyms."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
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
_WORDS_KEPT = 4096
_Hashed = tuple[NDArray[np.int16], NDArray[np.float32]]


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
        words = text.split()
        pairs = (f"b {first} {second}" for first, second in itertools.pairwise(words))
        parts = [*map(_of_word, words), _hashed((pair, _PAIR) for pair in pairs)]
        places = np.concatenate([some for some, _ in parts])
        weights = np.concatenate([some for _, some in parts])
        row[:] = np.bincount(places, weights, _DIMENSIONS)
    return unit(found)


def unit(vectors: Vectors) -> Vectors:
    """The same directions at length 1; nothing stays nothing."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return directions


@lru_cache(_WORDS_KEPT)
def _of_word(word: str) -> _Hashed:
    """What a word is made of; examples and callers use the same ones again and again."""
    framed = f"<{word}>"
    pieces = (
        framed[start : start + length]
        for length in _LETTERS
        for start in range(len(framed) - length + 1)
    )
    return _hashed([(f"w {word}", _WORD), *((f"p {piece}", _PIECE) for piece in pieces)])


def _hashed(features: Iterable[tuple[str, float]]) -> _Hashed:
    """Where some features with their weights stand in a vector, and what they add there."""
    hashes = [(zlib.crc32(feature.encode()), weight) for feature, weight in features]
    places = np.array([hashed % _DIMENSIONS for hashed, _ in hashes], np.int16)
    signs = [weight if hashed & 0x80000000 else -weight for hashed, weight in hashes]
    return places, np.array(signs, np.float32)
