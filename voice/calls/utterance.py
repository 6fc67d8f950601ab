"""One thing that the assistant says: held back until it may be heard, or dropped unheard.

Its clauses are data frames, in the order of speaking: `ClauseText`, then `ClauseAudio`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from pipecat.frames.frames import DataFrame

from voice.calls.journal import CallJournal
from voice.events import CallEvent, ClauseKind
from voice.languages import Language
from voice.response import ResponseTurn
from voice.speech import SpokenClause


class Utterance:
    """Joins what the response step, the speaker and the output know of one saying.

    A speculative one is prepared while the caller may still go on: its events wait and its
    sound is held until `commit`; after `drop` nothing of it is ever heard or recorded.
    """

    def __init__(
        self, journal: CallJournal, turn: ResponseTurn | None = None, speculative: bool = False
    ) -> None:
        self.turn = turn
        self.speculative = speculative
        self.dropped = False
        self.audible = False
        """The caller has heard something of it."""
        self.heard_since_tool = False
        """The same, since it last called a tool."""
        self.sent = asyncio.Event()
        """Its last clause so far was handed to the edge, or will not be."""
        self.unheard: list[ClauseText] = []
        """What of it has not begun to play, or was cut short."""
        self._heard: list[str] = []
        self._cut = ""
        self._journal = journal
        self._decided = asyncio.Event()
        self._held: list[tuple[type[CallEvent], dict[str, Any]]] = []
        if not speculative:
            self._decided.set()

    @property
    def committed(self) -> bool:
        """The caller may hear it."""
        return self._decided.is_set() and not self.dropped

    def record(self, kind: type[CallEvent], /, **values: Any) -> None:
        """Record an event of this answer, now or once the answer is committed."""
        if self.committed:
            self._journal.record(kind, **values)
        elif not self.dropped:
            self._held.append((kind, values))

    def commit(self) -> None:
        """The caller's turn is over: what was held may be heard."""
        if self.committed or self.dropped:
            return
        self._decided.set()
        for kind, values in self._held:
            self._journal.record(kind, **values)
        self._held.clear()

    def drop(self) -> None:
        """Whatever is not yet heard never will be."""
        self.dropped = True
        self.unheard = []
        self._held.clear()
        self._decided.set()
        self.sent.set()

    async def permission(self) -> bool:
        """Wait until it is decided; True when the answer may be heard."""
        await self._decided.wait()
        return not self.dropped

    def add(self, clause: ClauseText) -> None:
        """This clause is on its way to the caller."""
        self.unheard.append(clause)

    def begin(self, clause: ClauseText) -> None:
        """This clause begins to play."""
        self.audible = self.heard_since_tool = True
        self.unheard = [other for other in self.unheard if other is not clause]
        self._heard.append(clause.text)

    def cut_off(self, clauses: list[ClauseText], heard: str) -> None:
        """The caller spoke over it: of these clauses, the last to begin, only `heard` was heard."""
        del self._heard[len(self._heard) - len(clauses) :]
        self.unheard = [*clauses, *self.unheard]
        self._cut = heard

    def settle(self) -> None:
        """What was interrupted is not said again: the history keeps what was heard of it."""
        if self.unheard and self.turn is not None:
            self.turn.heard(" ".join(part for part in (*self._heard, self._cut) if part))
        self.unheard = []

    def replay(self) -> list[ClauseText]:
        """The interruption was none: the clauses to be said again; protected ones go on anyway."""
        again = [clause for clause in self.unheard if clause.interruptible]
        self.unheard = [clause for clause in self.unheard if not clause.interruptible]
        self._cut = ""
        return [replace(clause) for clause in again]


@dataclass
class ClauseText(DataFrame):
    """A clause to be spoken."""

    text: str
    kind: ClauseKind
    utterance: Utterance
    language: Language
    """In which it is written, and spoken."""
    act: str = ""


@dataclass
class ClauseAudio(DataFrame):
    """A clause that has been synthesised."""

    clause: ClauseText
    spoken: SpokenClause
    synthesis_ms: float

    @property
    def utterance(self) -> Utterance:
        """What the clause is part of."""
        return self.clause.utterance
