"""Searches a store by words and by meaning at once, and says how well what was found answers.

Two rankings, one by BM25 over words (FTS5) and one by the cosine of
passages and their sentences, are fused by
reciprocal rank (Cormack et al. 2009). The first of them are then weighed by their support.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.embeddings import Embedder
from voice.engine_queue import Priority
from voice.errors import ConfigError
from voice.knowledge import store
from voice.knowledge.store import StoredPassage
from voice.knowledge.support import Measure, Support, WordWeights
from voice.knowledge.words import STEM, stems

log = logging.getLogger(__name__)

_RANKED = 20
"""Of each ranking, so many count."""
_RANK_OFFSET = 60
_WEIGHED = 10
"""So many of the fused ranking are weighed against each other by what supports them."""
_NEAR = 0.01
"""Cosines that differ by less are alike; the earlier sentence then begins the answer."""
_BRIEF, _LONGEST_ANSWER = 20, 45
"""Words: a shorter first sentence is followed by the next, as far as that fits."""
_MOST_WORDS = 64
"""Of a question."""


@dataclass(frozen=True)
class FoundPassage:
    """A passage for a question."""

    passage: StoredPassage
    answer: str
    """The passage's own words that answer best."""
    support: Support


class Knowledge:
    """A store that is searched by all calls of a process; one that was built anew is noticed."""

    def __init__(self, file: Path, embedder: Embedder) -> None:
        """Raises ConfigError when the store cannot be used."""
        self._file = file
        self._embedder = embedder
        self._lock = threading.Lock()
        self._version = _version(file)
        self._index = _Index(file, embedder)

    @property
    def languages(self) -> frozenset[str]:
        """Tags of the languages that its documents are in."""
        return self._index.languages

    async def find(
        self,
        question: str,
        language: str | None = None,
        most: int = 3,
        priority: Priority = Priority.FINAL,
    ) -> list[FoundPassage]:
        """What `search` finds, from the embedding model's own threads; raises EngineBusy."""
        return await self._embedder.run(self.search, question, language, most, priority=priority)

    def search(
        self, question: str, language: str | None = None, most: int = 3
    ) -> list[FoundPassage]:
        """The passages that fit best, best first; only those in a language where one is named."""
        with self._lock:
            self._renew()
            return self._index.search(question, language, most)

    def close(self) -> None:
        """Let go of the file; the embedding model is its owner's to close."""
        with self._lock:
            self._index.close()

    def _renew(self) -> None:
        """Read a store that was built since; one that cannot be used is left where it is."""
        version = _version(self._file)
        if version in (self._version, None):
            return
        self._version = version
        try:
            index = _Index(self._file, self._embedder)
        except ConfigError as error:
            log.error("the documents that were read before are kept: %s", error)
            return
        self._index.close()
        self._index = index


def _version(file: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        status = file.stat()
        return status.st_ino, status.st_mtime_ns
    return None


class _Index:
    """One store as it was read."""

    def __init__(self, file: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._measure = Measure.of(embedder)
        with ExitStack() as unless_whole:
            self._database = unless_whole.enter_context(closing(store.open_database(file)))
            self._contents = store.read(file, self._database, embedder)
            unless_whole.pop_all()
        texts = (f"{one.title} {one.heading} {one.text}" for one in self._contents.passages)
        self._words = WordWeights(texts)
        self.languages = frozenset(one.language for one in self._contents.passages)

    def close(self) -> None:
        self._database.close()

    def search(self, question: str, language: str | None, most: int) -> list[FoundPassage]:
        (vector,) = self._embedder.embed([question])
        sentences = self._contents.sentence_vectors @ vector
        passages = self._contents.passage_vectors @ vector
        nearest = np.full(len(passages), -1.0, np.float32)
        np.maximum.at(nearest, self._contents.passage_of, sentences)
        cosines = (nearest + passages) / 2
        rankings = (self._by_meaning(cosines, language), self._by_words(question, language))
        found = [
            FoundPassage(
                self._contents.passages[place],
                self._extract(place, sentences),
                Support(
                    self._measure.meaning(float(cosines[place])),
                    self._words.shared(question, place),
                ),
            )
            for place in _fused(rankings)[: max(most, _WEIGHED)]
        ]
        return sorted(found, key=lambda one: -one.support.probability)[:most]

    def _by_meaning(self, cosines: NDArray[np.float32], language: str | None) -> list[int]:
        passages = self._contents.passages
        places = (
            place
            for place in np.argsort(-cosines).tolist()
            if language in (None, passages[place].language)
        )
        return list(islice(places, _RANKED))

    def _by_words(self, question: str, language: str | None) -> list[int]:
        wanted = " OR ".join(_terms(question))
        if not wanted:
            return []
        rows = self._database.execute(
            "SELECT words.rowid FROM words JOIN passages ON passages.id = words.rowid"
            " JOIN documents ON documents.id = document"
            " WHERE words MATCH ? AND (? IS NULL OR language = ?) ORDER BY rank LIMIT ?",
            (wanted, language, language, _RANKED),
        )
        return [row - 1 for (row,) in rows]

    def _extract(self, place: int, cosines: NDArray[np.float32]) -> str:
        """The sentence that fits best, and those after it while the answer is brief."""
        rows = np.flatnonzero(self._contents.passage_of == place)
        near = cosines[rows] >= cosines[rows].max() - _NEAR
        answer: list[str] = []
        for row in rows[int(np.argmax(near)) :].tolist():
            more = self._contents.sentences[row].split()
            if answer and (len(answer) >= _BRIEF or len(answer) + len(more) > _LONGEST_ANSWER):
                break
            answer += more
        return " ".join(answer)


def _fused(rankings: Iterable[Sequence[int]]) -> list[int]:
    """Reciprocal rank fusion; equals are in the order of the first ranking."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, place in enumerate(ranking, 1):
            scores[place] = scores.get(place, 0.0) + 1 / (_RANK_OFFSET + rank)
    return sorted(scores, key=lambda place: -scores[place])


def _terms(question: str) -> Iterator[str]:
    """The words of a question as FTS5 takes them: between quotes, nothing in them is syntax."""
    for stem in dict.fromkeys(stems(question)[:_MOST_WORDS]):
        if len(stem) > 1:
            yield f'"{stem}"*' if len(stem) == STEM else f'"{stem}"'
