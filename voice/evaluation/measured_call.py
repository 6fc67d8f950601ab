"""One call from both sides: what the caller noted, joined with the service's events by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.callers import MASKED, CallReport, SpokenTurn
from voice.evaluation.latency import MISS_SECONDS, AudibleRun
from voice.events import (
    HIDDEN,
    CallEvent,
    CallStarted,
    ClauseSpoken,
    FinalTranscript,
    ToolCalled,
    TurnEnded,
    from_json,
)
from voice.telemetry import TurnTimes, waterfall

_ANSWERING = ("answer", "notice")
"""Kinds of clauses with which the assistant takes its turn; only the first is an answer proper."""
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
    missed: bool = False
    """Not answered within ten seconds; a filler or a reprompt is no answer."""
    cached: bool = False
    """The answer began with a fixed phrase from the cache."""
    stages_ms: dict[str, float] = field(default_factory=dict)

    @property
    def counts_for_words(self) -> bool:
        """Whether its words may be compared: spoken, no secret, and not hidden by the service."""
        secret = self.spoken.reference == MASKED or HIDDEN in self.recognised
        return not self.spoken.by_keys and not secret


@dataclass(frozen=True)
class MeasuredCall:
    """A caller's report and the events of the same call."""

    report: CallReport
    events: tuple[CallEvent, ...]
    turns: tuple[MeasuredTurn, ...]


def read_events(file: Path) -> tuple[CallEvent, ...]:
    """All events of one call; raises VoiceError when the file cannot be read.

    A last line without its end is still being written, or never was.
    """
    try:
        whole, _, _ = file.read_text(encoding="utf-8").rpartition("\n")
        return tuple(from_json(line) for line in whole.split("\n") if line)
    except (OSError, ValueError) as error:
        raise VoiceError(f"{file}: {error}") from None


def find_events(records: Path, report: CallReport) -> tuple[Path, tuple[CallEvent, ...]]:
    """The folder and events of the caller's call, by its number and the time of dialling.

    Raises VoiceError when the service recorded no such call.
    """
    for file in sorted(records.glob("*/events.jsonl")):
        match _first_event(file):
            case CallStarted(caller_number=number, wall_time=began) if (number or "").lstrip(
                "+"
            ) == report.number.lstrip("+") and report.dialled - 1 <= began <= report.ended:
                return file.parent, read_events(file)
    number = report.number or "a withheld number"
    raise VoiceError(f"{records}: no events of the call from {number}")


def _first_event(file: Path) -> CallEvent | None:
    """What a call began with; None while nothing is written."""
    with file.open(encoding="utf-8") as lines:
        line = lines.readline()
    return from_json(line) if line.endswith("\n") else None


def measure(report: CallReport, events: Sequence[CallEvent]) -> MeasuredCall:
    """Join both sides of a call."""
    ends = [*(turn.start for turn in report.turns[1:]), report.ended][: len(report.turns)]
    times = {row.speech_end_ms: row for row in waterfall(events)}
    turns = tuple(
        _measure_turn(turn, until, _between(events, turn.start, until), report.audible, times)
        for turn, until in zip(report.turns, ends, strict=True)
    )
    return MeasuredCall(report, tuple(events), turns)


def _between(events: Sequence[CallEvent], start: float, until: float) -> list[CallEvent]:
    return [event for event in events if start <= event.wall_time < until]


def _measure_turn(
    spoken: SpokenTurn,
    until: float,
    events: Sequence[CallEvent],
    audible: Sequence[AudibleRun],
    times: dict[int, TurnTimes],
) -> MeasuredTurn:
    """`events` are those from the beginning of this turn to that of the next one at `until`."""
    transcripts = [event.text for event in events if isinstance(event, FinalTranscript)]
    clauses = [event for event in _reply(spoken, events) if isinstance(event, ClauseSpoken)]
    first = next((clause for clause in clauses if clause.kind == "answer"), None)
    cut_in = not spoken.by_keys and _cuts_in(spoken, clauses)
    latency = None
    if first is not None and not cut_in and not spoken.by_keys:
        latency = _voice_to_voice(spoken, first, clauses, audible)
    return MeasuredTurn(
        spoken,
        " ".join(transcripts),
        " ".join(clause.text for clause in clauses),
        tuple(event.tool for event in events if isinstance(event, ToolCalled)),
        first.act if first else "",
        latency,
        cut_in,
        latency is None and not cut_in and _is_missed(spoken, clauses, until),
        first is not None and first.synthesis_ms < _CACHED_MS,
        _stages(spoken, events, times, latency),
    )


def _cuts_in(spoken: SpokenTurn, clauses: Sequence[ClauseSpoken]) -> bool:
    """Whether an answer, or a question such as that for the PIN, came into the caller's words."""
    return any(clause.kind in _ANSWERING and clause.wall_time < spoken.end for clause in clauses)


def _is_missed(spoken: SpokenTurn, clauses: Sequence[ClauseSpoken], until: float) -> bool:
    """Whether ten seconds passed, or the caller had to be asked again, before any answer."""
    if spoken.missed or spoken.by_keys:
        return spoken.missed
    first = next((clause for clause in clauses if clause.kind != "filler"), None)
    if first is not None and first.kind not in _ANSWERING:
        return True
    return (first.wall_time if first else until) - spoken.end > MISS_SECONDS


def _reply(spoken: SpokenTurn, events: Sequence[CallEvent]) -> Sequence[CallEvent]:
    """What followed the caller's words: clauses of an answer before are still playing until then.

    Keys leave no end of a turn, so all events count. To speech that was not noticed there is no
    answer, whatever else is being said; at most the caller is asked again.
    """
    for index, event in enumerate(events):
        if isinstance(event, TurnEnded | FinalTranscript):
            return events[index:]
    if spoken.by_keys:
        return events
    return [
        event for event in events if isinstance(event, ClauseSpoken) and event.kind == "reprompt"
    ]


def _voice_to_voice(
    spoken: SpokenTurn,
    first: ClauseSpoken,
    clauses: Sequence[ClauseSpoken],
    audible: Sequence[AudibleRun],
) -> float | None:
    """Milliseconds until the caller's socket received the first audio of the answer.

    What is said right before the answer, a filler or a thank-you for the PIN, may lie in the same
    run of audio; the answer is not heard before that has been said to its end.
    """
    before = clauses[: clauses.index(first)]
    earliest = max((_end_of(clause) for clause in before), default=first.wall_time)
    earliest = max(earliest, first.wall_time)
    until = earliest + first.duration_ms / 1000 + 1.0
    for run in audible:
        if run.end <= max(earliest, spoken.end) or run.start >= until:
            continue
        alone = not before and run.start > spoken.end
        heard = run.start if alone else max(run.start, earliest)
        milliseconds = (heard - spoken.end) * 1000
        return milliseconds if 0 <= milliseconds <= MISS_SECONDS * 1000 else None
    return None


def _end_of(clause: ClauseSpoken) -> float:
    return clause.wall_time + clause.duration_ms / 1000


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
