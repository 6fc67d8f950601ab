"""What happens when an engine is busy, hangs or fails: patience first, then the call is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipecat.frames.frames import SystemFrame

from voice.engine_queue import EngineBusy
from voice.errors import VoiceError

T = TypeVar("T")

PAUSES = (0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds between tries while an engine's queue is full."""


@dataclass
class EngineFailure(SystemFrame):
    """An engine could not do its part; the conversation apologises and hands over or ends."""

    engine: str
    error: Exception


class EngineTimeout(VoiceError):
    """An engine gave nothing in time."""


class EngineFault(Exception):
    """An engine did not do its part; `error` says why."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.error = error


async def patiently(
    work: Callable[[], Awaitable[T]], seconds: float, pauses: Sequence[float] = PAUSES
) -> T:
    """Try again, for three seconds unless told otherwise, while the engine is busy.

    Raises EngineFault with what the engine raised in the end, or with EngineTimeout when it takes
    longer than so many seconds.
    """
    try:
        async with asyncio.timeout(seconds):
            for pause in pauses:
                try:
                    return await work()
                except EngineBusy:
                    await asyncio.sleep(pause)
            return await work()
    except TimeoutError:
        raise EngineFault(EngineTimeout(f"no answer within {seconds:g} s")) from None
    except Exception as error:  # of whatever kind: it is what the engine could not do
        raise EngineFault(error) from error
