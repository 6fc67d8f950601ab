"""Texts become vectors: the same whatever stands beside them, within bounds, or one clear line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.embeddings.small_bert import SHAPE, save_folder, weights
from voice.embeddings import Embedder
from voice.engine_queue import EngineBusy, EngineQueue
from voice.errors import ModelError
from voice.models.embeddings import convert_beside

TEXTS = ["my bill", "the house", "a", "", "your card number is the number of my card", "my bill"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_folder(tmp_path_factory.mktemp("models") / "small", weights())
    convert_beside(folder, "bert")
    return folder


@pytest.fixture
def embedder(folder: Path) -> Iterator[Embedder]:
    opened = Embedder.load(folder)
    yield opened
    opened.close()


def test_a_text_has_the_same_vector_alone_and_among_others(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)

    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert np.array_equal(together, alone)
    assert np.array_equal(together[0], together[5])


def test_vectors_have_length_one(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)

    assert vectors.shape == (len(TEXTS), embedder.dimensions) == (len(TEXTS), SHAPE.width)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_of_no_texts_come_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, SHAPE.width)


@pytest.mark.parametrize("text", ["my bill " * 2_000_000, "x" * 1_000_000, "\ud800 my \x00 bill"])
def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    (vector,) = embedder.embed([text])

    assert np.isfinite(vector).all()


def test_more_than_the_model_reads_of_a_text_changes_nothing(embedder: Embedder) -> None:
    first, second = embedder.embed(["my bill " * 30 + "house", "my bill " * 30 + "tree"])

    assert np.array_equal(first, second)


def test_a_query_and_a_passage_begin_as_the_model_was_trained(folder: Path, tmp_path: Path) -> None:
    prefixed = tmp_path / "prefixed"
    prefixed.mkdir()
    for file in folder.iterdir():
        (prefixed / file.name).write_bytes(file.read_bytes())
    description = {"query": "query : ", "passage": "passage : ", "longest": SHAPE.positions}
    (prefixed / "voice.json").write_text(json.dumps(description))
    plain, embedder = Embedder.load(folder), Embedder.load(prefixed)

    assert np.array_equal(embedder.embed(["my bill"]), plain.embed(["query : my bill"]))
    passage = embedder.embed(["my bill"], "passage")
    assert np.array_equal(passage, plain.embed(["passage : my bill"]))
    plain.close()
    embedder.close()


async def test_calls_wait_for_vectors_without_blocking_each_other(embedder: Embedder) -> None:
    found = await asyncio.gather(*(embedder.vectors([text]) for text in TEXTS))

    assert np.array_equal(np.concatenate(found), embedder.embed(TEXTS))


async def test_a_closed_engine_says_so(folder: Path) -> None:
    embedder = Embedder.load(folder)
    embedder.close()

    with pytest.raises(EngineBusy):
        await embedder.vectors(["my bill"])


def test_it_keeps_to_the_threads_it_was_given(folder: Path) -> None:
    asked = []

    def make_queue(name: str, workers: int, capacity: int) -> EngineQueue:
        asked.append((name, workers, capacity))
        return EngineQueue(name, workers, capacity)

    embedder = Embedder.load(folder, workers=2, capacity=8, make_queue=make_queue)
    embedder.close()

    assert asked == [("embedding", 2, 8)]


@pytest.mark.parametrize("file", ["model.bin", "config.json", "tokenizer.json", "voice.json"])
def test_a_folder_that_lacks_a_file_is_refused_with_its_name(
    folder: Path, tmp_path: Path, file: str
) -> None:
    lacking = copy_of(folder, tmp_path)
    (lacking / file).unlink()

    with pytest.raises(ModelError, match=f"no embedding model there .{file} is missing."):
        Embedder.load(lacking)


def test_a_folder_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelError, match=r"^nowhere: no embedding model there"):
        Embedder.load("nowhere")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.bin", b"\x06\x00\x00\x00"),
        ("model.bin", b"not a model"),
        ("config.json", b"{"),
        ("tokenizer.json", b"{}"),
        ("voice.json", b"[]"),
        ("voice.json", b'{"query": "", "passage": "", "longest": 0}'),
    ],
)
def test_a_damaged_folder_is_refused_in_one_line(
    folder: Path, tmp_path: Path, file: str, content: bytes
) -> None:
    damaged = copy_of(folder, tmp_path)
    (damaged / file).write_bytes(content)

    with pytest.raises(ModelError) as raised:
        Embedder.load(damaged)

    assert str(raised.value).startswith(str(damaged))
    assert "\n" not in str(raised.value)


def test_a_model_of_another_kind_is_refused(embedded_recogniser_path: Path, tmp_path: Path) -> None:
    other = copy_of(embedded_recogniser_path, tmp_path)
    (other / "voice.json").write_text('{"query": "", "passage": "", "longest": 10}')
    (other / "vocabulary.json").touch()

    with pytest.raises(ModelError, match="not an embedding model"):
        Embedder.load(other)


def copy_of(folder: Path, place: Path) -> Path:
    copy = place / "copy"
    copy.mkdir()
    for file in folder.iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    return copy
