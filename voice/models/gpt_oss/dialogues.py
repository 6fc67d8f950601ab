"""An operator's dialogues as token ids: what the choice of experts is measured on.

A file has one dialogue a line, as JSON: {"messages": [{"role": "user", "content": "..."}, ...]},
with the roles of Chat Completions, and calls of tools as `voice tune response` reads them. It is
rendered as Harmony.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voice.errors import ModelError
from voice.models.gpt_oss.vocabulary import Vocabulary


def read_dialogues(file: Path, vocabulary: Vocabulary, longest: int) -> list[list[int]]:
    """Each dialogue's tokens, its first `longest`; raises ModelError with the line of a mistake."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ModelError(f"{file}: cannot be read: {reason}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(_rendered(json.loads(line)["messages"], vocabulary)[:longest])
        except (ValueError, LookupError, TypeError, AttributeError):
            raise ModelError(f'{file}:{number}: no {{"messages": [...]}} with roles') from None
    if not any(found):
        raise ModelError(f"{file}: no dialogue in it")
    return found


def _rendered(messages: Sequence[Mapping[str, Any]], vocabulary: Vocabulary) -> list[int]:
    ids: list[int] = []
    tool = ""
    for message in messages:
        role, calls = str(message["role"]), message.get("tool_calls") or ()
        if message.get("content") is not None or not calls:
            head = f"functions.{tool} to=assistant" if role == "tool" and tool else role
            channel = {"assistant": "final", "tool": "commentary"}.get(role, "")
            ids += _message(head, channel, str(message["content"]), "<|end|>", vocabulary)
        for call in calls:
            tool, arguments = str(call["function"]["name"]), str(call["function"]["arguments"])
            head = f"assistant to=functions.{tool}"
            ids += _message(head, "commentary", arguments, "<|call|>", vocabulary)
    return ids


def _message(head: str, channel: str, text: str, end: str, vocabulary: Vocabulary) -> list[int]:
    ids = [vocabulary.control("<|start|>"), *vocabulary.ids(head)]
    if channel:
        ids += [vocabulary.control("<|channel|>"), *vocabulary.ids(channel)]
    ids += [vocabulary.control("<|message|>"), *vocabulary.ids(text)]
    return [*ids, vocabulary.control(end)]
