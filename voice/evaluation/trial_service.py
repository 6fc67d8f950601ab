"""The service under trial: `voice serve` with settings, ports and a database of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from voice.errors import VoiceError
from voice.evaluation.processes import (
    cpu_seconds_of,
    descendants,
    memory_bytes_of,
    priority_of,
    runs_module,
)
from voice.models import ModelsAtHand
from voice.network import isolate
from voice.parent_death import end_with_parent

READY_SECONDS = 90.0
FINISH_SECONDS, STOP_SECONDS = 1.0, 8.0
"""How long it may finish what still runs, and how long it may take to end."""
_READY = "Ready: answering sip:"
_SAYS = "voice: "
_EDGE = "voice.telephony.edge"
_CARRIER = """
[[sip.trunks]]
name = "carrier"
networks = ["127.0.0.0/8"]
trusted = true
"""
_TRIES = "pin_tries.sqlite"
_MANY = 1000
"""PINs an hour: a few customers stand for all callers of a trial, and their tries add up."""


class TrialFailed(VoiceError):
    """The service did not start; its last words are in the message."""


class TrialService:
    """Runs the service from `folder` as long as the context lasts; nothing of it stays running."""

    def __init__(
        self,
        folder: Path,
        settings: str,
        trusts_loopback: bool = True,
        models: ModelsAtHand | None = None,
    ) -> None:
        """`settings` is TOML without the sections runtime, records, demo, identity and telemetry.

        `trusts_loopback`: simulated callers dial as if from a carrier that asserts their numbers.
        `models` win over the settings and the environment; without them the embedded ones.
        """
        self.folder = folder
        self.records = folder / "records"
        self.runtime = folder / "run"
        self.database = folder / "operator.sqlite"
        self.models = models or ModelsAtHand()
        self._settings = settings + (_CARRIER if trusts_loopback else "")
        self._process: asyncio.subprocess.Process | None = None
        self.address = ""
        """HOST:PORT on which calls are answered."""

    async def __aenter__(self) -> Self:
        file = self._write_settings()
        environment = {**os.environ, **self.models.environment}
        isolate(environment)
        with (self.folder / "service.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "voice", "serve", "--settings", str(file)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        async with contextlib.AsyncExitStack() as unless_ready:
            unless_ready.push_async_callback(self._stop)
            try:
                self.address = await asyncio.wait_for(self._ready(), READY_SECONDS)
            except TimeoutError:
                limit = f"{READY_SECONDS:.0f} s"
                raise TrialFailed(f"the service was not ready within {limit}") from None
            unless_ready.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def ended(self) -> str:
        """Wait until the service ends by itself; its last words."""
        assert self._process is not None
        await self._process.wait()
        return self._last_words()

    def ask_to_stop(self) -> None:
        """SIGTERM: running calls may finish; `ended` waits for that."""
        assert self._process is not None
        self._process.terminate()

    def kill(self) -> None:
        """End all of its processes at once, as when the machine loses its power."""
        if self._process is not None and self._process.returncode is None:
            _kill(self._family)

    @property
    def uri(self) -> str:
        """The SIP URI to dial."""
        return f"sip:assistant@{self.address}"

    @property
    def cpu_seconds(self) -> float:
        """CPU time that the service's processes have used so far."""
        return sum(map(cpu_seconds_of, self._family))

    @property
    def memory_bytes(self) -> int:
        """Memory that the service's processes use now."""
        return sum(map(memory_bytes_of, self._family))

    @property
    def audio_priority(self) -> str:
        """With which priority the edge really runs: SCHED_RR, a nice value or normal."""
        assert self._process is not None
        edges = (pid for pid in descendants(self._process.pid) if runs_module(pid, _EDGE))
        return next(map(priority_of, edges), "unknown")

    def call_statistics(self) -> list[dict[str, Any]]:
        """What each call process last wrote about itself."""
        return [json.loads(file.read_text()) for file in sorted(self.runtime.glob("calls-*.json"))]

    @property
    def _family(self) -> list[int]:
        """The parent process, and those that it started."""
        assert self._process is not None
        return [self._process.pid, *descendants(self._process.pid)]

    def _write_settings(self) -> Path:
        for folder in (self.records, self.runtime):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / "voice.toml"
        own = {
            "runtime": f"directory = {_quoted(self.runtime)}",
            "records": f"directory = {_quoted(self.records)}",
            "demo": f"database = {_quoted(self.database)}",
            "telemetry": 'listen = "127.0.0.1:0"',
            "identity": f"database = {_quoted(self.folder / _TRIES)}\ntries_per_hour = {_MANY}",
        }
        sections = "".join(f"\n[{name}]\n{value}\n" for name, value in own.items())
        file.write_text(self._settings + sections)
        file.chmod(0o600)
        return file

    async def _ready(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        async for line in self._process.stdout:
            text = line.decode(errors="replace").strip()
            if text.startswith(_READY):
                return text.removeprefix(_READY)
        status = await self._process.wait()
        raise TrialFailed(f"the service did not start (exit status {status}): {self._last_words()}")

    def _last_words(self) -> str:
        """The first complaint, which is the cause of those that follow; else the last line."""
        lines = (self.folder / "service.log").read_text(errors="replace").strip().splitlines()
        complaints = [line.removeprefix(_SAYS) for line in lines if line.startswith(_SAYS)]
        return next(iter(complaints or lines[-1:]), "it said nothing")

    async def _stop(self) -> None:
        """Ask it to stop, insist, and finally kill whatever is left."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        family = self._family
        for number, seconds in (
            (signal.SIGTERM, FINISH_SECONDS),
            (signal.SIGTERM, STOP_SECONDS),
            (signal.SIGKILL, STOP_SECONDS),
        ):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), seconds)
                break
        _kill(family)


def _kill(pids: Sequence[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _quoted(path: Path) -> str:
    """A path as a TOML string."""
    return json.dumps(str(path.resolve()))
