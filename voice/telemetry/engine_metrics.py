"""Metrics of the engines' queues, and of the services that do the work of some."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge

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
