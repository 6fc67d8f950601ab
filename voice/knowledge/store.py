"""The store: one SQLite file with documents, passages, their words (FTS5) and their vectors.

It is written as a whole and put in the place of the one before; whoever reads keeps what they have.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.embeddings import Embedder, Vectors
from voice.errors import ConfigError
from voice.knowledge.documents import Document
from voice.knowledge.passages import Passage

_FORM = "1"
"""Of the tables; a store of another form is built anew."""
_PROBE = "What does it cost, and how long does it take?"
"""Its vector tells whether a model is the one that the store was built with."""
_SAME_MODEL = 0.995
"""Cosine of the probe's vectors; processors round differently."""
_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE documents (id INTEGER PRIMARY KEY, path TEXT UNIQUE, title TEXT, language TEXT);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER REFERENCES documents, number INTEGER,
    heading TEXT, page INTEGER, text TEXT, vector BLOB
);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY, passage INTEGER REFERENCES passages, text TEXT, vector BLOB
);
CREATE VIRTUAL TABLE words USING fts5(
    heading, text, content='passages', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
"""


@dataclass(frozen=True)
class StoredPassage:
    """A passage as it is cited."""

    document: str
    """Path of its document in the folder that was read."""
    title: str
    language: str
    number: int
    """From 1, in its document."""
    heading: str
    page: int | None
    text: str


@dataclass(frozen=True)
class StoreContents:
    """What a store holds."""

    passages: Sequence[StoredPassage]
    passage_vectors: Vectors
    sentences: Sequence[str]
    sentence_vectors: Vectors
    passage_of: NDArray[np.int64]
    """Where each sentence's passage stands."""


@dataclass(frozen=True)
class Embedded:
    """A passage with its vector, and those of its sentences."""

    passage: Passage
    vector: NDArray[np.float32]
    sentences: Vectors


def embedded_text(heading: str, text: str) -> str:
    """What is embedded of a sentence or passage: it says little without its heading."""
    return f"{heading}: {text}" if heading else text


def write(
    file: Path,
    embedder: Embedder,
    documents: Iterable[tuple[Document, Sequence[Embedded]]],
) -> None:
    """Build a store in the place of another; raises ConfigError when it cannot be written."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    with _mistakes_of(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
    try:
        with _mistakes_of(file), closing(sqlite3.connect(part)) as database, database:
            database.executescript(_SCHEMA)
            (probe,) = embedder.embed([_PROBE])
            facts = {"form": _FORM, "model": embedder.name, "probe": _bytes(probe)}
            database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
            for document, passages in documents:
                _add(database, document, passages)
            database.execute("INSERT INTO words(words) VALUES ('rebuild')")
        with _mistakes_of(file):
            part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _add(database: sqlite3.Connection, document: Document, passages: Sequence[Embedded]) -> None:
    row = database.execute(
        "INSERT INTO documents(path, title, language) VALUES (?, ?, ?)",
        (document.path, document.title, document.language),
    ).lastrowid
    for number, one in enumerate(passages, 1):
        passage = one.passage
        place = database.execute(
            "INSERT INTO passages(document, number, heading, page, text, vector)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (row, number, passage.heading, passage.page, passage.text, _bytes(one.vector)),
        ).lastrowid
        database.executemany(
            "INSERT INTO sentences(passage, text, vector) VALUES (?, ?, ?)",
            (
                (place, sentence, _bytes(vector))
                for sentence, vector in zip(passage.sentences, one.sentences, strict=True)
            ),
        )


def open_database(file: Path) -> sqlite3.Connection:
    """For reading; raises ConfigError when there is none or it is none of ours."""
    if not file.is_file():
        raise ConfigError(f"{file}: no store there; voice knowledge build makes it")
    address = f"{file.resolve().as_uri()}?mode=ro"
    with _mistakes_of(file), ExitStack() as unless_ours:
        opened = sqlite3.connect(address, uri=True, check_same_thread=False)
        database = unless_ours.enter_context(closing(opened))
        (form,) = database.execute("SELECT value FROM facts WHERE name = 'form'").fetchone()
        if form != _FORM:
            raise ConfigError(f"{file}: another version's store; voice knowledge build anew")
        unless_ours.pop_all()
    return database


def read(file: Path, database: sqlite3.Connection, embedder: Embedder) -> StoreContents:
    """All that is searched; raises ConfigError when it was built with another embedding model."""
    with _mistakes_of(file):
        facts = dict(database.execute("SELECT name, value FROM facts"))
        (probe,) = embedder.embed([_PROBE])
        known = np.frombuffer(facts["probe"], np.float32)
        if known.shape != probe.shape or known @ probe < _SAME_MODEL:
            raise ConfigError(
                f"{file}: built with the embedding model {facts['model']}, which is not"
                f" {embedder.name}: voice knowledge build anew"
            )
        passages, vectors = [], []
        for *values, vector in database.execute(
            "SELECT path, title, language, number, heading, page, text, vector"
            " FROM passages JOIN documents ON documents.id = document ORDER BY passages.id"
        ):
            passages.append(StoredPassage(*values))
            vectors.append(vector)
        sentences, ids, their_vectors = [], [], []
        for text, row, vector in database.execute("SELECT text, passage, vector FROM sentences"):
            sentences.append(text)
            ids.append(row)
            their_vectors.append(vector)
        size = embedder.dimensions
        passage_of = np.array(ids, np.int64) - 1  # rows are numbered from 1, without gaps
        if not passages or set(passage_of.tolist()) - set(range(len(passages))):
            raise ValueError("passages are missing")
        return StoreContents(
            passages, _matrix(vectors, size), sentences, _matrix(their_vectors, size), passage_of
        )


def known_vectors(file: Path, embedder: Embedder) -> dict[str, NDArray[np.float32]]:
    """The vectors of an earlier store by what was embedded; none where it cannot be used."""
    try:
        with closing(open_database(file)) as database:
            contents = read(file, database, embedder)
    except ConfigError:
        return {}
    owners = [contents.passages[place] for place in contents.passage_of.tolist()]
    known = {
        embedded_text(owner.heading, sentence): vector
        for owner, sentence, vector in zip(
            owners, contents.sentences, contents.sentence_vectors, strict=True
        )
    }
    for passage, vector in zip(contents.passages, contents.passage_vectors, strict=True):
        known[embedded_text(passage.heading, passage.text)] = vector
    return known


def _bytes(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f4").tobytes()


def _matrix(vectors: Sequence[bytes], dimensions: int) -> Vectors:
    """Raises ValueError when one is of another size."""
    return np.frombuffer(b"".join(vectors), np.float32).reshape(len(vectors), dimensions)


@contextmanager
def _mistakes_of(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{file}: not a store of documents, or damaged ({error})") from None
