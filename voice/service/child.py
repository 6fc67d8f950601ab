"""One child process of the service: started, known to be ready, watched and stopped."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from voice.errors import VoiceError
from voice.parent_death import end_with_parent
from voice.ready_line import FAILED, READY

log = logging.getLogger(__name__)

READY_SECONDS = 60.0
"""Loading large models from a slow disk takes its time."""


class ChildFailed(VoiceError):
    """A child process ended before it was ready; for the reason that it said, where it could."""


class ChildProcess:
    """A Python module run as a process of its own that prints one line when it is ready."""

    def __init__(self, name: str, module: str, arguments: Sequence[str]) -> None:
        self.name = name
        self._command = [sys.executable, "-m", module, *arguments]
        self._process: asyncio.subprocess.Process | None = None
        self.starts = 0
        """How often it was started."""
        self._said_ready = False
        self._draining: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    @property
    def ready(self) -> bool:
        """Whether it runs and has said that it is ready."""
        return self._said_ready and self.pid is not None

    async def start(self) -> str:
        """Start the process and return what it said when ready.

        Raises ChildFailed when it ends, or is not ready in time.
        """
        self.starts, self._said_ready = self.starts + 1, False
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        except OSError as error:  # no memory, no files: perhaps only now
            raise ChildFailed(f"{self.name} cannot be started: {error.strerror}") from None
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                word, said = await _first_word(self._process.stdout)
                if word != READY:
                    status = await self._process.wait()
                    raise ChildFailed(said or f"{self.name} did not start (exit status {status})")
        except TimeoutError:
            await self.kill()
            raise ChildFailed(f"{self.name} did not start in {READY_SECONDS:g} s") from None
        except asyncio.CancelledError:
            await self.kill()
            raise
        self._draining = asyncio.create_task(_drain(self._process.stdout))
        self._said_ready = True
        return said

    async def wait(self) -> int:
        """Wait for the end of the process and return its exit status."""
        assert self._process is not None, "not started"
        return await self._process.wait()

    def terminate(self) -> None:
        """Ask the process to finish what it does and to end."""
        self._signal(signal.SIGTERM)

    async def stop(self, seconds: float) -> None:
        """Ask the process to end and wait so long for it; then kill it."""
        if self._process is None:
            return
        self.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            log.warning("%s did not stop within %.0f s and is killed", self.name, seconds)
            await self.kill()

    async def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)


async def _first_word(output: asyncio.StreamReader) -> tuple[str, str]:
    """READY or FAILED and what stands behind it, empty when the output ends without either.

    Lines that a library prints before it are passed over.
    """
    async for line in output:
        word, _, said = line.decode(errors="replace").strip().partition(" ")
        if word in (READY, FAILED):
            return word, said
    return "", ""


async def _drain(output: asyncio.StreamReader) -> None:
    """Read what else is printed, so that a full pipe never makes the process stand still."""
    while await output.read(4096):
        pass
