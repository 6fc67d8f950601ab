"""`voice knowledge build` and `search`, as an operator runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.embeddings.small_bert import save_bag_of_words
from voice.cli.app import app
from voice.errors import ConfigError, ModelError
from voice.knowledge.support import UNRELATED
from voice.models.embeddings import convert_beside

HOURS = "# Hours\n\nWe open at nine on weekdays, and close at six in the evening on all days.\n"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    model = save_bag_of_words(tmp_path / "model", f"{HOURS} {UNRELATED}")
    convert_beside(model, "bert")
    file = tmp_path / "voice.toml"
    file.write_text(
        f'[embedding]\nmodel = "{model}"\n[knowledge]\nstore = "{tmp_path / "store.sqlite"}"\n'
    )
    return file


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "hours.md").write_text(HOURS)
    return folder


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["knowledge", *map(str, arguments)], catch_exceptions=True, env={"COLUMNS": "200"}
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_documents_are_built_and_searched(settings: Path, documents: Path, tmp_path: Path) -> None:
    status, told = run("build", documents, "--settings", settings)

    assert (status, told) == (0, f"{tmp_path / 'store.sqlite'}: 1 document, 1 passage\n")
    status, told = run("search", HOURS.splitlines()[-1].lower(), "--settings", settings)
    assert status == 0
    assert "hours.md, Hours, passage 1" in told
    assert "answer: We open at nine on weekdays, and close at six in the evening" in told


def test_a_question_without_an_answer_is_told_so(settings: Path, documents: Path) -> None:
    run("build", documents, "--settings", settings)

    status, told = run("search", "do you sell pizza", "--settings", settings)

    assert status == 0
    assert told.endswith("answer: nothing there answers that\n")


def test_what_cannot_be_read_is_named_and_shows_in_the_status(
    settings: Path, documents: Path
) -> None:
    (documents / "old.md").write_bytes(b"\xe9")

    status, told = run("build", documents, "--settings", settings)

    assert status == 1
    assert "not read: old.md: not UTF-8: byte 0xe9 in line 1; save it as UTF-8" in told
    assert "1 document, 1 passage" in told


def test_a_terminal_is_not_steered_by_a_document(settings: Path, documents: Path) -> None:
    (documents / "evil.md").write_text("We open [red]now[/red] \x1b[31m at nine.")
    run("build", documents, "--settings", settings)

    _, told = run("search", "open now", "--settings", settings)

    assert "\x1b" not in told
    assert "[red]now[/red]" in told


def test_a_store_has_to_be_named(documents: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").touch()

    with pytest.raises(ConfigError, match=r"^knowledge.store is not set: set it, or say --store$"):
        run("build", documents, "--settings", tmp_path / "empty.toml")


def test_an_embedding_model_that_is_none_is_named(documents: Path, tmp_path: Path) -> None:
    settings = tmp_path / "voice.toml"
    settings.write_text(f'[embedding]\nmodel = "{documents}"\n')

    with pytest.raises(ModelError, match=r"embedding.model: .*no embedding model there"):
        run("build", documents, "--store", tmp_path / "store", "--settings", settings)
