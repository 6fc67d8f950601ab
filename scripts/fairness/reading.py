"""Reads calls with the engine: as one language or dialect, or unaided."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from voice.audio import Pcm
from voice.engine_queue import Priority
from voice.evaluation.people.speech import SAMPLE_RATE
from voice.languages import language
from voice.model_folders import installed_model
from voice.recognition import LanguageBelief, Transcript, WhisperRecogniser


class Spoken(Protocol):
    """What somebody says at a time."""

    def on_the_line(self) -> Pcm:
        """At SAMPLE_RATE, after G.711."""


@dataclass(frozen=True)
class Utterance:
    """A recording with its text and the groups to which its speaker belongs."""

    groups: tuple[str, ...]
    text: str
    sound: Callable[[], Pcm]

    def on_the_line(self) -> Pcm:
        """At SAMPLE_RATE, after G.711."""
        return self.sound()


def engine(
    model: str,
    languages: Sequence[str],
    variants: Sequence[str] = (),
    identification: str | None = None,
) -> WhisperRecogniser:
    """As a service loads it, with a worker for each core; raises VoiceError."""
    heard_by = Path(installed_model("asr_models", identification)) if identification else None
    return WhisperRecogniser.load(
        installed_model("asr_models", model),
        languages=[language(tag) for tag in languages],
        variants=[installed_model("asr_models", variant) for variant in variants],
        identification=heard_by,
        workers=os.cpu_count() or 1,
    )


async def read(
    recogniser: WhisperRecogniser, calls: Sequence[Sequence[Spoken]], unaided: bool = False
) -> list[Transcript]:
    """What is read of each utterance, call by call; the engine is closed then.

    `unaided`: nothing is known of a caller but what each utterance tells for the next ones.
    """
    gate = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(call: Sequence[Spoken]) -> list[Transcript]:
        async with gate:
            belief = _nothing_known(recogniser) if unaided else None
            found = []
            for spoken in call:
                sound = await asyncio.to_thread(spoken.on_the_line)
                heard = await recogniser.transcribe(
                    sound, SAMPLE_RATE, priority=Priority.BATCH, belief=belief
                )
                belief = heard.belief or belief
                found.append(heard)
            return found

    try:
        every = await asyncio.gather(*map(one, calls))
    finally:
        recogniser.close()
    return [heard for found in every for heard in found]


def _nothing_known(recogniser: WhisperRecogniser) -> LanguageBelief:
    return LanguageBelief.of(recogniser.offered, dialects=recogniser.dialects)
