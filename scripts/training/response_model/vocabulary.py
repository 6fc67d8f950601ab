"""The small vocabulary: byte-level BPE with the Harmony tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.dialogues.dialogue import DialogueWriter
from voice.response.prompts.harmony import CONTROL, AnswerMessage, CallerSaid
from voice.tasks import TaskSet, slots_of

_ROLES = ("developer", "user", "assistant", "final", "commentary", "analysis", "json", "status")
_DIALOGUES = 9000


def build(writer: DialogueWriter, tasks: TaskSet, size: int, file: Path) -> None:
    """Train the vocabulary on dialogues and save it as a tokenizer.json."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    whole = _whole_words(tasks)
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(whole),
        special_tokens=list(CONTROL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_texts(writer), trainer)
    tokenizer.add_tokens(
        [AddedToken(word, normalized=False, single_word=word.isalpha()) for word in whole]
    )
    tokenizer.save(str(file))


def _whole_words(tasks: TaskSet) -> list[str]:
    """Plain words that are worth one token each: roles, tools, slots."""
    slots = {
        f"{{{slot}}}" for words in tasks.answers.values() for s in words for slot in slots_of(s)
    }
    return [" to=functions.", "functions.", " to=", *_ROLES, *sorted(slots), *sorted(tasks.tools)]


def _texts(writer: DialogueWriter) -> Iterator[str]:
    for _ in range(_DIALOGUES):
        for line in writer.dialogue():
            match line.message:
                case CallerSaid(text):
                    yield f" {text}"
                case AnswerMessage(text):
                    yield text
                case _:
                    continue
