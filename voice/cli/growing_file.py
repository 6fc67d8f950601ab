"""A file that another process still writes, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

_POLL_SECONDS = 0.1


async def lines_as_written(file: Path) -> AsyncGenerator[str]:
    """Each line once the whole of it is there, without end; close it when done with it."""
    with file.open("rb") as written:
        line = b""
        while True:
            line += written.readline()
            if line.endswith(b"\n"):
                yield line.decode(errors="replace")
                line = b""
            else:
                await asyncio.sleep(_POLL_SECONDS)
