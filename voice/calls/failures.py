"""What happens when an engine is busy, hangs or fails: patience first, then the call is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
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


async def patiently(work: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Try again for three seconds while the engine is busy; then EngineBusy is raised.

    Raises EngineTimeout when the engine takes longer than so many seconds.
    """
    try:
        async with asyncio.timeout(seconds):
            for pause in PAUSES:
                try:
                    return await work()
                except EngineBusy:
                    await asyncio.sleep(pause)
            return await work()
    except TimeoutError:
        raise EngineTimeout(f"no answer within {seconds:g} s") from None
