"""The transcript of one call as a page shows it: lines that grow and change as the call goes on."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import Literal

from voice.events import (
    CallEvent,
    ClauseSpoken,
    DtmfReceived,
    EmergencyHeard,
    EngineFailed,
    FinalTranscript,
    IdentityDecided,
    Interrupted,
    NoInput,
    PartialTranscript,
    SupervisorJoined,
    ToolCalled,
    ToolReturned,
    Transferred,
    TurnEnded,
)
from voice.supervision.masking import NumberMask

MOST_LINES = 2000
"""Older lines of an endless call are let go."""

Side = Literal["caller", "assistant", "note"]


@dataclass
class Line:
    """One thing that was said or done."""

    number: int
    """Within the call, from 0; names the line on a page."""
    position: int
    """Of the last change, in the board's count."""
    ms: int
    """When it began, in ms of the call."""
    side: Side
    kind: str
    """A clause's kind, `speech`, `partial`, or the kind of a note."""
    text: str
    detail: str = ""
    """A tool's arguments, and its result."""
    confidence: float | None = None
    interrupted: bool = False
    """The caller heard only this much of it."""


class Transcript:
    """Makes lines of events; numbers are masked."""

    def __init__(self) -> None:
        self.lines: deque[Line] = deque(maxlen=MOST_LINES)
        self.mask = NumberMask(None)
        self._count = 0
        self._clauses: list[str] = []
        """Of the assistant's line that still grows."""
        self._hearing: Line | None = None
        """What the caller is saying."""
        self._turn_end_ms: int | None = None
        """When the caller's last voiced frame ended."""
        self._speaking: Line | None = None

    def changed_since(self, position: int) -> list[Line]:
        """The lines that are new or different."""
        return [line for line in self.lines if line.position > position]

    def apply(self, event: CallEvent, position: int) -> None:
        """Let the event change the lines."""
        match event:
            case PartialTranscript():
                self._hear(event, position, event.text, "partial")
            case TurnEnded():
                self._turn_end_ms = event.speech_end_ms
            case FinalTranscript():
                line = self._hear(event, position, event.text, "speech")
                line.confidence = event.confidence
                if self._turn_end_ms is not None and event.audio_seconds:
                    line.ms = max(0, self._turn_end_ms - round(event.audio_seconds * 1000))
                self._hearing = self._turn_end_ms = None
            case ClauseSpoken():
                self._speak(event, position)
            case Interrupted():
                self._cut(event.heard, position)
            case ToolCalled():
                self._note(event, position, "tool", event.tool, self._plain(event.arguments))
            case ToolReturned():
                self._tool_returned(event, position)
            case _:
                self._notice(event, position)

    def _notice(self, event: CallEvent, position: int) -> None:
        match event:
            case DtmfReceived():
                self._note(event, position, "key", event.digit)
            case NoInput():
                self._note(event, position, "silence", str(event.count))
            case IdentityDecided():
                kind = "identity accepted" if event.accepted else "identity refused"
                self._note(event, position, kind, event.level)
            case Transferred():
                kind = "transferred" if event.ok else "transfer failed"
                self._note(event, position, kind, event.reason)
            case EmergencyHeard():
                self._note(event, position, "emergency", event.kind.replace("_", " "), event.words)
            case EngineFailed():
                self._note(event, position, "failure", event.engine, event.reason)
            case SupervisorJoined():
                self._note(event, position, event.mode, event.supervisor)

    def _hear(self, event: CallEvent, position: int, text: str, kind: str) -> Line:
        self._speaking = None
        line = self._hearing
        if line is None:
            line = self._hearing = self._add(event, position, "caller", kind, text)
        line.text, line.kind, line.position = self.mask.text(text), kind, position
        return line

    def _speak(self, event: ClauseSpoken, position: int) -> None:
        line = self._speaking
        if line is None or line.kind != event.kind:
            line = self._speaking = self._add(event, position, "assistant", event.kind, "")
            self._clauses = []
        self._clauses.append(event.text)
        line.text, line.position = self.mask.text(" ".join(self._clauses)), position

    def _cut(self, heard: str, position: int) -> None:
        """Keep what was heard: the last clauses are replaced by as much of them as that was."""
        line = self._speaking
        if line is None:
            line = next((each for each in reversed(self.lines) if each.side == "assistant"), None)
        if line is None or not self._clauses:
            return
        kept = next(
            (
                self._clauses[:-count]
                for count in range(1, len(self._clauses) + 1)
                if " ".join(self._clauses[-count:]).startswith(heard)
            ),
            self._clauses[:-1],
        )
        line.text = self.mask.text(" ".join(part for part in (*kept, heard) if part))
        line.interrupted, line.position = True, position
        self._speaking, self._clauses = None, []

    def _tool_returned(self, event: ToolReturned, position: int) -> None:
        """The result stands with the call that it answers."""
        for line in reversed(self.lines):
            if line.kind == "tool" and line.text == event.tool:
                line.kind, line.position = "tool returned", position
                line.detail += f" → {self._plain(event.result)}"
                return
        self._note(event, position, "tool returned", event.tool, self._plain(event.result))

    def _plain(self, data: object) -> str:
        return json.dumps(self.mask.data(data), ensure_ascii=False)

    def _note(
        self, event: CallEvent, position: int, kind: str, text: str, detail: str = ""
    ) -> None:
        line = self._add(event, position, "note", kind, text)
        line.detail = self.mask.text(detail)

    def _add(self, event: CallEvent, position: int, side: Side, kind: str, text: str) -> Line:
        line = Line(self._count, position, event.ms, side, kind, self.mask.text(text))
        self._count += 1
        self.lines.append(line)
        return line
