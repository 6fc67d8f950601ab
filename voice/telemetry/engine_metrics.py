"""Metrics of the engines' queues."""

from __future__ import annotations

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
