"""What is kept of one call of a suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from voice.errors import VoiceError
from voice.evaluation.batch import ResultFiles
from voice.evaluation.judge import CallVerdict
from voice.evaluation.measured_call import MeasuredCall
from voice.events import CallEvent, ClauseSpoken, FinalTranscript


@dataclass(frozen=True, kw_only=True)
class CallerResult(CallVerdict):
    """One call, judged; in virtual time the same for the same suite, models, table and seed."""

    index: int
    caller: str
    seed: int
    groups: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    """Why it ended, as the caller has it."""
    call_seconds: float = 0.0
    turns: int = 0
    cut_ins: int = 0
    misses: int = 0
    voice_to_voice_ms: tuple[float, ...] = ()
    """Of each answer that counts."""
    words: tuple[str, ...] = ()
    """What was understood, and what was said."""

    def to_json(self) -> str:
        """In one line."""
        return json.dumps(asdict(self))


def result_of(begun: CallerResult, call: MeasuredCall, verdict: CallVerdict) -> CallerResult:
    """The result of a call that was held and judged."""
    latencies = (turn.voice_to_voice_ms for turn in call.turns if not turn.cached)
    return replace(
        begun,
        failures=verdict.failures,
        misheard=verdict.misheard,
        unanswered=verdict.unanswered,
        reason=call.report.reason,
        call_seconds=round(call.report.ended - call.report.answered, 2),
        turns=len(call.turns),
        cut_ins=sum(turn.cut_in for turn in call.turns),
        misses=sum(turn.missed for turn in call.turns),
        voice_to_voice_ms=tuple(round(one, 1) for one in latencies if one is not None),
        words=tuple(_words(call.events)),
    )


def read_results(results: ResultFiles, count: int) -> Iterator[CallerResult]:
    """Those of the first `count` calls, in order; missing ones are left out."""
    return (_read(results.file(index)) for index in range(count) if results.has(index))


def _read(file: Path) -> CallerResult:
    try:
        written: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in written.items()
        }
        return CallerResult(**values)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise VoiceError(f"{file}: not the result of a call: {error}") from None


def _words(events: tuple[CallEvent, ...]) -> Iterator[str]:
    for event in events:
        match event:
            case FinalTranscript(text=text):
                yield f"caller: {text}"
            case ClauseSpoken(text=text):
                yield f"assistant: {text}"
            case _:
                pass
