"""What the events of calls add to the metrics, and to the log."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from voice.calls.journal import CallJournal
from voice.events import (
    CallEnded,
    CallStarted,
    ClauseSpoken,
    EngineFellBack,
    FinalTranscript,
    ResponseStarted,
    Transferred,
    TurnEnded,
)
from voice.telemetry import CallMetrics, ServiceMetrics, log_call, measured_queues

SAID = "my number is four two seven one"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def journal(registry: CollectorRegistry, clock: Clock) -> CallJournal:
    return CallJournal("c1", [CallMetrics(registry), log_call], clock=clock)


def ended(registry: CollectorRegistry, **labels: str) -> float | None:
    return registry.get_sample_value("voice_calls_ended_total", labels)


def test_a_call_is_counted_while_it_runs_and_when_it_is_over(registry: CollectorRegistry) -> None:
    call = journal(registry, Clock())
    call.record(CallStarted, caller_number="+4915550000001", called="100")
    assert registry.get_sample_value("voice_calls_started_total") == 1
    assert registry.get_sample_value("voice_calls_running") == 1
    call.record(CallEnded, reason="hang-up", by="caller")
    assert registry.get_sample_value("voice_calls_running") == 0
    assert ended(registry, reason="hang-up", by="caller") == 1


def test_how_sure_the_recogniser_is_is_counted_turn_by_turn(registry: CollectorRegistry) -> None:
    call = journal(registry, Clock())
    call.record(CallStarted, caller_number=None, called="100")
    for confidence in (0.25, 0.95):
        call.record(FinalTranscript, text=SAID, confidence=confidence)
    assert registry.get_sample_value("voice_recognition_confidence_sum") == 1.2
    below = {"le": "0.3"}
    assert registry.get_sample_value("voice_recognition_confidence_bucket", below) == 1


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("the caller said goodbye", "goodbye"),
        ("no input", "no input"),
        ("transferred (the caller asked for a person)", "transferred"),
        ("no person configured (speech failed)", "no person"),
        ("recognition failed", "engine failed"),
        ("hand-over failed", "hand-over failed"),
        ("fault: KeyError", "fault"),
        ("edge: leg socket: unknown key", "edge failed"),
        ("edge lost", "edge lost"),
        ("edge: the other side is gone", "caller gone"),
        ("edge: shutting down", "stopped"),
        ("call process lost", "call process lost"),
        (SAID, "other"),
    ],
)
def test_reasons_are_a_closed_set(reason: str, name: str, registry: CollectorRegistry) -> None:
    call = journal(registry, Clock())
    call.record(CallStarted, caller_number=None, called="100")
    call.record(CallEnded, reason=reason, by="system")
    assert ended(registry, reason=name, by="system") == 1


@pytest.mark.parametrize(
    ("ok", "reason", "outcome"),
    [
        (True, SAID, "taken"),
        (False, "486", "busy"),
        (False, "486 Busy Here", "busy"),
        (False, "no answer", "no answer"),
        (False, "603", "declined"),
        (False, "405", "failed"),
        (False, SAID, "failed"),
    ],
)
def test_transfers_are_counted_by_outcome_and_logged(
    ok: bool, reason: str, outcome: str, registry: CollectorRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO)
    call = journal(registry, Clock())
    call.record(Transferred, target="sip:agents@pbx.example", reason=reason, ok=ok)
    assert registry.get_sample_value("voice_transfers_total", {"outcome": outcome}) == 1
    (record,) = caplog.records
    assert record.message == ("call transferred" if ok else "transfer failed")
    assert about(record) == {"call_id": "c1", "outcome": outcome}


def about(record: logging.LogRecord) -> dict[str, Any]:
    usual = logging.makeLogRecord({}).__dict__.keys() | {"message", "asctime"}
    return {key: value for key, value in record.__dict__.items() if key not in usual}


def test_start_and_end_are_a_line_each_without_what_was_said(
    registry: CollectorRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    clock = Clock()
    call = journal(registry, clock)
    call.record(CallStarted, caller_number="+4915550000001", called="100")
    call.record(FinalTranscript, text=SAID, confidence=0.9)
    call.record(ClauseSpoken, text=SAID, kind="answer")
    clock.now = 2.0
    call.record(
        CallEnded, reason=f"no person configured ({SAID})", by="assistant", duration_ms=2000
    )
    first, last = caplog.records
    assert (first.message, about(first)) == (
        "call started", {"call_id": "c1", "direction": "inbound"},
    )  # fmt: skip
    assert (last.message, about(last)) == (
        "call ended",
        {"call_id": "c1", "reason": "no person", "by": "assistant", "duration_ms": 2000},
    )


def test_the_stages_of_a_turn_are_histograms(registry: CollectorRegistry) -> None:
    clock = Clock()
    call = journal(registry, clock)
    call.record(CallStarted, caller_number=None, called="100")
    for ms, kind, values in (
        (1500, TurnEnded, {"speech_end_ms": 1000, "pause_ms": 500}),
        (1700, FinalTranscript, {"text": SAID, "confidence": 0.9}),
        (1750, ResponseStarted, {"response_ms": 50.0}),
        (1850, ClauseSpoken, {"text": SAID, "kind": "answer", "synthesis_ms": 60.0}),
    ):
        clock.now = ms / 1000
        call.record(kind, **values)
    sums = {
        stage: registry.get_sample_value("voice_turn_stage_seconds_sum", {"stage": stage})
        for stage in ("end_of_turn", "recognition", "response", "synthesis", "output")
    }
    assert sums == pytest.approx(
        {
            "end_of_turn": 0.5,
            "recognition": 0.2,
            "response": 0.05,
            "synthesis": 0.06,
            "output": 0.04,
        }
    )
    assert registry.get_sample_value("voice_turn_seconds_sum") == pytest.approx(0.85)
    assert registry.get_sample_value("voice_turn_seconds_bucket", {"le": "0.75"}) == 0
    assert registry.get_sample_value("voice_turn_seconds_bucket", {"le": "1.0"}) == 1


def test_what_work_ahead_of_the_end_brings_and_costs_is_counted(
    registry: CollectorRegistry,
) -> None:
    call = journal(registry, Clock())
    call.record(CallStarted, caller_number=None, called="100")
    for ahead, took, in_vain in ((True, 100.0, 0.0), (True, 150.0, 200.0), (False, 250.0, 0.0)):
        call.record(
            FinalTranscript,
            text=SAID,
            confidence=0.9,
            speculative=ahead,
            recognition_ms=took,
            in_vain_ms=in_vain,
        )
    read = [
        registry.get_sample_value("voice_turns_read_total", {"ahead": ahead})
        for ahead in ("yes", "no")
    ]
    spent = [
        registry.get_sample_value("voice_recognition_seconds_total", {"outcome": outcome})
        for outcome in ("used", "in vain")
    ]
    assert read == [2, 1]
    assert spent == pytest.approx([0.5, 0.2])


def test_the_depth_of_an_engines_queue_is_measured(registry: CollectorRegistry) -> None:
    queue = measured_queues(registry)("speech", 0, 8)
    queue.submit(lambda: None)
    labels = {"engine": "speech"}
    assert registry.get_sample_value("voice_engine_queue_depth", labels) == 1
    assert registry.get_sample_value("voice_engine_stuck_workers", labels) == 0
    queue.close()


def test_it_is_seen_whether_a_service_is_used_and_in_how_many_calls_it_was_not(
    registry: CollectorRegistry,
) -> None:
    used = True
    ServiceMetrics(registry).add("speech", lambda: used)
    call = journal(registry, Clock())
    labels = {"engine": "speech"}
    assert registry.get_sample_value("voice_engine_service_up", labels) == 1
    used = False
    call.record(EngineFellBack, engine="speech", reason="tcp://192.0.2.1:10300: no answer in time")
    assert registry.get_sample_value("voice_engine_service_up", labels) == 0
    assert registry.get_sample_value("voice_engine_fallbacks_total", labels) == 1
