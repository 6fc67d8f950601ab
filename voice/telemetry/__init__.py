"""Telemetry: logs and metrics of calls, the turn waterfall, the event loop's heartbeat."""

from voice.telemetry.call_log import log_call
from voice.telemetry.call_metrics import CallMetrics
from voice.telemetry.engine_metrics import ServedMetrics, ServiceMetrics, measured_queues
from voice.telemetry.heartbeat import Heartbeat
from voice.telemetry.metrics import process_registry
from voice.telemetry.reasons import END_REASONS, end_reason
from voice.telemetry.stalls import Stalls
from voice.telemetry.waterfall import TurnFollower, TurnTimes, waterfall

__all__ = [
    "END_REASONS",
    "CallMetrics",
    "Heartbeat",
    "ServedMetrics",
    "ServiceMetrics",
    "Stalls",
    "TurnFollower",
    "TurnTimes",
    "end_reason",
    "log_call",
    "measured_queues",
    "process_registry",
    "waterfall",
]
