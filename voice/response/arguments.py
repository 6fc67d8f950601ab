"""The arguments of a tool's call: from what a model wrote to what a tool gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from voice.response.engine import BadReply


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
