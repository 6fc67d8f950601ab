"""CPU time, priority and kinship of processes, read from /proc."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_REAL_TIME = {os.SCHED_RR: "SCHED_RR", os.SCHED_FIFO: "SCHED_FIFO"}


def cpu_seconds_of(pid: int) -> float:
    """User and system time that a process has used; 0 when it is gone."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def memory_bytes_of(pid: int) -> int:
    """Its memory, what it shares counted in parts (PSS); 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def descendants(pid: int) -> list[int]:
    """Children, their children, and so on."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def runs_module(pid: int, module: str) -> bool:
    """Whether the process was started as `python -m module`."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return [b"-m", module.encode()] in ([first, second] for first, second in pairwise(words))


def priority_of(pid: int) -> str:
    """`SCHED_RR`, else `nice -10` and the like, else `normal`; `unknown` when it is gone."""
    try:
        policy = os.sched_getscheduler(pid) & ~os.SCHED_RESET_ON_FORK
        niceness = os.getpriority(os.PRIO_PROCESS, pid)
    except ProcessLookupError:
        return "unknown"
    if policy in _REAL_TIME:
        return _REAL_TIME[policy]
    return f"nice {niceness}" if niceness else "normal"


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on (the name before may hold anything)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
