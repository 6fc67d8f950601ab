"""The model learns from its own phrase book, never from the phrasings that judge it."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.response.conftest import ROOT
from training.dialogues import assistant_sentence, caller_sentence, phrasebook
from training.dialogues.dialogue import DialogueWriter
from voice.response.prompts.harmony import AnswerMessage, CallerSaid, ToolCall
from voice.tasks import load_tasks

MINE = [ROOT / "scripts" / "train_responder.py", ROOT / "scripts" / "training"]


def _sources() -> list[Path]:
    return [
        file for place in MINE for file in ([place] if place.is_file() else place.rglob("*.py"))
    ]


def test_no_training_script_knows_the_held_out_phrasings() -> None:
    assert [file for file in _sources() if "tests/data" in file.read_text()] == []
    assert [file for file in _sources() if re.search(r"data.{1,8}held_out", file.read_text())] == []


@pytest.mark.parametrize("intent", phrasebook.intents())
def test_every_pattern_can_be_spoken(intent: str) -> None:
    choices = random.Random(4)
    for pattern in phrasebook.patterns(intent):
        assert re.fullmatch(r"[a-z' ]+", phrasebook.expand(pattern, choices)), pattern


def test_sentences_for_the_recogniser_are_plain_words() -> None:
    choices = random.Random(5)
    said = [make(choices) for make in (caller_sentence, assistant_sentence) for _ in range(500)]
    assert all(re.fullmatch(r"[a-z' ]+", sentence) for sentence in said)
    assert len(set(said)) > 500


def test_dialogues_never_block_without_question_and_answer() -> None:
    choices = random.Random(6)
    writer = DialogueWriter(load_tasks(ROOT / "tasks"), choices, lambda text, _: text)
    for _ in range(300):
        messages = [line.message for line in writer.dialogue()]
        for place, message in enumerate(messages):
            if message == ToolCall("block_sim"):
                assert isinstance(messages[place - 1], CallerSaid)
                assert isinstance(messages[place - 2], AnswerMessage)
