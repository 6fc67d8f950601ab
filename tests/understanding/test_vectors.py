"""Vectors of examples are computed once, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from voice.kept_arrays import read_arrays, write_arrays
from voice.understanding import LexicalEmbedder, kept_folder, vectors
from voice.understanding.lexical import Vectors
from voice.understanding.vectors import PROBE, KeptVectors


class Counting:
    """Counts the texts whose vectors it computes."""

    name = "counting"

    def __init__(self) -> None:
        self.computed: list[str] = []

    def embed(self, texts: Sequence[str], kind: str = "query") -> Vectors:
        self.computed += [text for text in texts if text != PROBE]
        return LexicalEmbedder().embed(texts)

    def close(self) -> None:
        pass


def test_a_text_is_computed_once_on_a_machine(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    before = KeptVectors(first, tmp_path).embed(["one text", "another"])
    after = KeptVectors(second, tmp_path).embed(["another", "a third", "one text"])
    assert first.computed == ["one text", "another"]
    assert second.computed == ["a third"]
    np.testing.assert_array_equal(after[[2, 0]], before)


def test_what_another_model_of_that_name_made_is_made_anew(tmp_path: Path) -> None:
    class Other(Counting):
        def embed(self, texts: Sequence[str], kind: str = "query") -> Vectors:
            return super().embed(texts)[:, ::-1]

    KeptVectors(Counting(), tmp_path).embed(["one text", "another"])
    other = Other()
    found = KeptVectors(other, tmp_path).embed(["one text"])
    assert other.computed == ["one text"]
    np.testing.assert_array_equal(found, Other().embed(["one text"]))


def test_no_more_is_kept_than_some_tasks_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_MOST_KEPT", 3)
    embedder = Counting()
    for texts in (["a", "b"], ["b", "c"], ["c", "d"], ["d", "c", "a"]):
        KeptVectors(embedder, tmp_path).embed(texts)
    assert embedder.computed == ["a", "b", "c", "d", "a"]


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "counting.npz"
    file.write_bytes(b"PK\x03\x04 but no more")
    embedder = Counting()
    KeptVectors(embedder, tmp_path).embed(["one text"])
    KeptVectors(embedder, tmp_path).embed(["one text"])
    assert embedder.computed == ["one text"]


def test_a_file_in_which_vectors_are_missing_is_made_anew(tmp_path: Path) -> None:
    file, embedder = tmp_path / "counting.npz", Counting()
    KeptVectors(embedder, tmp_path).embed(["a", "b"])
    kept = read_arrays(file)
    write_arrays(file, {**kept, "vectors": kept["vectors"][:1]})
    KeptVectors(embedder, tmp_path).embed(["a"])
    assert embedder.computed == ["a", "b", "a"]


def test_without_a_place_to_write_vectors_are_computed_again(tmp_path: Path) -> None:
    embedder = Counting()
    taken = tmp_path / "a file"
    taken.touch()
    for _ in range(2):
        KeptVectors(embedder, taken / "below").embed(["one text"])
    assert embedder.computed == ["one text"] * 2


def test_they_are_kept_in_the_cache_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept_folder() == tmp_path / "voice" / "vectors"


def test_letters_tell_alike_texts_from_others() -> None:
    near, same, far = LexicalEmbedder().embed(
        ["my card is blocked", "please block my card", "the weather in june"]
    )
    assert near @ same > 0.3 > near @ far
