"""The event loop's heartbeat: how late a 10 ms timer comes, and the files that say so.

Every few seconds a process writes what it measured: NAME.json with the stalls in fine buckets (read
by benchmarks) and NAME.prom with its metrics in Prometheus' form (read by the parent process).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from voice.telemetry.metrics import StallCollector
from voice.telemetry.stalls import Stalls

_PERIOD = 0.010


class Heartbeat:
    """Measures the stalls of the running loop and reports them every few seconds.

    `figures` supplies what else belongs into the JSON, `registry` into the metrics.
    """

    def __init__(
        self,
        path: Path,
        figures: Callable[[], Mapping[str, object]] = dict,
        report_seconds: float = 3.0,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._path = path
        self._figures = figures
        self._report_seconds = report_seconds
        self._stalls = Stalls()
        self._longest_ms = 0.0
        self._registry = registry or CollectorRegistry()
        self._registry.register(StallCollector(self._stalls))

    def stall_ms(self, share: float) -> float:
        """The stall in ms that this share (0 to 1) of all beats does not exceed."""
        return min(self._stalls.share_ms(share), self._longest_ms)

    def record(self, late_ms: float) -> None:
        """Count one beat that came `late_ms` late."""
        self._longest_ms = max(self._longest_ms, late_ms)
        self._stalls.record(late_ms)

    async def run(self) -> None:
        """Beat until cancelled; the files are written at once, every few seconds and at the end."""
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(self.write)
        reported = loop.time()
        try:
            while True:
                begun = loop.time()
                await asyncio.sleep(_PERIOD)
                now = loop.time()
                self.record((now - begun - _PERIOD) * 1000)
                if now - reported >= self._report_seconds:
                    reported = now
                    await asyncio.to_thread(self.write)
        finally:
            self.write()

    def write(self) -> None:
        """Replace the files; a directory that is gone is not worth ending a call for."""
        values = {
            "beats": self._stalls.beats,
            "loop_stall_p50_ms": round(self.stall_ms(0.5), 2),
            "loop_stall_p99_ms": round(self.stall_ms(0.99), 2),
            "loop_stall_p999_ms": round(self.stall_ms(0.999), 2),
            "loop_stall_max_ms": round(self._longest_ms, 2),
            "stalls": self._stalls.written(),
            **self._figures(),
        }
        with contextlib.suppress(OSError):
            _replace(self._path, json.dumps(values).encode())
            _replace(self._path.with_suffix(".prom"), generate_latest(self._registry))


def _replace(path: Path, content: bytes) -> None:
    """A reader sees the old content or the new one, never a part."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.write_bytes(content)
    partial.replace(path)
