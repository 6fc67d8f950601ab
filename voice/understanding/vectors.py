"""Embeddings of examples, kept on disk: a changed task file costs only its changed examples."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from voice.kept_arrays import read_arrays, write_arrays
from voice.understanding.lexical import Kind, Vectors
from voice.user_folders import cache_directory

_DIGEST = 16
"""Bytes of a text's key."""
_MOST_KEPT = 10_000
"""Texts; where there are more, those of other and earlier tasks are let go of."""
PROBE = "what can you do for me"
"""Its vector is kept with the others: a model that makes another one of it is another model."""


class TextEmbedder(Protocol):
    """What turns texts into vectors, on the caller's thread; see voice.embeddings.Embedder."""

    @property
    def name(self) -> str:
        """Another name where the vectors are others."""

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """[texts, dimensions], each of length 1."""

    def close(self) -> None:
        """Let go of the model, if there is one."""


def kept_folder() -> Path:
    """Where vectors are kept (XDG base directories)."""
    return cache_directory() / "vectors"


class KeptVectors:
    """An embedder that computes each text once, on this machine and not only in this process."""

    def __init__(self, embedder: TextEmbedder, folder: Path | None = None) -> None:
        """`folder`: where to keep them; without one nothing is kept."""
        self._embedder = embedder
        self._probe: Vectors | None = None
        self._file = folder / f"{embedder.name}.npz" if folder else None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of some texts; of those that are kept from now on."""
        keys = [_key(text) for text in texts]
        kept = self._read()
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        if missing:
            found = self._embedder.embed(list(missing.values()))
            kept |= dict(zip(missing, found, strict=True))
            wanted = kept if len(kept) <= _MOST_KEPT else {key: kept[key] for key in keys}
            self._write(wanted)
        return np.stack([kept[key] for key in keys])

    def _read(self) -> dict[bytes, Vectors]:
        kept = read_arrays(self._file) if self._file else {}
        if not {"keys", "vectors", "probe"}.issubset(kept):
            return {}
        keys, vectors = kept["keys"], kept["vectors"]
        if len(keys) != len(vectors) or not np.array_equal(kept["probe"], self._probed()):
            return {}
        return {bytes(key): vector for key, vector in zip(keys, vectors, strict=True)}

    def _probed(self) -> Vectors:
        if self._probe is None:
            self._probe = self._embedder.embed([PROBE])
        return self._probe

    def _write(self, kept: dict[bytes, Vectors]) -> None:
        if self._file is None:
            return
        keys = np.frombuffer(b"".join(kept), np.uint8).reshape(len(kept), _DIGEST)
        vectors = np.stack(list(kept.values()))
        write_arrays(self._file, {"keys": keys, "vectors": vectors, "probe": self._probed()})


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST).digest()
