"""Starts a simulated caller as a process of its own and fetches its report."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.callers.call_report import CallReport
from voice.evaluation.callers.scenario import Persona
from voice.evaluation.callers.wording import OWN_PHRASINGS
from voice.network import isolate
from voice.parent_death import end_with_parent
from voice.settings import EMBEDDED

LOADING_SECONDS = 90.0


class CallerFailed(VoiceError):
    """The caller's process ended without a report."""


class CallerProcess:
    """One simulated call; `ready` once its engines are loaded, then dialling at once."""

    def __init__(
        self,
        target: str,
        scenario: str,
        persona: Persona,
        seed: int,
        folder: Path,
        phrasings: Path = OWN_PHRASINGS,
        seconds: float | None = None,
        recogniser: str = EMBEDDED,
    ) -> None:
        """`folder` takes the persona and the report."""
        self._folder = folder
        self._persona = persona
        self._arguments = ["--to", target, "--scenario", scenario, "--seed", str(seed)]
        self._arguments += ["--phrasings", str(phrasings), "--recogniser", recogniser]
        self._arguments += ["--seconds", str(seconds)] if seconds else []
        self._process: asyncio.subprocess.Process | None = None

    async def call(self, limit_seconds: float) -> CallReport:
        """Hold the call; raises CallerFailed when the process fails or takes too long."""
        await self.start()
        return await self.finish(limit_seconds)

    async def start(self) -> None:
        """Start the process and wait until it dials."""
        persona, environment = self._persona_file(), dict(os.environ)
        isolate(environment)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voice.evaluation.callers", *self._arguments),
            *("--persona", str(persona), "--report", str(self._report_file)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        assert self._process.stdout is not None
        async with contextlib.AsyncExitStack() as unless_ready:
            unless_ready.push_async_callback(self.kill)
            try:
                line = await asyncio.wait_for(self._process.stdout.readline(), LOADING_SECONDS)
            except TimeoutError:
                limit = f"{LOADING_SECONDS:.0f} s"
                raise CallerFailed(f"the caller's engines were not loaded within {limit}") from None
            if line.strip() != b"ready":
                raise CallerFailed(f"the caller did not start: {await self._last_words()}")
            unless_ready.pop_all()

    async def finish(self, limit_seconds: float) -> CallReport:
        """Wait for the end of the call."""
        assert self._process is not None
        try:
            await asyncio.wait_for(self._process.wait(), limit_seconds)
        except TimeoutError:
            raise CallerFailed(f"the call took longer than {limit_seconds:.0f} s") from None
        finally:
            await self.kill()
        if self._process.returncode != 0:
            raise CallerFailed(f"the caller failed: {await self._last_words()}")
        return CallReport.load(self._report_file)

    async def kill(self) -> None:
        """End the process at once, when it still runs."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    @property
    def _report_file(self) -> Path:
        return self._folder / "caller.json"

    def _persona_file(self) -> Path:
        """The persona holds a PIN: only the owner may read the file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "persona.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self._persona)))
        return file

    async def _last_words(self) -> str:
        assert self._process is not None and self._process.stderr is not None
        lines = (await self._process.stderr.read()).decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
