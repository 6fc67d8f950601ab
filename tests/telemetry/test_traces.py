"""Traces: spans with the times of the events, sent by OTLP to where they may go, without words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from voice.calls.journal import CallJournal
from voice.errors import ConfigError
from voice.events import (
    CallEnded,
    CallStarted,
    ClauseSpoken,
    FinalTranscript,
    Interrupted,
    ResponseStarted,
    ToolCalled,
    ToolReturned,
    TurnEnded,
)
from voice.service import check_settings
from voice.settings import Settings
from voice.telemetry.trace_export import TraceExporter
from voice.telemetry.traces import CallTraces

SAID = "my number is four two seven one"
PIN = "4271"
STAGES = ["end_of_turn", "recognition", "response", "synthesis", "output"]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def hold_a_call(traces: CallTraces) -> None:
    """One turn with a tool, and one that is interrupted."""
    clock = Clock()
    call = CallJournal("c1", [traces], clock=clock)
    call.record(CallStarted, caller_number="+4915550000001", called="100")
    clock.now += 3
    call.record(TurnEnded, speech_end_ms=2480, pause_ms=520)
    clock.now += 0.04
    call.record(FinalTranscript, text=SAID, confidence=0.9)
    clock.now += 0.2
    call.record(ToolCalled, tool="get_bill", arguments={"pin": PIN})
    call.record(
        ToolReturned, tool="get_bill", result={"amount": PIN}, duration_ms=150.0, error="KeyError-7"
    )
    clock.now += 0.1
    call.record(ResponseStarted, response_ms=300.0)
    clock.now += 0.05
    call.record(ClauseSpoken, text=SAID, kind="answer", synthesis_ms=40.0)
    clock.now += 2
    call.record(TurnEnded, speech_end_ms=5000, pause_ms=390)
    call.record(Interrupted, heard=SAID)
    call.record(CallEnded, reason="the caller said goodbye", by="caller")
    traces.close()


@pytest.fixture
def spans() -> list[ReadableSpan]:
    exporter = InMemorySpanExporter()
    hold_a_call(CallTraces(exporter, "calls-0"))
    return list(exporter.get_finished_spans())


def named(spans: list[ReadableSpan], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]


def ms(span: ReadableSpan) -> float:
    assert span.end_time is not None and span.start_time is not None
    return (span.end_time - span.start_time) / 1e6


def test_each_stage_of_a_turn_has_its_span_one_after_the_other(spans: list[ReadableSpan]) -> None:
    answered, _ = sorted(named(spans, "turn"), key=lambda span: span.start_time or 0)
    stages = [span for span in spans if span.name in STAGES]
    assert [span.name for span in stages] == STAGES
    assert [round(ms(span)) for span in stages] == [520, 40, 300, 40, 10]
    for before, after in pairwise(stages):
        assert before.end_time == after.start_time
    assert stages[0].start_time == answered.start_time
    assert stages[-1].end_time == answered.end_time
    assert answered.context is not None
    assert {span.parent.span_id for span in stages if span.parent} == {answered.context.span_id}


def test_turns_are_parts_of_their_call_and_say_whether_they_were_answered(
    spans: list[ReadableSpan],
) -> None:
    (call,) = named(spans, "call")
    assert call.parent is None and round(ms(call)) == 5390
    assert call.attributes is not None
    assert call.attributes["voice.end_reason"] == "goodbye"
    turns = sorted(named(spans, "turn"), key=lambda span: span.start_time or 0)
    assert [dict(turn.attributes or {})["voice.answered"] for turn in turns] == [True, False]
    assert {turn.parent.span_id for turn in turns if turn.parent} == {call.context.span_id}


def test_a_tool_is_a_span_of_its_turn_with_the_class_of_its_error(
    spans: list[ReadableSpan],
) -> None:
    (tool,) = named(spans, "tool")
    assert round(ms(tool)) == 150 and tool.status.description == "KeyError-7"
    assert tool.attributes == {"voice.tool": "get_bill"}


def test_no_span_holds_what_was_said_or_who_called(spans: list[ReadableSpan]) -> None:
    told = " ".join(span.to_json() for span in spans)
    assert "c1" in told
    for secret in (SAID, PIN, "four two", "+49155", "100"):
        assert f'"{secret}' not in told and SAID not in told


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """The address of something that takes traces, and what it was sent."""
    taken: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/x-protobuf"
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", taken
        server.shutdown()
        thread.join()


def test_spans_are_sent_as_a_collector_reads_them(collector: tuple[str, list[bytes]]) -> None:
    url, taken = collector
    hold_a_call(CallTraces(TraceExporter(url, ["127.0.0.1"]), "calls-0"))
    request = ExportTraceServiceRequest.FromString(b"".join(taken))
    (resource,) = request.resource_spans
    about = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert (about["service.name"], about["service.instance.id"]) == ("voice", "calls-0")
    assert len(resource.scope_spans[0].spans) == len(STAGES) + 4


def test_nothing_is_sent_to_a_host_that_is_not_allowed(
    collector: tuple[str, list[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    url, taken = collector
    exporter = TraceExporter(url, [])
    assert exporter.export([]) is exporter.export([]) is SpanExportResult.FAILURE
    exporter.shutdown()
    assert taken == []
    (line,) = caplog.messages
    assert line.startswith("traces are not taken: 127.0.0.1:")


def test_an_address_that_may_not_be_reached_is_refused_at_the_start() -> None:
    settings = Settings.model_validate(
        {"telemetry": {"traces": "http://192.0.2.30:4318/v1/traces"}}
    )
    with pytest.raises(ConfigError, match=r"telemetry.traces: 192.0.2.30 is not in \[network\]"):
        check_settings(settings)


def test_without_the_extra_that_it_needs_it_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("voice.service.checks.import_module", missing)
    monkeypatch.delenv("VOICE_NETWORK__ALLOW")
    settings = Settings.model_validate(
        {
            "telemetry": {"traces": "http://127.0.0.1:4318/v1/traces"},
            "network": {"allow": ["127.0.0.1"]},
        }
    )
    with pytest.raises(ConfigError, match=r"needs the otel extra: pip install"):
        check_settings(settings)
