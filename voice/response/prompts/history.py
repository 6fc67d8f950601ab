"""The messages of a conversation as general models know them."""

from __future__ import annotations

from collections.abc import Sequence

from voice.response.prompts.harmony import AnswerMessage, Message, ToolCall, ToolResult


def well_formed(turn: Sequence[Message]) -> list[Message]:
    """A turn whose calls all have their result, and in which what was said is one answer.

    A call that was cut off has no result, and servers refuse a conversation with such a one.
    """
    messages: list[Message] = []
    for number, message in enumerate(turn):
        before = messages[-1] if messages else None
        if isinstance(message, ToolCall):
            after = turn[number + 1] if number + 1 < len(turn) else None
            if not isinstance(after, ToolResult) or after.tool != message.tool:
                continue
        if isinstance(message, AnswerMessage) and isinstance(before, AnswerMessage):
            messages[-1] = AnswerMessage(f"{before.text} {message.text}")
        else:
            messages.append(message)
    return messages
