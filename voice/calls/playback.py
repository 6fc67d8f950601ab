"""The ledger of one call's outgoing sound: what was sent, and what was heard."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voice.audio import Pcm
from voice.calls.utterance import ClauseAudio

_KEPT = 24
"""Clauses remembered; far more than are ever between sending and being heard."""


@dataclass
class _Span:
    """Where a clause lies in the stream of all samples sent."""

    clause: ClauseAudio
    start: int
    sent: int = 0


@dataclass(frozen=True)
class HeardShare:
    """What of a clause reached the caller's ear."""

    clause: ClauseAudio
    heard: str
    unheard: str

    @property
    def complete(self) -> bool:
        """Whether nothing was cut off."""
        return not self.unheard


class Playback:
    """Follows the leg's stream of samples at `sample_rate` Hz through the edge's ring.

    Positions count all samples sent since the call began. The edge tells how many of them left
    for the caller and how many were dropped.
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._spans: deque[_Span] = deque(maxlen=_KEPT)
        self._sent = 0
        self._left = 0
        self._dropped = 0
        self.held = False
        """It is silent, but goes on where it was unless the caller wants the floor."""

    @property
    def audible(self) -> bool:
        """Whether the caller hears the assistant, or is about to."""
        return self.held or self._left + self._dropped < self._sent

    @property
    def position(self) -> int:
        """Samples that have left or were dropped, of those sent."""
        return self._left + self._dropped

    def in_words(self, ago_ms: float) -> bool:
        """Whether words were still to be heard, so long ago while it plays; silence is none."""
        heard = self.position - (ago_ms * self._rate / 1000 if self.audible else 0)
        return any(heard < span.start + self._words_end(span) for span in self._spans)

    def _words_end(self, span: _Span) -> int:
        """Samples until the end of a clause's last word, as far as it was sent."""
        words = span.clause.spoken.words
        return min(round(words[-1].end_ms * self._rate / 1000), span.sent) if words else span.sent

    def begin(self, clause: ClauseAudio) -> None:
        """The samples sent from now on belong to this clause."""
        self._spans.append(_Span(clause, self._sent))

    def sent(self, frame: Pcm) -> None:
        """These samples of the current clause were handed to the edge."""
        self._sent += len(frame)
        self._spans[-1].sent += len(frame)

    def heard_of_current(self) -> str:
        """What of the current clause's text was sent."""
        span = self._spans[-1]
        return self._heard(span, span.start + span.sent).heard

    def go_back(self, samples: int) -> None:
        """The current clause goes on so far before where it was; if negative, behind that."""
        span = self._spans[-1]
        span.start += samples
        span.sent -= samples

    def played(self, samples: int, dropped: int, flushed: bool = False) -> list[HeardShare]:
        """The edge's ledger; after a flush, what was heard of each clause since the last one.

        Dropped samples of a flush are the last ones sent, so they count only after its answer.
        """
        position = samples + self._dropped
        self._left = samples
        self._dropped = dropped
        if not flushed:
            return []
        heard = [self._heard(span, position) for span in self._spans]
        self._spans.clear()
        return heard

    def estimate(self, ahead_ms: float) -> list[HeardShare]:
        """The same without the edge's word: all but the last `ahead_ms` was heard."""
        position = self._sent - round(ahead_ms * self._rate / 1000)
        heard = [self._heard(span, position) for span in self._spans]
        self._spans.clear()
        self._left = self._sent - self._dropped
        return heard

    def forget_before(self, clause: ClauseAudio) -> None:
        """Clauses of earlier answers need no account any more."""
        while self._spans and self._spans[0].clause.utterance is not clause.utterance:
            self._spans.popleft()

    def _heard(self, span: _Span, position: int) -> HeardShare:
        spoken = span.clause.spoken
        samples = min(max(0, position - span.start), span.sent)
        if samples >= len(spoken.pcm) * self._rate // spoken.sample_rate:
            return HeardShare(span.clause, spoken.text, "")
        heard = spoken.heard(samples * 1000 / self._rate)
        return HeardShare(span.clause, heard, spoken.text[len(heard) :].strip())
