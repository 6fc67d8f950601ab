"""The command line as a user of a cluster gives it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.on_ray.nodes import TOKEN, Node

ROOT = Path(__file__).resolve().parents[2]
VOICE = ("-m", "voice")
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Cluster:
    """Where a cluster is reached."""

    address: str
    """By machines that belong to it."""
    for_clients: str
    """By others."""
    head: Node


def command(folder: Path, out: Path, *options: str, program: tuple[str, ...] = VOICE) -> list[str]:
    return [
        *(sys.executable, *program, "evaluate", "recordings", str(folder)),
        *("--out", str(out), "--only", "recognition", *options),
    ]


def environment(more: Mapping[str, str] = NOTHING) -> dict[str, str]:
    own = {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "0", "RAY_AUTH_TOKEN": TOKEN}
    own["RAY_AUTH_MODE"] = "token"  # where Ray loads before us
    return {**os.environ, **own, **more}


def evaluate(
    folder: Path,
    out: Path,
    *options: str,
    program: tuple[str, ...] = VOICE,
    more: Mapping[str, str] = NOTHING,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, out, *options, program=program),
        env=environment(more),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def report_of(out: Path) -> bytes:
    return (out / "report.json").read_bytes() + (out / "report.html").read_bytes()
