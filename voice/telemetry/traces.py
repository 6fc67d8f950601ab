"""Traces: a span for each call, for each turn of it, and for each stage and tool of a turn.

They are made of the call's events when these happen, with the times that stand in them, so nothing
waits for a trace. No span holds a word, a key, a number, or a value that a tool got or gave.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.util.types import AttributeValue

from voice.events import (
    CallEnded,
    CallEvent,
    CallStarted,
    IdentityRequested,
    Interrupted,
    ToolReturned,
    TurnEnded,
)
from voice.telemetry.call_metrics import STAGES
from voice.telemetry.reasons import end_reason
from voice.telemetry.waterfall import TurnFollower, TurnTimes

WAITING_SPANS = 2048
"""More than that are dropped: a collector that stands still costs no memory, and no call waits."""


class CallTraces:
    """An event sink for all calls of a process; spans leave in batches, by a thread of its own."""

    def __init__(self, exporter: SpanExporter, process: str) -> None:
        """`process` is the name of the process, for instance calls-0."""
        names = {"service.name": "voice", "service.instance.id": process}
        self._provider = TracerProvider(
            resource=Resource({**names, "host.name": socket.gethostname()}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, max_queue_size=WAITING_SPANS)
        )
        self._tracer = self._provider.get_tracer("voice")
        self._calls: dict[str, _TracedCall] = {}

    def __call__(self, event: CallEvent) -> None:
        """Begin and end what spans the event begins and ends."""
        if isinstance(event, CallStarted):
            self._calls[event.call_id] = _TracedCall(self._tracer, event)
        elif call := self._calls.get(event.call_id):
            call.take(event)
            if isinstance(event, CallEnded):
                del self._calls[event.call_id]

    def close(self) -> None:
        """Send what still waits, and end the thread."""
        self._provider.shutdown()


class _TracedCall:
    """The spans of one call; times are those of its events."""

    def __init__(self, tracer: Tracer, started: CallStarted) -> None:
        self._tracer = tracer
        self._began = started.wall_time - started.ms / 1000
        self._follower = TurnFollower()
        self._turn: Span | None = None
        about = {"voice.call_id": started.call_id, "voice.direction": started.direction}
        self._call = tracer.start_span(
            "call", kind=SpanKind.SERVER, attributes=about, start_time=self._at(started.ms)
        )

    def take(self, event: CallEvent) -> None:
        match event:
            case TurnEnded():
                self._end_turn(event.ms, answered=False)
                self._turn = self._child(self._call, "turn", event.speech_end_ms)
            case ToolReturned():
                self._tool(event)
            case Interrupted() | IdentityRequested():
                self._end_turn(event.ms, answered=False)
            case CallEnded():
                self._end_turn(event.ms, answered=False)
                self._call.set_attributes(
                    {"voice.end_reason": end_reason(event), "voice.ended_by": event.by}
                )
                self._call.end(self._at(event.ms))
        if times := self._follower.take(event):
            self._stages(times)
            self._end_turn(event.ms, answered=True)

    def _tool(self, event: ToolReturned) -> None:
        about = {"voice.tool": event.tool}
        began = event.ms - event.duration_ms
        span = self._child(self._turn or self._call, "tool", began, about)
        if event.error:
            span.set_status(Status(StatusCode.ERROR, event.error))
        span.end(self._at(event.ms))

    def _stages(self, times: TurnTimes) -> None:
        """One after the other, from the caller's last word to the answer's first frame."""
        if self._turn is None:
            return
        self._turn.set_attributes(
            {"voice.turn": times.turn, "voice.prepared_ahead": times.speculative}
        )
        ms = float(times.speech_end_ms)
        for stage in STAGES:
            span = self._child(self._turn, stage, ms)
            ms += getattr(times, f"{stage}_ms")
            span.end(self._at(ms))

    def _end_turn(self, ms: float, *, answered: bool) -> None:
        if self._turn is not None:
            self._turn.set_attribute("voice.answered", answered)
            self._turn.end(self._at(ms))
            self._turn = None

    def _child(
        self,
        parent: Span,
        name: str,
        ms: float,
        about: Mapping[str, AttributeValue] | None = None,
    ) -> Span:
        return self._tracer.start_span(
            name, set_span_in_context(parent), attributes=about, start_time=self._at(ms)
        )

    def _at(self, ms: float) -> int:
        """Nanoseconds since the epoch, of a time in the call."""
        return round((self._began + ms / 1000) * 1e9)
