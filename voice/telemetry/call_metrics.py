"""Metrics of calls, counted from their events."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from voice.events import (
    CallEnded,
    CallEvent,
    CallStarted,
    EngineFellBack,
    FinalTranscript,
    Transferred,
)
from voice.telemetry.reasons import end_reason, transfer_outcome
from voice.telemetry.waterfall import TurnFollower, TurnTimes

STAGES = ("end_of_turn", "recognition", "response", "synthesis", "output")
_BOUNDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Of times in a turn, in seconds."""
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class CallMetrics:
    """An event sink for all calls of a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._turns: dict[str, TurnFollower] = {}
        self._started = Counter(
            "voice_calls_started", "Calls that a call process took.", registry=registry
        )
        self._running = Gauge("voice_calls_running", "Calls under way.", registry=registry)
        self._ended = Counter(
            "voice_calls_ended",
            "Calls that are over, by reason and by who ended them.",
            ["reason", "by"],
            registry=registry,
        )
        self._transfers = Counter(
            "voice_transfers",
            "Transfers to a person, by what became of them.",
            ["outcome"],
            registry=registry,
        )
        self._fallbacks = Counter(
            "voice_engine_fallbacks",
            "Calls in which local models stood in for the service of an engine.",
            ["engine"],
            registry=registry,
        )
        self._stages = Histogram(
            "voice_turn_stage_seconds",
            "What the caller waited for between the last word and the answer, by stage.",
            ["stage"],
            buckets=_BOUNDS,
            registry=registry,
        )
        self._confidence = Histogram(
            "voice_recognition_confidence",
            "How sure the recogniser was of a turn, 0 to 1.",
            buckets=_SHARES,
            registry=registry,
        )
        self._readings = Counter(
            "voice_turns_read",
            "Turns that were understood, by whether that was ready at their end.",
            ["ahead"],
            registry=registry,
        )
        self._reading = Counter(
            "voice_recognition_seconds",
            "Time from asking for words to having them; in vain where the caller went on.",
            ["outcome"],
            registry=registry,
        )
        self._whole = Histogram(
            "voice_turn_seconds",
            "From the caller's last word to the answer, inside the service.",
            buckets=_BOUNDS,
            registry=registry,
        )

    def __call__(self, event: CallEvent) -> None:
        """Count what the event says."""
        match event:
            case CallStarted():
                self._started.inc()
                self._running.inc()
                self._turns[event.call_id] = TurnFollower()
            case FinalTranscript():
                self._confidence.observe(event.confidence)
                self._readings.labels("yes" if event.speculative else "no").inc()
                self._reading.labels("used").inc(event.recognition_ms / 1000)
                self._reading.labels("in vain").inc(event.in_vain_ms / 1000)
            case Transferred():
                self._transfers.labels(transfer_outcome(event)).inc()
            case EngineFellBack():
                self._fallbacks.labels(event.engine).inc()
            case CallEnded():
                self._running.dec()
                self._ended.labels(end_reason(event), event.by).inc()
                self._turns.pop(event.call_id, None)
        follower = self._turns.get(event.call_id)
        if follower is not None and (times := follower.take(event)):
            self._observe(times)

    def _observe(self, times: TurnTimes) -> None:
        self._whole.observe(times.total_ms / 1000)
        for stage in STAGES:
            self._stages.labels(stage).observe(getattr(times, f"{stage}_ms") / 1000)
