"""Nodes of a Ray cluster on this machine, each a process group of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from voice.network import isolate

TOKEN = "1" * 64
STARTING_SECONDS = 40.0
_COMMAND = ("-c", "import sys; from ray.scripts.scripts import main; sys.exit(main())", "start")


def workers_below(pid: int) -> list[psutil.Process]:
    """The descendants of a process in which recordings are evaluated."""
    return [
        process
        for process in psutil.Process(pid).children(recursive=True)
        if "ray::ExaminerActor" in " ".join(process.cmdline())
    ]


class Node:
    """A node that is there until it is killed."""

    def __init__(self, folder: Path, cores: int, *options: str, **variables: str) -> None:
        environment = {**os.environ, "PYTHONPATH": os.getcwd(), "RAY_AUTH_TOKEN": TOKEN}
        environment |= {"RAY_AUTH_MODE": "token", "RAY_worker_niceness": "0", **variables}
        isolate(environment)
        self.log = folder / f"node-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, *_COMMAND, *options, "--block", "--num-cpus", str(cores)),
                    *("--object-store-memory", str(100 << 20)),
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Until it has joined the cluster, or made one."""
        deadline = time.monotonic() + STARTING_SECONDS
        while "Ray runtime started" not in self.log.read_text(errors="replace"):
            assert self._process.poll() is None and time.monotonic() < deadline, self.log.read_text(
                errors="replace"
            )
            time.sleep(0.05)

    def workers(self) -> list[psutil.Process]:
        """See workers_below."""
        return workers_below(self._process.pid)

    def kill(self) -> None:
        """All of its processes, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
