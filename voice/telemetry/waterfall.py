"""The turn waterfall: where the time between the caller's last word and our first one went.

It is computed from the events of a call alone, so a stored call gives the same figures as a live
one. The stages are what the caller waits for and add up to the whole; work that was done ahead of
the end of the turn (speculation) costs the caller nothing and shows up as zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voice.events import (
    CallEvent,
    ClauseSpoken,
    FinalTranscript,
    IdentityRequested,
    Interrupted,
    ResponseStarted,
    TurnEnded,
)


@dataclass(frozen=True)
class TurnTimes:
    """One answered turn; all times in ms."""

    turn: int
    """Number of the turn in the call, from 1."""
    speech_end_ms: int
    """When the caller's last voiced frame ended, in ms of the call."""
    end_of_turn_ms: float
    """Waiting until it was clear that the caller was done."""
    recognition_ms: float
    response_ms: float
    synthesis_ms: float
    output_ms: float
    """From the first clause's sound being ready to its first frame leaving."""
    speculative: bool
    """The answer was prepared before the end of the turn."""

    @property
    def total_ms(self) -> float:
        """From the caller's last word to the answer's first frame, inside the service."""
        return (
            self.end_of_turn_ms
            + self.recognition_ms
            + self.response_ms
            + self.synthesis_ms
            + self.output_ms
        )


@dataclass
class _Turn:
    """The events of a turn that has no answer yet."""

    ended: TurnEnded
    transcript: FinalTranscript | None = None
    started: ResponseStarted | None = None


class TurnFollower:
    """Follows one call event by event."""

    def __init__(self) -> None:
        self._turn: _Turn | None = None
        self._count = 0

    def take(self, event: CallEvent) -> TurnTimes | None:
        """The times of the turn that this event answers."""
        turn = self._turn
        match event:
            case TurnEnded():
                self._count += 1
                self._turn = _Turn(event)
            case FinalTranscript() if turn:
                turn.transcript = event
            case ResponseStarted() if turn and turn.started is None:
                turn.started = event
            case ClauseSpoken(kind="answer") if turn and turn.transcript and turn.started:
                self._turn = None
                return _times(self._count, turn, turn.transcript, turn.started, event)
            case Interrupted() | IdentityRequested():
                self._turn = None
        return None


def waterfall(events: Iterable[CallEvent]) -> list[TurnTimes]:
    """The times of each answered turn of one call, in order; unanswered turns are left out."""
    follower = TurnFollower()
    return [times for event in events if (times := follower.take(event))]


def _times(
    number: int,
    turn: _Turn,
    transcript: FinalTranscript,
    started: ResponseStarted,
    spoken: ClauseSpoken,
) -> TurnTimes:
    after_response = max(0.0, spoken.ms - started.ms)
    synthesis = min(spoken.synthesis_ms, after_response)
    return TurnTimes(
        turn=number,
        speech_end_ms=turn.ended.speech_end_ms,
        end_of_turn_ms=turn.ended.ms - turn.ended.speech_end_ms,
        recognition_ms=transcript.ms - turn.ended.ms,
        response_ms=started.ms - transcript.ms,
        synthesis_ms=synthesis,
        output_ms=after_response - synthesis,
        speculative=started.speculative,
    )
