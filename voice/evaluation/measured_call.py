"""One call from both sides: what the caller noted, joined with the service's events by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.callers import MASKED, CallReport, SpokenTurn
from voice.evaluation.latency import MISS_SECONDS, AudibleRun
from voice.events import (
    CallEvent,
    CallStarted,
    ClauseSpoken,
    FinalTranscript,
    ToolCalled,
    TurnEnded,
    from_json,
)
from voice.telemetry import TurnTimes, waterfall

_CACHED_MS = 1.0
"""A clause that took less to synthesise came ready-made from the cache."""


@dataclass(frozen=True)
class MeasuredTurn:
    """One thing that the caller said, and what became of it."""

    spoken: SpokenTurn
    recognised: str
    response: str
    tools: tuple[str, ...] = ()
    act: str = ""
    """The answer's first act, for instance `balance`."""
    voice_to_voice_ms: float | None = None
    """None when there was no answer that counts (keys, missed, cut in)."""
    cut_in: bool = False
    """Answered before the caller had finished."""
    cached: bool = False
    """The answer began with a fixed phrase from the cache."""
    stages_ms: dict[str, float] = field(default_factory=dict)

    @property
    def counts_for_words(self) -> bool:
        """Whether its words may be compared: spoken, and no secret."""
        return not self.spoken.by_keys and self.spoken.reference != MASKED


@dataclass(frozen=True)
class MeasuredCall:
    """A caller's report and the events of the same call."""

    report: CallReport
    events: tuple[CallEvent, ...]
    turns: tuple[MeasuredTurn, ...]


def read_events(file: Path) -> tuple[CallEvent, ...]:
    """All events of one call; raises VoiceError when the file cannot be read."""
    try:
        return tuple(from_json(line) for line in file.read_text().splitlines() if line)
    except (OSError, ValueError) as error:
        raise VoiceError(f"{file}: {error}") from None


def find_events(records: Path, report: CallReport) -> tuple[Path, tuple[CallEvent, ...]]:
    """The folder and events of the caller's call, by its number and the time of dialling.

    Raises VoiceError when the service recorded no such call.
    """
    for file in sorted(records.glob("*/events.jsonl")):
        events = read_events(file)
        match events:
            case [CallStarted(caller_number=str(number), wall_time=began), *_] if (
                number.lstrip("+") == report.number.lstrip("+")
                and report.dialled - 1 <= began <= report.ended
            ):
                return file.parent, events
    raise VoiceError(f"{records}: no events of the call from {report.number}")


def measure(report: CallReport, events: Sequence[CallEvent]) -> MeasuredCall:
    """Join both sides of a call."""
    starts = [turn.start for turn in report.turns] + [float("inf")]
    times = {row.speech_end_ms: row for row in waterfall(events)}
    turns = tuple(
        _measure_turn(
            turn,
            [event for event in events if turn.start <= event.wall_time < until],
            report.audible,
            times,
        )
        for turn, until in zip(report.turns, starts[1:], strict=True)
    )
    return MeasuredCall(report, tuple(events), turns)


def _measure_turn(
    spoken: SpokenTurn,
    events: Sequence[CallEvent],
    audible: Sequence[AudibleRun],
    times: dict[int, TurnTimes],
) -> MeasuredTurn:
    """`events` are those from the beginning of this turn to the beginning of the next one."""
    transcripts = [event.text for event in events if isinstance(event, FinalTranscript)]
    reply = _reply(events)
    answers = [event for event in reply if isinstance(event, ClauseSpoken)]
    first = next((clause for clause in answers if clause.kind == "answer"), None)
    cut_in = first is not None and first.wall_time < spoken.end
    latency = None
    if first is not None and not cut_in and not spoken.by_keys:
        latency = _voice_to_voice(spoken, first, answers, audible)
    return MeasuredTurn(
        spoken,
        " ".join(transcripts),
        " ".join(clause.text for clause in answers),
        tuple(event.tool for event in events if isinstance(event, ToolCalled)),
        first.act if first else "",
        latency,
        cut_in and not spoken.by_keys,
        first is not None and first.synthesis_ms < _CACHED_MS,
        _stages(spoken, events, times, latency),
    )


def _reply(events: Sequence[CallEvent]) -> Sequence[CallEvent]:
    """What followed the caller's words: clauses of an answer before are still playing until then.

    A spoken PIN leaves no transcript, keys leave no end of a turn; then all events count.
    """
    for index, event in enumerate(events):
        if isinstance(event, TurnEnded | FinalTranscript):
            return events[index:]
    return events


def _voice_to_voice(
    spoken: SpokenTurn,
    first: ClauseSpoken,
    clauses: Sequence[ClauseSpoken],
    audible: Sequence[AudibleRun],
) -> float | None:
    """Milliseconds until the caller's socket received the first audio of the answer."""
    until = first.wall_time + first.duration_ms / 1000 + 1.0
    # Whatever plays before the answer, a filler for instance, may lie in the same run of audio.
    alone = clauses[0] is first
    for run in audible:
        if run.end <= max(first.wall_time, spoken.end) or run.start >= until:
            continue
        after_speech = run.start > spoken.end
        heard = run.start if alone and after_speech else max(run.start, first.wall_time)
        milliseconds = (heard - spoken.end) * 1000
        return milliseconds if 0 <= milliseconds <= MISS_SECONDS * 1000 else None
    return None


def _stages(
    spoken: SpokenTurn,
    events: Sequence[CallEvent],
    times: dict[int, TurnTimes],
    latency: float | None,
) -> dict[str, float]:
    """Where the time went, from the caller's last word to the first packet of the answer.

    `end_of_turn` holds the way to the service, too, and `line` the way back.
    """
    ends = [event for event in events if isinstance(event, TurnEnded)]
    ended = next((event for event in ends if event.speech_end_ms in times), None)
    if ended is None or latency is None:
        return {}
    row = times[ended.speech_end_ms]
    stages = {
        "end_of_turn": (ended.wall_time - spoken.end) * 1000,
        "recognition": row.recognition_ms,
        "response": row.response_ms,
        "synthesis": row.synthesis_ms,
        "output": row.output_ms,
    }
    stages["line"] = latency - sum(stages.values())
    return {name: round(milliseconds, 1) for name, milliseconds in stages.items()}
