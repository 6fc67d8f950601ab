"""An embedding model in which a text means the words that it shares, and documents for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embeddings.small_bert import save_bag_of_words
from voice.embeddings import Embedder
from voice.knowledge import Knowledge, build
from voice.knowledge.support import UNRELATED
from voice.models.embeddings import convert_beside

DOCUMENTS = {
    "hours.md": "# Opening hours\n\nWe open at nine on weekdays. On Sunday we are closed.\n",
    "prices/bins.md": (
        "# Bins\n\n## Large bins\n\nA large bin costs eight pounds.\n\n"
        "## Lost bins\n\nA stolen bin is replaced for nothing.\n"
    ),
    "fr/horaires.md": "# Horaires\n\nNous ouvrons à midi. Le dimanche est férié.\n",
}
WORDS = (
    "opening hours we open at nine on weekdays sunday are closed bins large bin costs eight "
    "pounds lost a stolen is replaced for nothing horaires nous ouvrons midi le dimanche est ferie "
    "what does cost how much when do you pizza dog licence"
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_bag_of_words(
        tmp_path_factory.mktemp("models") / "bag-of-words", f"{WORDS} {UNRELATED}"
    )
    convert_beside(folder, "bert")
    return folder


@pytest.fixture
def embedder(model: Path) -> Iterator[Embedder]:
    opened = Embedder.load(model)
    yield opened
    opened.close()


def put(folder: Path, documents: dict[str, str]) -> Path:
    for path, text in documents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return put(tmp_path / "documents", DOCUMENTS)


@pytest.fixture
def store(documents: Path, tmp_path: Path, embedder: Embedder) -> Path:
    file = tmp_path / "data" / "store.sqlite"
    build(documents, file, embedder, ("en", "fr"))
    return file


@pytest.fixture
def knowledge(store: Path, embedder: Embedder) -> Iterator[Knowledge]:
    opened = Knowledge(store, embedder)
    yield opened
    opened.close()
