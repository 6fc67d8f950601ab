"""What is known of other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from voice.evaluation.processes import cpu_seconds_of, descendants, priority_of, runs_module


@pytest.fixture
def child() -> Iterator[int]:
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield process.pid
        process.kill()


def test_a_child_is_known_by_its_module(child: int) -> None:
    assert child in descendants(os.getpid())
    assert runs_module(child, "http.server") and not runs_module(child, "http")
    assert cpu_seconds_of(child) >= 0


def test_the_priority_that_a_process_really_has(child: int) -> None:
    os.setpriority(os.PRIO_PROCESS, child, 19)
    assert priority_of(child) == "nice 19"
    try:
        os.sched_setscheduler(child, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pytest.skip("SCHED_RR is not permitted here: needs CAP_SYS_NICE")
    assert priority_of(child) == "SCHED_RR"


def test_a_process_that_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert priority_of(process.pid) == "unknown"
    assert cpu_seconds_of(process.pid) == 0.0 and not runs_module(process.pid, "http.server")
