"""One call as supervisors see it: its state, its transcript, its turns and its health."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from voice.events import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallStarted,
    ClauseSpoken,
    EngineFailed,
    FinalTranscript,
    IdentityDecided,
    IdentityRequested,
    NoInput,
    PartialTranscript,
    SpeechStarted,
    ToolCalled,
    Transferred,
    TurnEnded,
    is_kept,
)
from voice.supervision.call_search import UNKNOWN_END, PastCall
from voice.supervision.masking import NumberMask, masked_number
from voice.supervision.transcript import CallTranscript
from voice.telemetry import TurnFollower, TurnTimes, end_reason

_LAST_WORDS = 120
"""Characters of the last line on the board, at most."""
_MOST_TURNS = 500


class SupervisedCall:
    """Grows with each event; knows at which position of the board each part changed last."""

    def __init__(self, call_id: str, tasks: dict[str, str]) -> None:
        """`tasks` names the task of each tool."""
        self.call_id = call_id
        self.position = 0
        """Of the last change."""
        self.events_seen = -1
        """Sequence number of the last event."""
        self.began = 0.0
        """UTC seconds; 0 until the call's first event."""
        self.ended: float | None = None
        self.transcript = CallTranscript(tasks)
        self._tasks = tasks
        self._state = "ringing"
        self._number = ""
        self._called = ""
        self._task = ""
        self._end = ""
        self._duration_ms: int | None = None
        self._last = (0.0, 0)
        """Wall time and ms of the last event."""
        self._whole_number = ""
        self._trouble: Counter[str] = Counter()
        self._confidences: list[float] = []
        self._packets = {"received": 0, "lost": 0, "late": 0}
        self._follower = TurnFollower()
        self._turns: list[tuple[int, TurnTimes]] = []

    @property
    def running(self) -> bool:
        """Whether it is not over."""
        return self.ended is None

    @property
    def in_trouble(self) -> bool:
        """Whether something went wrong for the caller, so that they may need help."""
        return bool(self._trouble)

    @property
    def latencies_ms(self) -> list[float]:
        """From the caller's last word to the answer, inside the service, turn by turn."""
        return [times.total_ms for _, times in self._turns]

    def apply(self, event: CallEvent, position: int) -> bool:
        """Take the next event; False when it was known before."""
        returned = self._end == UNKNOWN_END  # its process was only away
        if returned:
            self.ended, self._end, self._duration_ms = None, "", None
            self.position = position
        if event.sequence <= self.events_seen:
            return returned
        if is_kept(event):
            self.events_seen = event.sequence
        self.position = position
        self._last = (float(event.wall_time), int(event.ms))
        if isinstance(event, CallStarted):
            self.began = event.wall_time
            self._number = masked_number(event.caller_number)
            self._whole_number = event.caller_number or ""
            self.transcript.mask = NumberMask(event.caller_number)
            self._called = self.transcript.mask.text(event.called)
        self.began = self.began or event.wall_time - event.ms / 1000
        self._follow_state(event)
        self._measure(event, position)
        self.transcript.apply(event, position)
        return True

    def count_packets(self, received: int, lost: int, late: int, position: int) -> bool:
        """How the caller's packets arrive; False when nothing else is new than their number."""
        news = (lost, late) != (self._packets["lost"], self._packets["late"])
        self._packets = {"received": received, "lost": lost, "late": late}
        if news:
            self.position = position
        return news

    def end_silently(self, position: int) -> None:
        """Its process is gone without having said how it ended: it lasted until its last event."""
        self.ended, self._duration_ms = self._last
        self._end, self.position = UNKNOWN_END, position

    def summary(self) -> dict[str, Any]:
        """Its row on the board."""
        last = next((line for line in reversed(self.transcript.lines) if line.side != "note"), None)
        return {
            "id": self.call_id,
            "number": self._number,
            "called": self._called,
            "task": self._task,
            "state": self._state if self.running else "ended",
            "began": self.began,
            "duration_ms": self._duration_ms,
            "end": self._end,
            "last_side": last.side if last else "",
            "last_words": last_words(last.text) if last else "",
            "latency_ms": self._latency_ms,
            "trouble": dict(self._trouble),
        }

    def past_call(self) -> PastCall:
        """Its line among the calls that are over."""
        return PastCall(
            id=self.call_id,
            number=self._number,
            whole_number=self._whole_number,
            task=self._task,
            began=self.began,
            duration_ms=self._duration_ms,
            end=self._end,
            latency_ms=self._latency_ms,
            trouble=dict(self._trouble),
        )

    @property
    def _latency_ms(self) -> int | None:
        return round(self._turns[-1][1].total_ms) if self._turns else None

    def changes_since(self, position: int) -> dict[str, Any]:
        """What a page that knows the call up to there still has to learn."""
        confidences = self._confidences
        return {
            "call": self.summary(),
            "lines": [asdict(line) for line in self.transcript.changed_since(position)],
            "turns": [
                {**asdict(times), "total_ms": times.total_ms}
                for changed, times in self._turns
                if changed > position
            ],
            "health": {
                "reprompts": self._trouble["reprompt"],
                "confidence": round(min(confidences), 2) if confidences else None,
                "mean_confidence": (
                    round(sum(confidences) / len(confidences), 2) if confidences else None
                ),
                **self._packets,
            },
        }

    def _follow_state(self, event: CallEvent) -> None:
        match event:
            case CallAnswered():
                self._state = "answered"
            case SpeechStarted() | PartialTranscript():
                self._state = "caller speaks"
            case TurnEnded():
                self._state = "thinking"
            case ClauseSpoken():
                self._state = "assistant speaks"
            case IdentityRequested():
                self._state = "identification"
            case ToolCalled(tool=tool):
                self._task = self._tasks.get(tool, tool)
            case Transferred(ok=True):
                self._state = "transferred"
            case CallEnded():
                self._end = end_reason(event)
                self.ended, self._duration_ms = event.wall_time, event.duration_ms

    def _measure(self, event: CallEvent, position: int) -> None:
        if kind := _trouble(event):
            self._trouble[kind] += 1
        match event:
            case FinalTranscript() if event.text:
                self._confidences.append(event.confidence)
                del self._confidences[:-_MOST_TURNS]
        if times := self._follower.take(event):
            self._turns.append((position, times))
            del self._turns[:-_MOST_TURNS]


def last_words(text: str) -> str:
    """The end of a text, cut at a word."""
    if len(text) <= _LAST_WORDS:
        return text
    end = text[-_LAST_WORDS:]
    _, space, words = end.partition(" ")
    return f"… {words}" if space and words else f"…{end}"


def _trouble(event: CallEvent) -> str:
    """What shows that a caller needs help; empty when nothing does."""
    match event:
        case IdentityDecided(accepted=False):
            return "identity"
        case NoInput():
            return "reprompt"
        case Transferred(ok=False):
            return "no person"
        case CallEnded() if end_reason(event) == "no person":
            return "no person"
        case EngineFailed():
            return "failure"
    return ""
