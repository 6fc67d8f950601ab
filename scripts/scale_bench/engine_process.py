"""`voice engines serve` with the embedded models, as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from voice.evaluation.trial_service import READY_SECONDS, TrialFailed
from voice.parent_death import end_with_parent

_SETTINGS = '[engines]\nlisten = "127.0.0.1:0"\n[telemetry]\nlisten = "127.0.0.1:0"\n'
_READY = "Ready: engines at tcp://127.0.0.1:"


@asynccontextmanager
async def engine_process(folder: Path) -> AsyncIterator[int]:
    """The port on which it listens, on the loopback; raises TrialFailed."""
    file = folder / "engines.toml"
    file.write_text(_SETTINGS)
    command = ("-m", "voice", "engines", "serve", "--embedded", "--settings", str(file))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env=dict(os.environ),
        preexec_fn=end_with_parent,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(READY_SECONDS):
            line = (await process.stdout.readline()).decode().strip()
        if not line.startswith(_READY):
            raise TrialFailed(f"the engines' service did not start: {line}")
        yield int(line.removeprefix(_READY))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
