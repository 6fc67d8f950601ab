"""An embedding model as it is installed (voice/models/embeddings), in CTranslate2.

A text's vector is the mean of its tokens' last states, at unit length: the cosine of two texts is
the product of their vectors.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, TypeVarTuple

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from voice.embeddings.text_tokenizer import TextTokenizer
from voice.engine_queue import EngineQueue, Priority, QueueFactory, next_part
from voice.errors import ModelError

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")
Kind = Literal["query", "passage"]
"""A question, or what may answer it: some models were trained to tell one from the other. Texts
that are compared as equals are all of one kind, queries."""
Vectors = NDArray[np.float32]
"""[texts, dimensions], each of length 1."""

_FILES = ("model.bin", "config.json", "vocabulary.json", "tokenizer.json", "voice.json")
_MOST_AT_ONCE = 16
"""Texts that go through the model together."""
_CHARACTERS = 20
"""Of a token, at most: no more of a text is cut into tokens than can become some that are read."""


@dataclass(frozen=True)
class _Description:
    """What `voice.json` says."""

    query: str
    passage: str
    longest: int
    """Tokens; the rest of a longer text is not read."""


class Embedder:
    """Loaded once per process; safe for all calls at once."""

    def __init__(
        self,
        name: str,
        encoder: ctranslate2.Encoder,
        tokenizer: TextTokenizer,
        description: _Description,
        dimensions: int,
        queue: EngineQueue,
    ) -> None:
        self.name = name
        self.dimensions = dimensions
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._prefixes = {"query": description.query, "passage": description.passage}
        self._longest = description.longest
        self._queue = queue

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        threads: int = 1,
        workers: int = 1,
        capacity: int = 64,
        make_queue: QueueFactory = EngineQueue,
        keep_in: Path | None = None,
    ) -> Embedder:
        """Open an installed model; raises ModelError with what is missing or damaged.

        `threads` belong to each of `workers`. `keep_in`: a folder for the part of its tokenizer
        that most texts need.
        """
        folder = Path(folder)
        for name in _FILES:
            if not (folder / name).is_file():
                raise ModelError(f"{folder}: no embedding model there ({name} is missing)")
        description = _read_description(folder / "voice.json")
        tokenizer = TextTokenizer(folder / "tokenizer.json", description.longest, keep_in)
        try:
            encoder = ctranslate2.Encoder(
                str(folder), compute_type="int8", inter_threads=workers, intra_threads=threads
            )
            dimensions = _states(encoder, [[0]]).shape[2]
        except (RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise ModelError(f"{folder}: not an embedding model: {reason}") from None
        queue = make_queue("embedding", workers, capacity)
        return cls(folder.name, encoder, tokenizer, description, dimensions, queue)

    def close(self) -> None:
        """End the threads, then let go of the model."""
        self._queue.close()
        del self._encoder

    async def vectors(
        self,
        texts: Sequence[str],
        kind: Kind = "query",
        priority: Priority = Priority.FINAL,
    ) -> Vectors:
        """What `embed` gives, from the model's own threads.

        Raises EngineBusy when too much waits.
        """
        return await self.run(self.embed, texts, kind, priority=priority)

    async def run(
        self,
        function: Callable[[*Arguments], T],
        *arguments: *Arguments,
        priority: Priority = Priority.FINAL,
    ) -> T:
        """Work that embeds, on the model's own threads; raises EngineBusy when too much waits."""
        return await self._queue.run(function, *arguments, priority=priority)

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """The vectors of some texts, on this thread.

        Only texts of equally many tokens go through the model together, so that none is padded: a
        text has the same vector, whatever stands beside it.
        """
        found = np.zeros((len(texts), self.dimensions), np.float32)
        rows = [self._tokens(self._prefixes[kind] + text) for text in texts]
        for indexes in _of_one_length(rows):
            next_part()
            found[indexes] = self._means([rows[index] for index in indexes])
        return found

    def _tokens(self, text: str) -> list[int]:
        text = text[: self._longest * _CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        return self._tokenizer.ids(text)

    def _means(self, rows: list[list[int]]) -> Vectors:
        means = _states(self._encoder, rows).mean(axis=1)
        length = np.linalg.norm(means, axis=1, keepdims=True)
        vectors: Vectors = means / np.maximum(length, np.finfo(np.float32).tiny)
        return vectors


def _states(encoder: ctranslate2.Encoder, rows: list[list[int]]) -> NDArray[np.float32]:
    """[texts, tokens, dimensions]."""
    return np.asarray(encoder.forward_batch(rows).last_hidden_state, np.float32)


def _of_one_length(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The indexes of some rows that are equally long, a batch after the other."""
    lengths: dict[int, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        lengths[len(row)].append(index)
    for indexes in lengths.values():
        for first in range(0, len(indexes), _MOST_AT_ONCE):
            yield indexes[first : first + _MOST_AT_ONCE]


def _read_description(file: Path) -> _Description:
    try:
        description = _Description(**json.loads(file.read_text("utf-8")))
        if not 0 < description.longest <= 100_000:
            raise ValueError("longest is no number of tokens")
        return description
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{file}: describes no embedding model: {error}") from None
