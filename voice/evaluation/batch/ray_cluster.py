"""Workers as actors of a Ray cluster, or of a small one of this machine's own.

Raises VoiceError at import when Ray is not installed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from voice.errors import VoiceError
from voice.evaluation.batch.examiners import Assignment, result_of
from voice.evaluation.batch.ray_actor import ExaminerActor
from voice.evaluation.batch.workers import LOADING_SECONDS, WorkerDied
from voice.network import isolate

# Before Ray loads: it would tell its makers that it is used, and shows its token only if told to.
isolate(os.environ)
if "RAY_AUTH_TOKEN" in os.environ or (Path.home() / ".ray" / "auth_token").exists():
    os.environ.setdefault("RAY_AUTH_MODE", "token")
try:
    import ray
    from ray import exceptions as ray_errors
except ImportError:
    raise VoiceError("--ray needs Ray: pip install 'voice[ray]'") from None

LOCAL = "local"
CONNECT_SECONDS = 5.0
CONNECT_TRIES = 3
"""A second each."""
ENDING_SECONDS = 10.0
"""A worker that has not ended then is killed."""
_CLIENT = "ray://"
_NOT_FORKED = "Starting Ray client server failed"
"""Ray forks a server for each client out of one with threads, which now and then does not begin."""
_OBJECT_STORE_BYTES = 100 << 20
"""Of a local cluster: only lines of text go through it."""


class RayCluster:
    """The cluster at `address`, connected for as long as the context lasts.

    `local` starts one on this machine; else `HOST:PORT` of its head (this machine is one of its
    nodes), `ray://HOST:PORT` (it is none), or `auto` (what runs on this machine). Without `count`
    every core of the cluster has a worker.
    """

    def __init__(self, address: str, count: int | None = None) -> None:
        self._address = address
        self._wanted = count
        self._stack = ExitStack()
        self._room: str | None = None
        """Of workers on this machine's own cluster: what a killed one leaves goes with it."""

    @property
    def count(self) -> int:
        """See Workers."""
        return self._wanted or max(1, int(ray.cluster_resources().get("CPU", 1)))

    def __enter__(self) -> Self:
        """Raises VoiceError where no cluster answers, or one of another version."""
        with ExitStack() as stack:
            options = self._options(stack)
            stack.callback(ray.shutdown)
            with _standard_error_kept() as said:
                try:
                    self._connect(options)
                except (ConnectionError, RuntimeError, ValueError, OSError) as error:
                    reason = " ".join(str(error).split())
                    if "InvalidAuthToken" in said():
                        reason = "the cluster has another token (RAY_AUTH_TOKEN)"
                    raise VoiceError(f"--ray {self._address}: {reason}") from None
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @asynccontextmanager
    async def start(self, assignment: Assignment) -> AsyncIterator[RayWorker]:
        """See Workers: on whichever node has a core to spare."""
        actor = await self._loaded(assignment)
        try:
            yield RayWorker(actor)
            with suppress(TimeoutError, ray_errors.RayError):
                await asyncio.wait_for(_answer(actor.close.remote()), ENDING_SECONDS)
        finally:
            ray.kill(actor)

    async def _loaded(self, assignment: Assignment) -> Any:
        """An actor that is ready; one whose process ends before that is started once more."""
        with suppress(ray_errors.ActorDiedError):
            return await self._started(assignment)
        try:
            return await self._started(assignment)
        except ray_errors.ActorDiedError as error:
            raise VoiceError(f"a worker did not start: {_why(error)}") from None

    async def _started(self, assignment: Assignment) -> Any:
        """An actor that is ready. Raises VoiceError, and ActorDiedError as Ray does."""
        actor = ray.remote(num_cpus=1)(ExaminerActor).remote(self._room)
        refused: str | None = "not asked"
        try:
            loading = _answer(actor.load.remote(assignment.to_json()))
            refused = await asyncio.wait_for(loading, LOADING_SECONDS)
            if refused:
                raise VoiceError(f"a worker did not start: {refused}")
        except TimeoutError:
            raise VoiceError(
                f"a worker was not ready within {LOADING_SECONDS:.0f} s: "
                "no node of the cluster has a core to spare"
            ) from None
        except ray_errors.ActorDiedError:
            raise
        except ray_errors.RayError as error:
            raise VoiceError(f"a worker did not start: {_why(error)}") from None
        finally:
            if refused:
                ray.kill(actor)
        return actor

    def _connect(self, options: dict[str, Any]) -> None:
        """Raises what Ray does; of a client once more, whose server was not forked well."""
        for last in (not self._address.startswith(_CLIENT), True):
            try:
                ray.init(**options, logging_level=logging.ERROR, log_to_driver=False)
            except (ConnectionError, RuntimeError) as error:
                if last or _NOT_FORKED not in str(error):
                    raise
                ray.shutdown()
            else:
                return

    def _options(self, stack: ExitStack) -> dict[str, Any]:
        if self._address != LOCAL:
            _require_listener(self._address)
            # Somebody listens there: what does not talk to us then never will.
            os.environ.setdefault("RAY_gcs_server_port_wait_time_s", str(CONNECT_TRIES))
            return {"address": self._address}
        # As processes of a run: Ray's own would give way to everything else on the machine.
        os.environ.setdefault("RAY_worker_niceness", "0")
        self._room = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="voice-ray-", ignore_cleanup_errors=True)
        )
        return {
            "address": LOCAL,
            "_node_ip_address": "127.0.0.1",
            "num_cpus": self._wanted or os.cpu_count(),
            "include_dashboard": False,
            "object_store_memory": _OBJECT_STORE_BYTES,
            "_temp_dir": self._room,
        }


class RayWorker:
    """One actor, which has loaded its models."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    async def examine(self, task: str) -> str:
        """See Worker."""
        try:
            return result_of(await _answer(self._actor.examine.remote(task)))
        except ray_errors.RayError as error:
            raise WorkerDied(f"the worker died ({_why(error)})") from None


async def _answer(reference: Any) -> str:
    """What an actor returns; raises RayError."""
    answer: str = await asyncio.wrap_future(reference.future())
    return answer


def _why(error: Exception) -> str:
    """In a few words: Ray's own fill a page, and differ from run to run."""
    told = str(error)
    if "No module named 'voice" in told:
        return "voice is not installed on a node of the cluster"
    if isinstance(error, ray_errors.OutOfMemoryError) or "running low on memory" in told:
        return "its node ran out of memory"
    if isinstance(error, ray_errors.NodeDiedError) or "node died" in told:
        return "its node is gone"
    if isinstance(error, ray_errors.RayTaskError):
        return told.strip().splitlines()[-1]
    return "its process ended"


@contextmanager
def _standard_error_kept() -> Iterator[Callable[[], str]]:
    """What Ray's own code writes there, one line a second, is for those who look for a fault."""
    with tempfile.TemporaryFile() as file:
        kept = os.dup(sys.stderr.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())

        def said() -> str:
            file.seek(0)
            return file.read().decode(errors="replace")

        try:
            yield said
        finally:
            os.dup2(kept, sys.stderr.fileno())
            os.close(kept)


def _require_listener(address: str) -> None:
    """Ray itself would wait for minutes; raises VoiceError."""
    host, _, port = address.removeprefix(_CLIENT).rpartition(":")
    if not host:
        return  # `auto`, or a name that Ray knows
    if not port.isdecimal():
        raise VoiceError(f"--ray {address}: expected local, auto, HOST:PORT or ray://HOST:PORT")
    try:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise VoiceError(f"--ray {address}: no cluster answers there: {reason}") from None
