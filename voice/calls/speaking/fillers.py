"""Bridges what takes its time: the caller hears that we are at it, again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from voice.languages import Phrases

FILLER_SECONDS = 1.2
"""A caller who has waited so long for the first word hears that we are at it ..."""
AGAIN_SECONDS = 4.0
"""... and hears so again at intervals."""


@asynccontextmanager
async def bridged(
    say: Callable[[str], Awaitable[None]],
    phrases: Phrases,
    after_seconds: float = FILLER_SECONDS,
    once: Callable[[], Awaitable[bool]] | None = None,
) -> AsyncIterator[asyncio.Task[None]]:
    """Say fillers while what is inside goes on, or until the task that it gives is cancelled.

    The time runs from when `once` is over, if there is such a thing; nothing is said if it gives
    False.
    """
    task = asyncio.create_task(_fill(say, phrases, after_seconds, once))
    try:
        yield task
    finally:
        task.cancel()


async def _fill(
    say: Callable[[str], Awaitable[None]],
    phrases: Phrases,
    after_seconds: float,
    once: Callable[[], Awaitable[bool]] | None,
) -> None:
    if once is not None and not await once():
        return
    await asyncio.sleep(after_seconds)
    await say(phrases.one_moment)
    while True:
        await asyncio.sleep(AGAIN_SECONDS)
        await say(phrases.still_at_it)
