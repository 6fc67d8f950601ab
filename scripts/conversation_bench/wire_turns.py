"""What became of each turn of a caller on the wire, by the packets alone and by the events.

By the packets, both sides are judged alike: the answer is the first continuous assistant audio of
at least 200 ms that ends after the caller's last word. Where a service writes events, what was
heard has to belong to a clause of an answer besides (`voice.evaluation.measured_call`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conversation_bench.wire_caller import WireCall
from conversation_bench.wire_words import YES_OR_NO
from voice.errors import VoiceError
from voice.evaluation.callers import SpokenTurn
from voice.evaluation.latency import AUDIBLE_DBFS, MISS_SECONDS, AudibleRun, HeardPacket
from voice.evaluation.measured_call import measure, read_events
from voice.events import CallEvent, CallStarted

CUT_IN_MS = 60
"""So much of the assistant inside a turn is heard, also where it falls silent at once."""


@dataclass(frozen=True)
class JudgedTurn:
    """One turn, and how it was answered."""

    intent: str
    reference: str
    pause_ms: int
    voice_to_voice_ms: float | None
    """None when it was cut into or missed, or what came first was no answer."""
    cut_in: bool
    missed: bool
    cached: bool = False
    """The answer began with a fixed phrase from the cache."""
    stages_ms: Mapping[str, float] = field(default_factory=dict)
    """Where the time went, as far as events tell."""

    @property
    def open(self) -> bool:
        """It is more than a yes or a no."""
        return self.intent not in YES_OR_NO

    @property
    def counts(self) -> bool:
        """Whether it stands behind a latency."""
        return self.voice_to_voice_ms is not None and not self.cached


def by_packets(call: WireCall) -> list[JudgedTurn]:
    """Each turn as the caller's socket alone tells it."""
    turns = call.report.turns
    untils = [*(turn.start for turn in turns[1:]), call.report.ended]
    return [
        _judged(turn, pause, until, call.packets, call.report.audible)
        for turn, pause, until in zip(turns, call.pauses_ms, untils, strict=False)
        if not turn.interrupts
    ]


def by_events(call: WireCall, events: Sequence[CallEvent]) -> list[JudgedTurn]:
    """Each turn as packets and events tell it together; a cut-in by either of them is one."""
    heard = by_packets(call)
    measured = [turn for turn in measure(call.report, events).turns if not turn.spoken.interrupts]
    return [
        JudgedTurn(
            wire.intent,
            wire.reference,
            wire.pause_ms,
            None if wire.cut_in else turn.voice_to_voice_ms,
            wire.cut_in or turn.cut_in,
            wire.missed or turn.missed,
            turn.cached,
            turn.stages_ms,
        )
        for wire, turn in zip(heard, measured, strict=True)
    ]


def events_of(records: Path, call: WireCall) -> tuple[CallEvent, ...]:
    """What the service wrote of the call; raises VoiceError when it wrote nothing."""
    for file in sorted(records.glob("*/events.jsonl")):
        events = read_events(file)
        match events[:1]:
            case (CallStarted(sip_call_id=call_id),) if call_id == call.report.call_id:
                return events
    raise VoiceError(f"{records}: no events of the call from {call.report.number}")


def _judged(
    turn: SpokenTurn,
    pause_ms: int,
    until: float,
    packets: Sequence[HeardPacket],
    audible: Sequence[AudibleRun],
) -> JudgedTurn:
    cut_in = heard_ms(packets, turn.start, turn.end) >= CUT_IN_MS
    first = next((run for run in audible if turn.end < run.start < until), None)
    latency = None if cut_in or first is None else (first.start - turn.end) * 1000
    missed = not cut_in and (latency is None or latency > MISS_SECONDS * 1000)
    return JudgedTurn(
        turn.intent, turn.reference, pause_ms, None if missed else latency, cut_in, missed
    )


def heard_ms(packets: Sequence[HeardPacket], start: float, end: float) -> int:
    """How much of the assistant was audible between two wall-clock times."""
    return sum(
        packet.duration_ms
        for packet in packets
        if start <= packet.received < end and packet.level_dbfs > AUDIBLE_DBFS
    )
