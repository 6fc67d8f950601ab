"""Tasks that belong together, and their end.

redis-py writes by `asyncio.wait_for`, which in Python 3.11 swallows a cancellation that comes just
when it is done (bpo-37658): a task that uses it is cancelled again until it is over. A TaskGroup,
which cancels once, could wait for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

_AGAIN_SECONDS = 0.5


async def together(*works: Coroutine[None, None, None]) -> None:
    """Do all at once until one fails, whose error is raised; then the others are ended."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await ended(*tasks)


async def ended(*tasks: asyncio.Task[None]) -> None:
    """Cancel them until all are over."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
