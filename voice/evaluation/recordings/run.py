"""A run over many recordings: some worker processes, each result once, from where it stopped."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from voice.errors import VoiceError
from voice.evaluation.recordings.call_result import Measured, ResultFiles
from voice.evaluation.recordings.manifest import Recording
from voice.evaluation.recordings.plan import Plan
from voice.evaluation.recordings.worker import PLAN_FILE, RESULTS_FOLDER
from voice.network import isolate

LOADING_SECONDS = 300.0
WORKER = ("-m", "voice.evaluation.recordings.worker")
"""How Python is told to be a worker; the run's folder follows."""
RECORDINGS_PER_PROCESS = 2000
"""Then a worker is replaced: native libraries lose some kilobytes with each call."""
_TRIES = 2
"""A recording whose worker died is given to another one, once."""
_LINE_BYTES = 1 << 20
_ENDING_SECONDS = 5.0
"""A worker without input that is still there then is killed."""


@dataclass(frozen=True)
class RunOutcome:
    """How a run went."""

    evaluated: int = 0
    """In this run; earlier ones not counted."""
    skipped: int = 0
    """Evaluated before this run began."""
    lost: tuple[str, ...] = ()
    """Why results could not be kept; the run has to be repeated for these."""


def prepare(folder: Path, plan: Plan, fresh: bool) -> ResultFiles:
    """The results of the run in `folder`, to be gone on with; raises VoiceError.

    A folder that holds another run is left alone, unless `fresh` says to begin anew.
    """
    results = ResultFiles(folder / RESULTS_FOLDER)
    file = folder / PLAN_FILE
    if file.exists():
        if fresh:
            _remove_results(folder)
        elif Plan.load(file) != plan:
            raise VoiceError(
                f"{folder}: holds a run of other recordings, settings, models or costs; "
                "choose another --out, or --fresh to throw that run away"
            )
        else:
            return results
    plan.save(file)
    return results


async def run(
    folder: Path,
    recordings: Iterator[Recording],
    jobs: int,
    advance: Callable[[], None],
) -> RunOutcome:
    """Evaluate all that has no result yet; `advance` is called for each recording.

    Raises VoiceError when no worker can be started.
    """
    results = ResultFiles(folder / RESULTS_FOLDER)
    counted = _Counts()
    waiting = _todo(recordings, results, counted, advance)
    again: deque[tuple[Recording, int]] = deque()

    async def work() -> None:
        async with _Worker(folder) as worker:
            while (entry := again.popleft() if again else next(waiting, None)) is not None:
                recording, tries = entry
                try:
                    failed = await worker.evaluate(recording)
                except _WorkerDied as death:
                    if tries < _TRIES:
                        again.append((recording, tries + 1))
                        continue
                    failed = _keep_death(folder, results, recording, str(death))
                counted.note(failed)
                advance()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(jobs):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return RunOutcome(counted.evaluated, counted.skipped, tuple(counted.lost))


@dataclass
class _Counts:
    """Of a run under way; only the first few reasons are kept."""

    evaluated: int = 0
    skipped: int = 0

    def __post_init__(self) -> None:
        self.lost: list[str] = []

    def note(self, failed: str) -> None:
        if failed:
            self.lost.append(failed)
        else:
            self.evaluated += 1


def _todo(
    recordings: Iterator[Recording],
    results: ResultFiles,
    counted: _Counts,
    advance: Callable[[], None],
) -> Iterator[tuple[Recording, int]]:
    for recording in recordings:
        if results.has(recording.index):
            counted.skipped += 1
            advance()
        else:
            yield recording, 1


def _keep_death(folder: Path, results: ResultFiles, recording: Recording, reason: str) -> str:
    """A recording that kills its worker twice is a failure of its own."""
    # Imported here: what judges a call imports the engines, which this process does not need.
    from voice.evaluation.recordings.recorded_call import begun

    try:
        plan = Plan.load(folder / PLAN_FILE)
        results.write(replace(begun(recording, plan.side), failures=(reason,)), Measured())
    except VoiceError as error:
        return str(error)
    return ""


class _WorkerDied(Exception):
    """The process went away with a recording in its hands."""


class _Worker:
    """One worker process, started when there is work; what it says of itself goes to a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._served = 0
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        process, self._process = self._process, None
        if process is not None:
            await (_ended(process) if kind is None else _killed(process))
        self._said.close()

    async def evaluate(self, recording: Recording) -> str:
        """Why the result could not be kept; nothing when it was. Raises _WorkerDied."""
        if self._process is not None and self._served >= RECORDINGS_PER_PROCESS:
            process, self._process = self._process, None
            await _ended(process)
        process = self._process or await self._start()
        assert process.stdin is not None and process.stdout is not None
        self._served += 1
        line = json.dumps({**asdict(recording), "path": str(recording.path)})
        with suppress(ConnectionError):
            process.stdin.write(line.encode() + b"\n")
            await process.stdin.drain()
        answer = (await process.stdout.readline()).decode(errors="replace").strip()
        if not answer:
            self._process = None
            raise _WorkerDied(f"the worker died ({_how(await _ended(process))})")
        return answer.removeprefix("failed ") if answer != "done" else ""

    async def _start(self) -> asyncio.subprocess.Process:
        environment = dict(os.environ)
        isolate(environment)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *WORKER, str(self._folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._said,
            limit=_LINE_BYTES,
            env=environment,
        )
        assert process.stdout is not None
        async with AsyncExitStack() as unless_ready:
            unless_ready.push_async_callback(_killed, process)
            ready = await asyncio.wait_for(process.stdout.readline(), LOADING_SECONDS)
            unless_ready.pop_all()
        if ready.strip() != b"ready":
            status = await _ended(process)
            raise VoiceError(f"a worker did not start: {self._last_words() or _how(status)}")
        self._process, self._served = process, 0
        return process

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return lines[-1].removeprefix("voice: ") if lines else ""


async def _killed(process: asyncio.subprocess.Process) -> None:
    """End it at once."""
    with suppress(ProcessLookupError):
        process.kill()
    await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> int:
    """Close its input and wait until it is gone; its exit status."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.communicate(), _ENDING_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
    return process.returncode or 0


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def _remove_results(folder: Path) -> None:
    """Only what a run has written: a folder named by mistake keeps all else."""
    for file in (folder / RESULTS_FOLDER).glob("[0-9]*/[0-9]*.json*"):
        file.unlink()
