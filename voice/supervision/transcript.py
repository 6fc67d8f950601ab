"""The transcript of one call as a page shows it: lines that grow and change as the call goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from voice.events import (
    HIDDEN,
    CallEvent,
    ClauseSpoken,
    DtmfReceived,
    EmergencyHeard,
    EngineFailed,
    EngineFellBack,
    EngineReturned,
    FinalTranscript,
    IdentityDecided,
    Interrupted,
    LanguageChosen,
    LanguageNotOffered,
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

Fact = tuple[str, str | int | float | bool | None]
"""What a tool was asked with, or answered: the operator's name for it, and its value."""


@dataclass
class TranscriptLine:
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
    tail: str = ""
    """The end of a partial text, which may still change."""
    detail: str = ""
    facts: tuple[Fact, ...] = ()
    """A tool's arguments, then its result."""
    confidence: float | None = None
    language: str = ""
    """Tag of the dialect that the caller spoke, or, where several are offered, of the language."""
    interrupted: bool = False
    """The caller heard only this much of it."""
    turn: int | None = None
    """Number of the caller's turn that it belongs to, from 1."""


class CallTranscript:
    """Makes lines of events; numbers are masked. `tasks` names the task of each tool."""

    def __init__(self, tasks: Mapping[str, str]) -> None:
        self._tasks = tasks
        self.lines: deque[TranscriptLine] = deque(maxlen=MOST_LINES)
        self.mask = NumberMask(None)
        self._count = 0
        self._spoken: list[tuple[TranscriptLine, str]] = []
        """The clauses that may yet be cut at what was heard, each with its line."""
        self._divided = False
        """A note stands behind the assistant's last line: what is said next is another one."""
        self._hearing: TranscriptLine | None = None
        """What the caller is saying."""
        self._turn_end_ms: int | None = None
        """When the caller's last voiced frame ended."""
        self._speaking: TranscriptLine | None = None
        """The assistant's line that still grows."""
        self._turn: int = 0
        self._multilingual = False
        """Several languages are offered."""

    def changed_since(self, position: int) -> list[TranscriptLine]:
        """The lines that are new or different."""
        return [line for line in self.lines if line.position > position]

    def apply(self, event: CallEvent, position: int) -> None:
        """Let the event change the lines."""
        match event:
            case PartialTranscript():
                line = self._hear(event, position, event.text, "partial")
                line.tail = _behind(self.mask.text(event.stable), line.text)
            case TurnEnded():
                self._turn += 1
                self._turn_end_ms = event.speech_end_ms
            case FinalTranscript():
                line = self._hear(event, position, event.text, "speech")
                line.confidence = event.confidence
                line.language = event.dialect or (event.language if self._multilingual else "")
                line.turn = self._turn or None
                if self._turn_end_ms is not None and event.audio_seconds:
                    line.ms = max(0, self._turn_end_ms - round(event.audio_seconds * 1000))
                self._hearing = self._turn_end_ms = None
            case ClauseSpoken():
                self._speak(event, position)
            case Interrupted():
                self._cut(event.heard, position)
            case ToolCalled():
                self._note(event, position, "tool", self._task_of(event.tool))
                self.lines[-1].facts = self._facts(event.arguments)
            case ToolReturned():
                self._tool_returned(event, position)
            case _:
                self._notice(event, position)

    def _notice(self, event: CallEvent, position: int) -> None:
        match event:
            case DtmfReceived():
                self._press(event, position)
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
            case EngineFellBack():
                self._add(event, position, "note", "engine fell back", event.engine)
            case EngineReturned():
                self._add(event, position, "note", "engine returned", event.engine)
            case LanguageChosen():
                self._multilingual = True
                self._note(event, position, "language", event.language)
            case LanguageNotOffered():
                self._note(event, position, "language not offered", event.language)
            case SupervisorJoined():
                self._add(event, position, "note", event.mode, event.supervisor)

    def _hear(self, event: CallEvent, position: int, text: str, kind: str) -> TranscriptLine:
        self._speaking, self._divided = None, False
        line = self._hearing
        if line is None:
            line = self._hearing = self._add(event, position, "caller", kind, text)
        line.text, line.kind, line.position = self.mask.text(text), kind, position
        line.tail = ""
        return line

    def _speak(self, event: ClauseSpoken, position: int) -> None:
        line = self._speaking
        if line is None or line.kind != event.kind:
            goes_on = self._divided and self._spoken and self._spoken[-1][0].kind == event.kind
            if not goes_on:
                self._spoken = []
            line = self._speaking = self._add(event, position, "assistant", event.kind, "")
            line.turn = self._turn if event.kind == "answer" else None
            self._divided = False
        self._spoken.append((line, event.text))
        self._write(line, position)

    def _write(self, line: TranscriptLine, position: int) -> None:
        """Put the clauses of an assistant's line together."""
        text = " ".join(clause for of, clause in self._spoken if of is line and clause)
        line.text, line.position = self.mask.text(text), position

    def _cut(self, heard: str, position: int) -> None:
        """Keep what was heard: the last clauses are replaced by as much of them as that was."""
        if not self._spoken:
            return
        clauses = [clause for _, clause in self._spoken]
        counts = range(1, len(clauses) + 1)
        known = next((n for n in counts if " ".join(clauses[-n:]).startswith(heard)), 0)
        first, rest = len(clauses) - max(known, 1), heard
        for number in range(first, len(clauses)):
            line, clause = self._spoken[number]
            part = rest[: len(clause)] if known else rest
            rest = rest[len(part) :].lstrip()
            self._spoken[number] = (line, part)
            cut_here = part != clause or number == len(clauses) - 1
            line.interrupted = line.interrupted or cut_here
        for line, _ in self._spoken[first:]:
            self._write(line, position)
        self._speaking, self._spoken = None, []

    def _tool_returned(self, event: ToolReturned, position: int) -> None:
        """The result stands with the call that it answers."""
        task = self._task_of(event.tool)
        asked = (line for line in reversed(self.lines) if (line.kind, line.text) == ("tool", task))
        if (line := next(asked, None)) is None:
            self._note(event, position, "tool", task)
            line = self.lines[-1]
        line.position = position
        line.facts += self._facts(event.result)
        if event.unknown:
            line.kind = "tool unknown"
        elif event.error and not event.result:
            line.kind = "tool failed"
        else:
            line.kind = "tool returned"

    def _task_of(self, tool: str) -> str:
        return self.mask.text(self._tasks.get(tool, tool))

    def _facts(self, data: Mapping[str, object]) -> tuple[Fact, ...]:
        return tuple(
            (key, value if isinstance(value, str | int | float | bool | None) else str(value))
            for key, value in self.mask.data(data).items()
        )

    def _press(self, event: DtmfReceived, position: int) -> None:
        """Keys that follow each other stand together."""
        key = "•" if event.digit == HIDDEN else event.digit
        last = self.lines[-1] if self.lines else None
        if last is None or last.kind != "key":
            self._note(event, position, "key", key)
        else:
            last.text, last.position = f"{last.text} {key}", position

    def _note(
        self, event: CallEvent, position: int, kind: str, text: str, detail: str = ""
    ) -> None:
        self._speaking, self._divided = None, True
        line = self._add(event, position, "note", kind, text)
        line.detail = self.mask.text(detail)

    def _add(
        self, event: CallEvent, position: int, side: Side, kind: str, text: str
    ) -> TranscriptLine:
        line = TranscriptLine(self._count, position, event.ms, side, kind, self.mask.text(text))
        self._count += 1
        self.lines.append(line)
        return line


def _behind(stable: str, text: str) -> str:
    """What follows the stable part, with the space between; all of it where no part is stable."""
    return text.removeprefix(stable) if text.startswith(stable) else text
