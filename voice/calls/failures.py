"""What happens when an engine is busy or fails: patience first, then the call is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from pipecat.frames.frames import SystemFrame

from voice.engine_queue import EngineBusy

T = TypeVar("T")

PAUSES = (0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds between tries while an engine's queue is full."""


@dataclass
class EngineFailure(SystemFrame):
    """An engine could not do its part; the conversation apologises and hands over or ends."""

    engine: str
    reason: str


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Try again for three seconds while the engine is busy; then EngineBusy is raised."""
    for pause in PAUSES:
        try:
            return await work()
        except EngineBusy:
            await asyncio.sleep(pause)
    return await work()
