"""A tool's call and its arguments: from what a model wrote to what a tool gets."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from voice.response.engines.engine import BadReply, ModelCall

_NAMESPACE = "functions."


def read_call(
    name: object, written: object, tools: Collection[str], probability: float = 1.0
) -> ModelCall:
    """A call as a model wrote it, its arguments as JSON or already read.

    Raises BadReply when it has no name, or that of a tool that the model was not told of.
    """
    if not isinstance(name, str) or not name:
        raise BadReply("a tool was called without a name")
    name = name.removeprefix(_NAMESPACE)
    if name not in tools:
        raise BadReply("a tool was called that there is not")
    arguments = read_arguments(written if isinstance(written, str) else json.dumps(written))
    return ModelCall(name, arguments, probability)


def read_arguments(written: str) -> dict[str, object]:
    """A JSON object without its nulls; nothing at all, and null, are one without keys.

    Raises BadReply when it is anything else, so that no tool runs on half of its arguments.
    """
    if not written.strip():
        return {}
    try:
        values: Any = json.loads(written)
    except (ValueError, RecursionError):
        raise BadReply("a tool was called with arguments that are no JSON") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise BadReply("a tool was called with arguments that are no JSON object")
    return {key: value for key, value in values.items() if value is not None}


def as_words(arguments: Mapping[str, object]) -> dict[str, str]:
    """Each argument as a tool gets it: words as they are, all else as JSON writes it."""
    return {
        key: value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in arguments.items()
    }
