"""The log's lines of a call: its start, its end and what became of transfers."""

from __future__ import annotations

import logging

from voice.events import CallEnded, CallEvent, CallStarted, Transferred
from voice.telemetry.reasons import end_reason, transfer_outcome

log = logging.getLogger(__name__)


def log_call(event: CallEvent) -> None:
    """An event sink: a line for each event that operators need, without what was said."""
    about: dict[str, object] = {"call_id": event.call_id}
    match event:
        case CallStarted():
            log.info("call started", extra={**about, "direction": event.direction})
        case Transferred():
            outcome = "call transferred" if event.ok else "transfer failed"
            log.info(outcome, extra={**about, "outcome": transfer_outcome(event)})
        case CallEnded():
            about |= {"reason": end_reason(event), "by": event.by}
            log.info("call ended", extra={**about, "duration_ms": event.duration_ms})
