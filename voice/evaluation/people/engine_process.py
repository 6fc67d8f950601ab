"""The process of an engine whose speed is compared, with the environment that it would have."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from voice.errors import VoiceError
from voice.network import isolate
from voice.parent_death import end_with_parent

Engine = Literal["own", "pipecat"]

LOADING_SECONDS = 120.0
_THREADS = "OMP_NUM_THREADS"


@dataclass(frozen=True)
class EngineProcess:
    """An engine that is loaded, for so many calls."""

    engine: Engine
    calls: int
    process: asyncio.subprocess.Process

    async def hold(self, files: Sequence[Sequence[Path]]) -> list[list[float]]:
        """One round: each call speaks its files; ms from each end to its words."""
        assert self.process.stdin is not None and self.process.stdout is not None
        line = json.dumps([list(map(str, own)) for own in files])
        with suppress(ConnectionError):
            self.process.stdin.write(line.encode() + b"\n")
            await self.process.stdin.drain()
        answer = await self.process.stdout.readline()
        if not answer:
            raise VoiceError(f"the process of the {self.engine} engine died")
        times: list[list[float]] = json.loads(answer)
        return times


@asynccontextmanager
async def engine_process(engine: Engine, model: str, calls: int) -> AsyncIterator[EngineProcess]:
    """Load an engine for so many calls; raises VoiceError when that fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voice.evaluation.people.final_times", engine, model, str(calls)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment_of(engine, calls, os.environ),
        preexec_fn=end_with_parent,
    )
    assert process.stdout is not None
    try:
        ready = await asyncio.wait_for(process.stdout.readline(), LOADING_SECONDS)
        if ready.strip() != b"ready":
            raise VoiceError(f"the {engine} engine did not load {model}")
        yield EngineProcess(engine, calls, process)
    except TimeoutError:
        raise VoiceError(f"the {engine} engine was not loaded in {LOADING_SECONDS:.0f} s") from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def environment_of(engine: Engine, calls: int, own: Mapping[str, str]) -> dict[str, str]:
    """The environment of an engine's process.

    Ours counts its threads by its settings. Pipecat's has no such setting: alone it gets all
    cores, as it does by itself; several share them, one thread each, which serves them best.
    """
    environment = dict(own)
    isolate(environment)
    environment[_THREADS] = "1"
    if engine == "pipecat" and calls == 1:
        del environment[_THREADS]
    return environment
