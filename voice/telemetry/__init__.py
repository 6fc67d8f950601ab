"""Telemetry: logs and metrics of calls, the turn waterfall, the event loop's heartbeat."""

from voice.telemetry.call_log import log_call
from voice.telemetry.heartbeat import Heartbeat
from voice.telemetry.reasons import end_reason
from voice.telemetry.stalls import Stalls
from voice.telemetry.waterfall import TurnFollower, TurnTimes, waterfall

__all__ = [
    "Heartbeat",
    "Stalls",
    "TurnFollower",
    "TurnTimes",
    "end_reason",
    "log_call",
    "waterfall",
]
