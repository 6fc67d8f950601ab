"""Telemetry: what the events of a call and the event loop's heartbeat say about speed."""

from voice.telemetry.heartbeat import Heartbeat
from voice.telemetry.stalls import Stalls
from voice.telemetry.waterfall import TurnTimes, waterfall

__all__ = ["Heartbeat", "Stalls", "TurnTimes", "waterfall"]
