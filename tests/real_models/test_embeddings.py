"""The catalogue's embedding models: what is meant alike lies close together, in their languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench_knowledge import SETS
from tests.conftest import fetched
from voice.embeddings import Embedder
from voice.knowledge import Knowledge, build

pytestmark = pytest.mark.real_models

PAIRS = {
    "en": [
        ("how do I get rid of my contract", "Cancelling a contract before it ends"),
        ("when do you open on Saturdays", "Our opening hours at the weekend"),
        ("the water is brown", "What to do when tap water is discoloured"),
        ("I have lost my card", "Reporting a stolen or missing card"),
    ],
    "fr": [
        ("comment je peux résilier mon contrat", "Mettre fin à un abonnement avant son terme"),
        ("vous ouvrez à quelle heure le samedi", "Nos horaires d'ouverture du week-end"),
        ("l'eau du robinet est marron", "Que faire si l'eau est colorée"),
        ("j'ai perdu ma carte", "Signaler une carte volée ou égarée"),
    ],
    "es": [
        ("quiero darme de baja", "Cancelar el contrato"),
        ("a qué hora abren el sábado", "Horario de apertura del fin de semana"),
        ("el agua sale marrón", "Qué hacer si el agua del grifo tiene color"),
        ("he perdido mi tarjeta", "Denunciar una tarjeta robada o extraviada"),
    ],
}


@pytest.fixture(scope="module")
def multilingual() -> Iterator[Embedder]:
    embedder = Embedder.load(fetched("multilingual-e5-small-q4"))
    yield embedder
    embedder.close()


@pytest.fixture(scope="module")
def english() -> Iterator[Embedder]:
    embedder = Embedder.load(fetched("all-MiniLM-L6-v2"))
    yield embedder
    embedder.close()


def nearest(embedder: Embedder, language: str) -> list[int]:
    queries, passages = zip(*PAIRS[language], strict=True)
    cosines = embedder.embed(queries) @ embedder.embed(passages, "passage").T
    return [int(row) for row in np.argmax(cosines, axis=1)]


@pytest.mark.parametrize("language", PAIRS)
def test_the_multilingual_model_finds_what_is_meant(multilingual: Embedder, language: str) -> None:
    assert nearest(multilingual, language) == [0, 1, 2, 3]


def test_the_english_model_finds_what_is_meant(english: Embedder) -> None:
    assert nearest(english, "en") == [0, 1, 2, 3]


def test_the_multilingual_model_finds_it_in_another_language(multilingual: Embedder) -> None:
    queries = [query for query, _ in PAIRS["fr"]]
    passages = [passage for _, passage in PAIRS["en"]]

    cosines = multilingual.embed(queries) @ multilingual.embed(passages, "passage").T

    assert [int(row) for row in np.argmax(cosines, axis=1)] == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["multilingual", "english"])
def test_a_text_has_the_same_vector_alone_and_among_others(
    name: str, request: pytest.FixtureRequest
) -> None:
    embedder: Embedder = request.getfixturevalue(name)
    texts = [text for pairs in PAIRS.values() for pair in pairs for text in pair]

    together = embedder.embed(texts)

    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert np.array_equal(together, alone)


@pytest.mark.parametrize(
    ("question", "language", "words"),
    [
        ("will you cut me off in winter", "en", "Nobody is cut off between October and March."),
        ("est-ce qu'il y a des trams la nuit le week-end", "fr", "les lignes de nuit circulent"),
        ("what's the best way to cook rice", "en", ""),
        ("comment faire un gâteau au chocolat", "fr", ""),
    ],
)
def test_documents_answer_callers_or_are_known_not_to(
    multilingual: Embedder, tmp_path: Path, question: str, language: str, words: str
) -> None:
    documents = SETS / "held_out" / "documents"
    build(documents, tmp_path / "store", multilingual, ("en", "fr"))
    knowledge = Knowledge(tmp_path / "store", multilingual)

    first = knowledge.search(question, language)[0]

    knowledge.close()
    assert first.support.enough == bool(words)
    if words:
        assert words in first.answer
