"""A caller on a `LiveLine`: speaks with pauses, speaks into answers, listens, and knows why.

They understand the assistant by what its clauses say, as soon as those have been heard.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from voice.audio import Pcm, silence
from voice.evaluation.callers.live_line import RATE, LiveLine
from voice.evaluation.callers.mouth import Synthesiser
from voice.events import CallEvent, ClauseSpoken

QUIET_MS = 800
"""So much silence after its words, and the assistant is done."""
_CHECK_SECONDS = 0.02
_ON_ITS_WAY_SECONDS = 0.2
"""A clause is heard so soon after it was told of."""
LONGEST_ANSWER_SECONDS = 60.0
_PAUSE = re.compile(r"<([\d.]+)>")
_LOUD = 200
"""Of int16: what is softer at the ends of a synthesised phrase is no part of it."""


@dataclass(frozen=True)
class SaidPhrase:
    """One thing that the caller said; times are wall-clock seconds."""

    text: str
    start: float
    end: float


def phrase_with_pauses(text: str) -> list[str | float]:
    """`I am <1.2> er, here` as its words and its pauses in seconds, in order."""
    parts = _PAUSE.split(text)
    return [
        float(part) if number % 2 else part.strip()
        for number, part in enumerate(parts)
        if part.strip()
    ]


class LiveCaller:
    """Speaks and listens on one line; `events` grows while the call goes on."""

    def __init__(
        self,
        line: LiveLine,
        mouth: Synthesiser,
        events: Sequence[CallEvent],
        wall: Callable[[], float],
    ) -> None:
        self.line = line
        self.said: list[SaidPhrase] = []
        self._mouth = mouth
        self.events = events
        """All of the call so far."""
        self._wall = wall
        self._listened = 0
        """Events up to here were heard."""

    async def say(self, text: str) -> SaidPhrase:
        """Speak a phrase, pauses and all, to its end."""
        return await self.sound(text, await self.spoken(text))

    async def sound(self, text: str, pcm: Pcm) -> SaidPhrase:
        """Send samples at 8 kHz that stand for `text`."""
        start, end = await self.line.speak(pcm)
        self.said.append(SaidPhrase(text, start, end))
        return self.said[-1]

    async def spoken(self, text: str) -> Pcm:
        """The samples of a phrase; pauses lie between its last and its next audible sample."""
        pieces = []
        for part in phrase_with_pauses(text):
            if isinstance(part, float):
                pieces.append(silence(round(part * RATE)))
            else:
                pieces.append(without_silent_ends(await self._mouth.speak(part, RATE)))
        return np.concatenate(pieces)

    async def listen(self, patience: float) -> str:
        """What the assistant says until it is done; empty when nothing comes for so long.

        What it said while the caller spoke belongs to it, but does not answer them.
        """
        if await self.until(self._is_answered, patience):
            await self.until(self._assistant_is_done, LONGEST_ANSWER_SECONDS)
        heard = " ".join(clause.text for clause in self._news())
        self._listened = len(self.events)
        return heard

    async def hear_some(self, seconds: float, patience: float) -> bool:
        """Wait until the assistant has spoken for so long; False when it never does."""
        return await self.until(lambda: self.line.spoke_ms >= seconds * 1000, patience)

    async def until(self, condition: Callable[[], bool], patience: float) -> bool:
        """Wait for a condition; False when it does not come, or the call is over."""
        deadline = self._wall() + patience
        while not condition():
            if self.line.over.is_set() or self._wall() >= deadline:
                return condition()
            await asyncio.sleep(_CHECK_SECONDS)
        return True

    def _is_answered(self) -> bool:
        spoken = self.said[-1].end if self.said else 0.0
        return any(clause.wall_time >= spoken for clause in self._news())

    def _assistant_is_done(self) -> bool:
        """Its last clause has begun to be heard, and all of it is over."""
        begun = self._wall() - self._news()[-1].wall_time > _ON_ITS_WAY_SECONDS
        return begun and self.line.quiet_ms >= QUIET_MS

    def _news(self) -> list[ClauseSpoken]:
        return [event for event in self.events[self._listened :] if isinstance(event, ClauseSpoken)]


def without_silent_ends(pcm: Pcm) -> Pcm:
    """From the first to the last audible sample; all of what is nothing but silence."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > _LOUD)
    return pcm[loud[0] : loud[-1] + 1] if len(loud) else pcm
