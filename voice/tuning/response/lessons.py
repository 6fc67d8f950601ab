"""Dialogues as the tokens that an engine gives to its model, and which of them the model writes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from voice.errors import VoiceError
from voice.models.gpt_oss.vocabulary import Vocabulary
from voice.response.prompts.briefing import Briefing
from voice.response.prompts.gpt_oss_prompt import GptOssPrompt
from voice.response.prompts.harmony import RETURN, AnswerMessage, Harmony, ToolCall
from voice.tuning.response.conversations import Conversation, DialogueMistake

LEAST = 20
"""Dialogues: with fewer, nothing that is judged by them would mean anything."""
_SHARE = 0.1
"""Of the dialogues that are judged by, and of those that are chosen by."""
_LEAST_PART = 3


@dataclass(frozen=True)
class DialogueLesson:
    """One dialogue."""

    line: int
    """In the operator's file."""
    ids: tuple[int, ...]
    told: int
    """How many of the first tokens are the same in all dialogues: what the tasks say."""
    wanted: dict[int, int]
    """By place: the token that the assistant writes there."""


@dataclass(frozen=True)
class DialogueParts:
    """The dialogues that are learned from, chosen by and judged by."""

    train: list[DialogueLesson]
    development: list[DialogueLesson]
    test: list[DialogueLesson]


def lessons_of(
    conversations: Sequence[Conversation],
    vocabulary: Vocabulary,
    briefing: Briefing | None,
    longest: int,
) -> tuple[list[DialogueLesson], list[DialogueMistake]]:
    """The dialogues in a model's vocabulary, and those that have more than `longest` tokens."""
    harmony = Harmony(vocabulary.tokenizer)
    prompt = GptOssPrompt(harmony)
    beginning = prompt.beginning(briefing, "low") if briefing else []
    lessons, mistakes = [], []
    for conversation in conversations:
        lesson = _lesson(conversation, prompt, harmony, beginning)
        if len(lesson.ids) > longest:
            reason = f"{len(lesson.ids)} tokens, more than {longest} (--longest)"
            mistakes.append(DialogueMistake(conversation.line, reason))
        else:
            lessons.append(lesson)
    return lessons, mistakes


def _lesson(
    conversation: Conversation, prompt: GptOssPrompt, harmony: Harmony, beginning: Sequence[int]
) -> DialogueLesson:
    ids, wanted = list(beginning), {}
    for message in conversation.messages:
        tokens = prompt.message(message)
        if isinstance(message, AnswerMessage | ToolCall):
            given = len(harmony.reply())
            written = {len(ids) + place: tokens[place] for place in range(given, len(tokens))}
            if isinstance(message, AnswerMessage):  # in a history an answer ends otherwise
                written[len(ids) + len(tokens) - 1] = harmony.control(RETURN)
            wanted.update(written)
        ids += tokens
    return DialogueLesson(conversation.line, tuple(ids), len(beginning), wanted)


def divided(lessons: Sequence[DialogueLesson], seed: int) -> DialogueParts:
    """By chance, always alike for a seed; raises VoiceError when there are too few."""
    if len(lessons) < LEAST:
        raise VoiceError(f"{len(lessons)} dialogues can be used; at least {LEAST} are needed")
    mixed = list(lessons)
    random.Random(seed).shuffle(mixed)
    size = max(_LEAST_PART, round(_SHARE * len(mixed)))
    return DialogueParts(mixed[2 * size :], mixed[size : 2 * size], mixed[:size])
