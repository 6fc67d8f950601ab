"""How far the sound of a clause is made that plays already."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any


class SoundToCome:
    """Told by the engine's thread, asked on the event loop that made it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._made = 0
        self._more = asyncio.Event()
        self._work: asyncio.Future[Any] | None = None

    def reaches(self, samples: int) -> None:
        """So many are made; called by the engine's thread."""
        self._made = samples
        # The call may be over, and its loop with it.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._more.set)

    def comes_from(self, work: asyncio.Future[Any]) -> None:
        """Of the job that makes the sound: it is all there when that is done."""
        self._work = work
        work.add_done_callback(lambda _: self._more.set())

    async def until(self, samples: int) -> None:
        """Wait until so many are made; raises what ended the engine's work before that."""
        while self._made < samples:
            if self._work is not None and self._work.done():
                self._work.result()
                return
            self._more.clear()
            await self._more.wait()
