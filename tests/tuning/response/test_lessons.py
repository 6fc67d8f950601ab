"""Dialogues as a model's tokens: as the engine gives them, and what of them the model writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.gpt_oss.small_models import TOKENIZER, vocabulary_size
from tests.tuning.response.dialogues_on_disk import write_dialogues
from voice.errors import VoiceError
from voice.languages import language
from voice.models.gpt_oss.vocabulary import Vocabulary, vocabulary_of
from voice.response.prompts.briefing import Briefing, ToolDescription
from voice.response.prompts.gpt_oss_prompt import GptOssPrompt
from voice.response.prompts.harmony import Harmony
from voice.tokenizer_files import read_tokenizer
from voice.tuning.response.conversations import Conversation, read_conversations
from voice.tuning.response.lessons import DialogueLesson, divided, lessons_of

TOLD = Briefing("Help callers.", (ToolDescription("find", "Finds things."),))


@pytest.fixture
def vocabulary() -> Vocabulary:
    return vocabulary_of(read_tokenizer(TOKENIZER), vocabulary_size())


@pytest.fixture
def conversations(tmp_path: Path) -> list[Conversation]:
    return read_conversations(write_dialogues(tmp_path / "calls.jsonl"), language("en"))[0]


def test_a_dialogue_is_what_an_engine_gives_to_its_model(
    vocabulary: Vocabulary, conversations: list[Conversation]
) -> None:
    (lesson, *_), _ = lessons_of(conversations, vocabulary, TOLD, 2048)

    prompt = GptOssPrompt(Harmony(vocabulary.tokenizer))
    beginning = prompt.beginning(TOLD, "low")
    assert lesson.told == len(beginning)
    assert list(lesson.ids) == [*beginning, *prompt.turn(conversations[0].messages)]


def test_what_the_assistant_writes_is_learned_and_nothing_else(
    vocabulary: Vocabulary, conversations: list[Conversation]
) -> None:
    (lesson, *_), _ = lessons_of(conversations, vocabulary, None, 2048)

    harmony = Harmony(vocabulary.tokenizer)
    written = harmony.tokens(lesson.wanted.values())
    assert written[-1] == "<|return|>" and "<|call|>" in written
    assert "Your tariff is here." in harmony.text(written)
    assert "where" not in harmony.text(written) and "found" not in harmony.text(written)
    kept = [place for place in lesson.wanted if harmony.tokens([lesson.ids[place]]) != ["<|end|>"]]
    assert all(lesson.ids[place] == lesson.wanted[place] for place in kept)


def test_dialogues_that_are_too_long_are_named(
    vocabulary: Vocabulary, conversations: list[Conversation]
) -> None:
    lessons, mistakes = lessons_of(conversations[:2], vocabulary, None, 20)

    assert not lessons
    assert str(mistakes[1]).startswith("line 2: ")
    assert str(mistakes[1]).endswith(" tokens, more than 20 (--longest)")


def test_parts_have_no_dialogue_in_common_and_are_always_alike() -> None:
    lessons = [DialogueLesson(line, (line,), 0, {}) for line in range(40)]

    parts = divided(lessons, seed=1)

    lines = [{one.line for one in part} for part in (parts.train, parts.development, parts.test)]
    assert [len(part) for part in lines] == [32, 4, 4]
    assert set.union(*lines) == set(range(40))
    assert divided(lessons, seed=1) == parts != divided(lessons, seed=2)


def test_too_few_dialogues_are_refused() -> None:
    with pytest.raises(VoiceError, match="19 dialogues can be used; at least 20 are needed"):
        divided([DialogueLesson(line, (line,), 0, {}) for line in range(19)], seed=1)
