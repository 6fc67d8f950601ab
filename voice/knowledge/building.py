"""Builds the store of a folder of documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from voice.embeddings import Embedder
from voice.errors import ConfigError
from voice.knowledge import store
from voice.knowledge.documents import Document, Unread, read_folder
from voice.knowledge.passages import Passage, passages_of
from voice.knowledge.store import Embedded, embedded_text


@dataclass
class Built:
    """What became of a folder."""

    documents: int = 0
    passages: int = 0
    unread: list[Unread] = field(default_factory=list)


def build(
    folder: Path,
    file: Path,
    embedder: Embedder,
    languages: Sequence[str],
    progress: Callable[[str], None] = lambda path: None,
) -> Built:
    """Read a folder's documents into the store `file`; see `read_folder` for `languages`.

    Sentences that the store has already are not embedded again. `progress` is told the path of each
    document. Raises ConfigError when there is none that can be read, and then leaves the store as
    it was.
    """
    built = Built()
    known = store.known_vectors(file, embedder)

    def embedded(passage: Passage) -> Embedded:
        said = (passage.text, *passage.sentences)
        texts = [embedded_text(passage.heading, one) for one in said]
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, embedder.embed(new, "passage"), strict=True))
        whole, *sentences = (known[text] for text in texts)
        return Embedded(passage, whole, np.stack(sentences))

    def read() -> Iterator[tuple[Document, list[Embedded]]]:
        for document in read_folder(folder, languages):
            progress(document.path)
            if isinstance(document, Unread):
                built.unread.append(document)
                continue
            passages = [embedded(passage) for passage in passages_of(document)]
            built.documents += 1
            built.passages += len(passages)
            yield document, passages
        if not built.passages:
            first = built.unread[0] if built.unread else None
            reason = f": {first.path}: {first.reason}" if first else ""
            raise ConfigError(f"{folder}: no document there can be read{reason}")

    store.write(file, embedder, read())
    return built
