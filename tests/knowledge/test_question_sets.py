"""The questions of scripts/bench_knowledge.py ask what they say they ask."""

from __future__ import annotations

import pytest
import yaml

from bench_knowledge import LANGUAGES, SETS
from voice.knowledge.documents import Document, read_folder
from voice.knowledge.passages import passages_of


def passages(name: str, language: str) -> list[str]:
    documents = list(read_folder(SETS / name / "documents", LANGUAGES))
    assert all(isinstance(document, Document) for document in documents)
    return [
        passage.text
        for document in documents
        if isinstance(document, Document) and document.language == language
        for passage in passages_of(document)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["fit", "held_out"])
def test_each_question_with_an_answer_has_one_passage_that_holds_it(
    name: str, language: str
) -> None:
    questions = yaml.safe_load((SETS / name / "questions.yaml").read_text("utf-8"))[language]
    texts = passages(name, language)

    for row in questions:
        if "says" in row:
            assert sum(row["says"] in text for text in texts) == 1, row
    assert len({row["ask"] for row in questions}) == len(questions) >= 35
    assert sum("says" not in row for row in questions) >= 15
