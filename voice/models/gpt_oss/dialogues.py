"""An operator's dialogues as token ids: what the choice of experts is measured on.

A file has one dialogue a line, as JSON: {"messages": [{"role": "user", "content": "..."}, ...]},
with the roles of Chat Completions. It is rendered as Harmony.
"""

from __future__ import annotations

import json
from pathlib import Path

from voice.errors import ModelError
from voice.models.gpt_oss.vocabulary import Vocabulary


def read_dialogues(file: Path, vocabulary: Vocabulary, longest: int) -> list[list[int]]:
    """Each dialogue's tokens, its first `longest`; raises ModelError with the line of a mistake."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file}: cannot be read: {error}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            messages = [
                (str(message["role"]), str(message["content"]))
                for message in json.loads(line)["messages"]
            ]
        except (ValueError, KeyError, TypeError):
            raise ModelError(f'{file}:{number}: no {{"messages": [...]}} with roles') from None
        found.append(_rendered(messages, vocabulary)[:longest])
    if not any(found):
        raise ModelError(f"{file}: no dialogue in it")
    return found


def _rendered(messages: list[tuple[str, str]], vocabulary: Vocabulary) -> list[int]:
    ids: list[int] = []
    for role, content in messages:
        ids += [vocabulary.control("<|start|>"), *vocabulary.ids(role)]
        if role == "assistant":
            ids += [vocabulary.control("<|channel|>"), *vocabulary.ids("final")]
        ids += [vocabulary.control("<|message|>"), *vocabulary.ids(content)]
        ids.append(vocabulary.control("<|end|>"))
    return ids
