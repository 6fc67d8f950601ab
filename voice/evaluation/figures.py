"""The file that a benchmark leaves: figures with bounds and counts, the machine, and its load."""

from __future__ import annotations

import asyncio
import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from voice.errors import VoiceError
from voice.evaluation.intervals import Figure

LEAST = 20
"""A figure of fewer observations says so; medians and high percentiles need more."""
MEDIAN_TURNS = 60
P95_TURNS = 200


@dataclass
class BenchmarkResult:
    """What `--json FILE` writes; keys of figures keep their names for good."""

    bench: str
    commit: str
    machine: str
    load: dict[str, float]
    """Load average over one minute at the start and at the end."""
    contended: bool = False
    """More load than cores: latencies are those of a busy machine."""
    figures: dict[str, float] = field(default_factory=dict)
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    n: dict[str, int] = field(default_factory=dict)
    too_few: list[str] = field(default_factory=list)
    """Keys of figures with bounds that rest on too few observations to count."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of each part that can be measured alone: when and how long it was, and its figures' keys."""

    @classmethod
    def begin(
        cls, bench: str, earlier: Path | None = None, parts: Collection[str] = ()
    ) -> BenchmarkResult:
        """Note where and from what the benchmark starts.

        Of an `earlier` result, if there is one, all parts are kept but those that are measured
        now, `parts`; raises VoiceError when the file is no result of this benchmark.
        """
        load = os.getloadavg()[0]
        now = cls(bench, _commit(), machine(), {"start": load, "end": load}, _too_much(load))
        if earlier is not None and earlier.exists():
            now._keep(_read(earlier, bench), parts)
        return now

    def _keep(self, earlier: dict[str, Any], without: Collection[str]) -> None:
        self.parts = {name: part for name, part in earlier["parts"].items() if name not in without}
        self.contended = any(part["contended"] for part in self.parts.values())
        keys = {key for part in self.parts.values() for key in part["figures"]}
        for own, there in (
            (self.figures, earlier["figures"]),
            (self.bounds, earlier["bounds"]),
            (self.n, earlier["n"]),
        ):
            own.update({key: value for key, value in there.items() if key in keys})
        self.too_few = [key for key in earlier["too_few"] if key in keys]
        self.rows = [row for row in earlier["rows"] if row.get("part") in self.parts]

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What is added meanwhile is this part; one that does not come to its end is left out."""
        began, keys, rows = time.monotonic(), {*self.figures}, len(self.rows)
        others_contended, self.contended = self.contended, _too_much(os.getloadavg()[0])
        try:
            yield
            self.parts[name] = {
                "commit": self.commit,
                "machine": self.machine,
                "contended": self.contended,
                "seconds": round(time.monotonic() - began, 1),
                "figures": [key for key in self.figures if key not in keys],
            }
        finally:
            self.contended = self.contended or others_contended
            for row in self.rows[rows:]:
                row["part"] = name

    def add(self, key: str, figure: Figure, least: int = LEAST) -> None:
        """A figure with bounds; one that could not be measured is left out."""
        if math.isnan(figure.value):
            return
        self.figures[key] = round(figure.value, 4)
        self.bounds[key] = (round(figure.low, 4), round(figure.high, 4))
        self.n[key] = figure.n
        if figure.n < least:
            self.too_few.append(key)

    def count(self, key: str, value: float, n: int) -> None:
        """A figure without bounds: a number of calls, a maximum; nothing where there is none."""
        if not math.isnan(value):
            self.figures[key] = value
            self.n[key] = n

    def note_contention(self) -> None:
        """Look at the load while latency is measured, own processes included."""
        self.contended = self.contended or _too_much(os.getloadavg()[0])

    def end(self) -> None:
        """Note the load at the end, which the benchmark's own load tests may have made."""
        self.load["end"] = os.getloadavg()[0]

    @asynccontextmanager
    async def measured_within(self, seconds: float) -> AsyncIterator[None]:
        """Measure so long at most; what was measured stays, and what stopped it is a row."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except (VoiceError, TimeoutError) as error:
            reason = str(error) or f"out of time after {seconds:.0f} s"
            self.rows.append({"stopped": reason})
            print(f"stopped: {reason}", file=sys.stderr)
        finally:
            self.end()

    @property
    def complete(self) -> bool:
        """Nothing stopped the measuring."""
        return not any("stopped" in row for row in self.rows)

    def save(self, file: Path) -> None:
        """Write JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    def lines(self) -> list[str]:
        """The figures as text, one a line."""
        return [self._line(key) for key in self.figures]

    def _line(self, key: str) -> str:
        text = f"{key:<32} {self.figures[key]:>10.4g}"
        if key in self.bounds:
            low, high = self.bounds[key]
            text += f"   95 % {low:.4g} to {high:.4g}"
        few = " (too few)" if key in self.too_few else ""
        return f"{text}   n = {self.n[key]}{few}"


def _read(file: Path, bench: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        is_result = told["bench"] == bench and "parts" in told
    except (OSError, ValueError, KeyError, TypeError):
        is_result = False
    if not is_result:
        raise VoiceError(f"{file}: no result of {bench}")
    return told


def _too_much(load: float) -> bool:
    return load > (os.cpu_count() or 1)


def _commit() -> str:
    """The checked-out commit, marked when files other than results differ from it."""
    try:
        commit = _git("describe", "--always", "--abbrev=12")
        changed = _git("status", "--porcelain", "-uno", "--", ":/", ":(top,exclude)benchmarks")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}-dirty" if changed else commit


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def machine() -> str:
    """The processor, cores, memory and system, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{_cpu_name()}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
