"""A process's metrics in Prometheus' form; the parent process serves those of all.

Labels are from closed sets: a caller can add no series.
"""

from __future__ import annotations

from collections.abc import Iterator

import prometheus_client
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from voice.telemetry.stalls import BUCKET_MS, Stalls

_STALL_BOUNDS_MS = (1.0, 2.5, 5.0, 10.0, 20.0, 50.0, 100.0, 250.0, 1000.0)

# Each counter's time of creation would be a series of its own.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


def process_registry() -> CollectorRegistry:
    """A registry that knows the process's own CPU time, memory and open files."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


class StallCollector(Collector):
    """The stalls of an event loop as a histogram in seconds."""

    def __init__(self, stalls: Stalls) -> None:
        self._stalls = stalls

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Called by prometheus_client."""
        counts = self._stalls.written()
        buckets = [
            (str(bound / 1000), sum(counts[each] for each in counts if _end_ms(each) <= bound))
            for bound in _STALL_BOUNDS_MS
        ]
        yield HistogramMetricFamily(
            "voice_event_loop_stall_seconds",
            "How late a timer of 10 ms comes on the event loop.",
            buckets=[*buckets, ("+Inf", sum(counts.values()))],
            sum_value=sum(_end_ms(each) * count for each, count in counts.items()) / 1000,
        )


def _end_ms(bucket: int) -> float:
    return (bucket + 1) * BUCKET_MS
