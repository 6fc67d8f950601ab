"""Metrics of engines: their queues, services that do the work of some, and such a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from voice.engine_queue import EngineQueue, QueueFactory


def measured_queues(registry: CollectorRegistry) -> QueueFactory:
    """Makes queues whose depth and stuck workers are measured."""
    depth = Gauge(
        "voice_engine_queue_depth", "Jobs that wait for an engine.", ["engine"], registry=registry
    )
    stuck = Gauge(
        "voice_engine_stuck_workers",
        "Threads of an engine that are lost to jobs that do not end.",
        ["engine"],
        registry=registry,
    )

    def make(name: str, workers: int, capacity: int) -> EngineQueue:
        queue = EngineQueue(name, workers, capacity)
        depth.labels(name).set_function(lambda: queue.depth)
        stuck.labels(name).set_function(lambda: queue.stuck)
        return queue

    return make


class ServiceMetrics:
    """Measures whether services are used, for the engines whose work they do."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._up = Gauge(
            "voice_engine_service_up",
            "1 while the service of an engine is used; 0 while local models stand in for it.",
            ["engine"],
            registry=registry,
        )

    def add(self, engine: str, is_used: Callable[[], bool]) -> None:
        """Measure one more."""
        self._up.labels(engine).set_function(lambda: float(is_used()))


Outcome = Literal["answered", "busy", "refused", "left", "failed"]
"""Of a request: too much waited; it asked for what is not to be had; its client went away; a fault
of the engine, or a client that stands still."""
_BOUNDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Seconds."""


class ServedMetrics:
    """Measures what a service of engines is asked for, and how that ends."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "voice_engine_requests",
            "Requests to this service of engines, by engine and by how they ended.",
            ["engine", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "voice_engine_request_seconds",
            "From the whole request to its answer.",
            ["engine"],
            buckets=_BOUNDS,
            registry=registry,
        )
        self._connections = Gauge(
            "voice_engine_connections", "Clients that are connected.", registry=registry
        )

    def connected(self, count: Callable[[], int]) -> None:
        """Measure how many clients there are."""
        self._connections.set_function(lambda: float(count()))

    def ended(self, engine: str, outcome: Outcome, seconds: float) -> None:
        """Count a request; of those that were answered, how long it took."""
        self._requests.labels(engine, outcome).inc()
        if outcome == "answered":
            self._seconds.labels(engine).observe(seconds)
