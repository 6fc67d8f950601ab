"""A question finds the passage that answers it, and where it stands; or that none does."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from tests.embeddings.small_bert import save_bag_of_words
from tests.knowledge.conftest import DOCUMENTS, WORDS, put
from tests.knowledge.small_pdf import pdf
from voice.embeddings import Embedder
from voice.errors import ConfigError
from voice.knowledge import Knowledge, build
from voice.models.embeddings import convert_beside


def test_a_passage_is_found_with_its_document_and_heading(knowledge: Knowledge) -> None:
    first = knowledge.search("a large bin costs", "en")[0]

    passage = first.passage
    assert (passage.document, passage.title, passage.heading) == (
        "prices/bins.md", "Bins", "Bins › Large bins",
    )  # fmt: skip
    assert (passage.number, passage.page, passage.language) == (1, None, "en")
    assert first.answer == "A large bin costs eight pounds."


def test_a_passage_of_a_pdf_is_found_with_its_page(tmp_path: Path, embedder: Embedder) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    pages = [["We open at nine."], ["A stolen bin is replaced for nothing."]]
    (folder / "manual.pdf").write_bytes(pdf(pages, outline=[("Bins", 2)]))
    build(folder, tmp_path / "store", embedder, ("en",))
    knowledge = Knowledge(tmp_path / "store", embedder)

    passage = knowledge.search("stolen bin")[0].passage

    knowledge.close()
    assert (passage.document, passage.heading, passage.page) == ("manual.pdf", "Bins", 2)


def test_words_find_what_the_model_does_not_know(tmp_path: Path, embedder: Embedder) -> None:
    folder = put(tmp_path, {"a.md": "The Quay Room.\n\n# Other\n\nWe open at nine."})
    build(folder, tmp_path / "store", embedder, ("en",))
    knowledge = Knowledge(tmp_path / "store", embedder)

    assert knowledge.search("quays")[0].passage.text == "The Quay Room."
    knowledge.close()


def test_only_documents_in_the_callers_language_are_searched(knowledge: Knowledge) -> None:
    assert knowledge.languages == {"en", "fr"}
    found = knowledge.search("le dimanche", "fr", most=10)

    assert [one.passage.document for one in found] == ["fr/horaires.md"]
    assert {one.passage.language for one in knowledge.search("sunday dimanche", most=10)} == {
        "en", "fr",
    }  # fmt: skip


def test_a_brief_answer_is_followed_by_the_next_sentence(knowledge: Knowledge) -> None:
    first = knowledge.search("we open at nine on weekdays", "en")[0]

    assert first.answer == "We open at nine on weekdays. On Sunday we are closed."


def test_what_a_document_says_supports_an_answer(knowledge: Knowledge) -> None:
    assert knowledge.search("a large bin costs eight pounds", "en")[0].support.enough


@pytest.mark.parametrize("question", ["how much does a dog licence cost", "pizza", "?", ""])
def test_nothing_supports_an_answer_to_another_question(
    knowledge: Knowledge, question: str
) -> None:
    assert not any(one.support.enough for one in knowledge.search(question, "en"))


@pytest.mark.parametrize(
    "question",
    [
        'x" OR words MATCH "bin', "bin NEAR(large)", "'; DROP TABLE words; --", "bin*", "(((",
        "AND OR NOT", "heading:bins", "\x00", "\ud800 bin", "bin " * 5000,
    ],
)  # fmt: skip
def test_any_question_can_be_asked(knowledge: Knowledge, question: str) -> None:
    knowledge.search(question)

    assert knowledge.search("large bin")[0].passage.document == "prices/bins.md"


async def test_calls_search_without_blocking_each_other(knowledge: Knowledge) -> None:
    found = await asyncio.gather(*(knowledge.find("large bin", "en") for _ in range(5)))

    assert all(one[0].passage.document == "prices/bins.md" for one in found)


# The store


def test_documents_that_cannot_be_read_are_named_and_the_others_kept(
    documents: Path, tmp_path: Path, embedder: Embedder
) -> None:
    (documents / "old.md").write_bytes("Fermé".encode("latin-1"))
    (documents / "cut.pdf").write_bytes(b"%PDF-1.7")

    built = build(documents, tmp_path / "store", embedder, ("en", "fr"))

    assert built.documents == 3 and built.passages == 4
    assert [one.path for one in built.unread] == ["cut.pdf", "old.md"]


def test_a_folder_of_which_nothing_can_be_read_leaves_the_store_as_it_was(
    store: Path, tmp_path: Path, embedder: Embedder
) -> None:
    before = store.read_bytes()
    folder = put(tmp_path / "other", {"a.md": ""})

    with pytest.raises(ConfigError, match=r"no document there can be read: a\.md: no text in it"):
        build(folder, store, embedder, ("en",))

    assert store.read_bytes() == before
    assert [file.name for file in store.parent.iterdir()] == [store.name]


def test_what_is_removed_from_the_folder_is_no_longer_found(
    documents: Path, store: Path, embedder: Embedder
) -> None:
    (documents / "prices" / "bins.md").unlink()
    build(documents, store, embedder, ("en", "fr"))
    knowledge = Knowledge(store, embedder)

    assert "prices/bins.md" not in {
        one.passage.document for one in knowledge.search("large bin", most=10)
    }
    knowledge.close()


def test_a_running_service_searches_a_store_that_was_built_anew(
    documents: Path, store: Path, knowledge: Knowledge, embedder: Embedder
) -> None:
    (documents / "hours.md").write_text("We open at eight.")
    build(documents, store, embedder, ("en", "fr"))

    assert knowledge.search("we open", "en")[0].answer == "We open at eight."


def test_a_running_service_keeps_what_it_has_when_the_new_store_is_damaged(
    store: Path, knowledge: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    other = store.with_name("other")
    other.write_bytes(b"not a database")
    os.replace(other, store)

    assert knowledge.search("large bin", "en")[0].passage.document == "prices/bins.md"
    assert "the documents that were read before are kept" in caplog.text


def test_sentences_that_are_known_are_not_embedded_again(
    documents: Path, store: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    embed = embedder.embed

    def counted(texts: list[str], kind: str = "query") -> object:
        asked.extend(texts if kind == "passage" else [])
        return embed(texts, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(embedder, "embed", counted)
    (documents / "hours.md").write_text("# Opening hours\n\nOn Sunday we are closed. New.\n")

    build(documents, store, embedder, ("en", "fr"))

    assert asked == ["Opening hours: On Sunday we are closed. New.", "Opening hours: New."]


def test_a_store_of_another_embedding_model_is_refused(store: Path, tmp_path: Path) -> None:
    folder = save_bag_of_words(tmp_path / "another", " ".join(reversed(WORDS.split())))
    convert_beside(folder, "bert")
    other = Embedder.load(folder)

    with pytest.raises(ConfigError, match="bag-of-words, which is not another: voice knowledge"):
        Knowledge(store, other)

    other.close()


def test_a_store_that_is_not_there_is_refused(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(ConfigError, match="no store there; voice knowledge build makes it"):
        Knowledge(tmp_path / "gone.sqlite", embedder)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def no_database(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def another_form(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE facts SET value = '0' WHERE name = 'form'")
    database.close()


def short_vectors(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE sentences SET vector = x'00' WHERE id = 1")
    database.close()


@pytest.mark.parametrize("damage", [empty, no_database, cut, another_form, short_vectors])
def test_a_damaged_store_is_refused_in_one_line(
    store: Path, embedder: Embedder, damage: object
) -> None:
    assert callable(damage)
    damage(store)

    with pytest.raises(ConfigError) as raised:
        Knowledge(store, embedder)

    assert str(raised.value).startswith(f"{store}: ")
    assert "\n" not in str(raised.value)


def test_a_store_that_cannot_be_written_is_named(
    documents: Path, tmp_path: Path, embedder: Embedder
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match=r"store.sqlite: (Not a directory|File exists)"):
        build(documents, tmp_path / "file" / "store.sqlite", embedder, ("en",))


def test_every_document_of_these_tests_is_read(store: Path, knowledge: Knowledge) -> None:
    found = {one.passage.document for one in knowledge.search("a", most=50)}

    assert found == set(DOCUMENTS)
