"""What the machine gives: priority for audio, room on its disks, a clock that is right."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from voice.doctor.finding import Finding, Level
from voice.doctor.purpose import Purpose
from voice.model_folders import pulled_models
from voice.records import RESERVE_BYTES
from voice.settings import Settings
from voice.telephony.edge.priority import raise_priority

SCARCE_BYTES = 1 << 30
"""A hundred hours of recordings at the most; less is soon full."""
_UNSYNCHRONISED = 0x40


def priority(settings: Settings) -> Finding:
    """What the edge would get: asked for by a thread that then ends."""
    if not settings.rtp.real_time_priority:
        return Finding(
            "advice", "rtp.real_time_priority", "off: a busy machine makes sound stutter"
        )
    with ThreadPoolExecutor(1) as thread:
        got = thread.submit(raise_priority).result()
    if got.startswith("SCHED_RR"):
        return Finding("ok", "priority", f"{got} is permitted")
    return Finding(
        "advice",
        "priority",
        f"SCHED_RR is not permitted, only {got}: a busy machine makes sound stutter",
        "give the service CAP_SYS_NICE (systemd: AmbientCapabilities=CAP_SYS_NICE)",
    )


def user() -> Iterator[Finding]:
    """Root is told that what it may do says nothing of what the service may."""
    if os.geteuid() == 0:
        yield Finding(
            "advice",
            "user",
            "root may read and write everything: whether the service's own user may is not seen",
            "run this as that user does (docs/deploy.md)",
        )


def disks(settings: Settings, purpose: Purpose = Purpose.CALLS) -> Iterator[Finding]:
    """Room and rights for each folder and file that is written to, of those that are named."""
    runtime, records = settings.runtime.directory, settings.records.directory
    if purpose is Purpose.ENGINES:
        yield _disk("models", pulled_models())
        return
    yield _owned(runtime) or _disk("runtime.directory", runtime)
    if records is not None:
        yield _disk("records.directory", records)
    if purpose is Purpose.BOARD:
        yield _disk("supervision.accounts", settings.supervision.accounts, file=True)
        return
    yield _disk("models", pulled_models())
    yield _disk("identity.database", settings.identity.database, file=True)
    if settings.supervision.enabled:
        yield _disk("supervision.accounts", settings.supervision.accounts, file=True)
    if "demo" in settings.tools.packages:
        yield _disk("demo.database", settings.demo.database, file=True)


def _owned(directory: Path) -> Finding | None:
    """A fault where the service would find the runtime directory to be somebody else's."""
    if not os.path.exists(directory) or directory.stat().st_uid == os.getuid() or not os.getuid():
        return None
    remedy = f"make it one of uid {os.getuid()}"
    return Finding("fault", "runtime.directory", f"{directory} belongs to another user", remedy)


def _disk(subject: str, place: Path, file: bool = False) -> Finding:
    """What is not there yet will be made in the nearest folder above it that is."""
    place = place.absolute()
    # os.path: to Path, what is hidden in a folder that we may not look into is an error.
    there = next(part for part in (place, *place.parents) if os.path.exists(part))
    if os.statvfs(there).f_flag & os.ST_RDONLY:
        remedy = "mount it to be written to (systemd: ReadWritePaths=), or name another place"
        return Finding("fault", subject, f"{there} is on a file system to read only", remedy)
    fits = there.is_dir() != (file and there == place)
    if not fits or not os.access(there, os.W_OK | (os.X_OK if there.is_dir() else 0)):
        remedy = f"make it one of uid {os.getuid()}"
        return Finding("fault", subject, f"{there} cannot be written to", remedy)
    free = shutil.disk_usage(there).free
    words = f"{place}: {free / 1e9:.3g} GB are free"
    if free < SCARCE_BYTES:
        level: Level = "fault" if free < RESERVE_BYTES else "advice"
        return Finding(level, subject, words, "make room, or set records.keep_days")
    return Finding("ok", subject, words)


class _Timex(ctypes.Structure):
    """The beginning of struct timex (adjtimex(2)), and room for the rest of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def clock() -> Finding:
    """Whether the kernel's clock is kept right by somebody; nothing is set."""
    state = _Timex()
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state)) < 0:
        reason = os.strerror(ctypes.get_errno())
        return Finding("advice", "clock", f"cannot be asked: {reason}", "look with `timedatectl`")
    if state.status & _UNSYNCHRONISED:
        return Finding(
            "advice",
            "clock",
            "is not synchronised: times of records and certificates may be wrong",
            "start chrony or systemd-timesyncd (in a container: on its host)",
        )
    return Finding("ok", "clock", "is synchronised")
