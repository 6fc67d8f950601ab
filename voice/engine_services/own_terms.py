"""What two of ours tell each other beyond the protocol: in the field `context` of its events.

Others leave it alone, and answer without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from voice.engine_queue import Priority
from voice.engine_services.connection import adapter_of, parsed
from voice.recognition import ANYTHING, Expectation, LanguageBelief, Transcript
from voice.speech import SpokenWord

_KEY = "voice"
T = TypeVar("T")


@dataclass(frozen=True)
class WantedReading:
    """How a turn is to be read."""

    priority: Priority = Priority.FINAL
    expect: Expectation = ANYTHING
    belief: LanguageBelief | None = None


@dataclass(frozen=True)
class ServedReading:
    """What was read, and by which model."""

    transcript: Transcript
    sha256: str


@dataclass(frozen=True)
class AskedSpeech:
    """How a text is to be spoken."""

    sample_rate: int
    """Hertz."""
    priority: Priority = Priority.FINAL
    pace: float = 1.0
    """In parts of the time that the voice needs by itself."""


@dataclass(frozen=True)
class ServedSpeech:
    """When each word sounds in what was spoken, and by which voice."""

    spoken_text: str
    words: tuple[SpokenWord, ...]
    sha256: str


def packed(values: WantedReading | ServedReading | AskedSpeech | ServedSpeech) -> dict[str, Any]:
    """As a `context`."""
    # A reading's certainty, which may be without end, is compared where it was read, and nowhere
    # else.
    without = {"transcript": {"certainty"}} if isinstance(values, ServedReading) else None
    kind: Any = type(values)
    return {_KEY: adapter_of(kind).dump_python(values, mode="json", exclude=without)}


def unpacked(kind: type[T], data: Mapping[str, Any]) -> T | None:
    """What stands in the `context` of an event; None where one of the field sent it.

    Raises ServiceFailed for what is none of it.
    """
    context = data.get("context")
    if not isinstance(context, dict) or _KEY not in context:
        return None
    return parsed(kind, context[_KEY])
