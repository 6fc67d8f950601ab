"""The frames of a call that pipecat has no name for.

Caller side, all system frames in the order of what happened: pipecat's UserStartedSpeakingFrame,
VADUserStoppedSpeakingFrame (a short pause), `Hypothesis` (what was said until there),
EagerEndOfTurnCancelFrame (the caller goes on), and `CallerTurn` at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.frames.frames import SystemFrame

from voice.recognition import Transcript


@dataclass
class Hypothesis(SystemFrame):
    """What the caller said until a pause that may be the end of the turn."""

    transcript: Transcript
    listens: bool = False
    """No more than that they listen."""
    paused: bool = True
    """False for the beginning of a long turn, which is read while the caller speaks on."""


@dataclass
class Rejoined(SystemFrame):
    """The caller's turn goes on with the one before it, which was not over."""


@dataclass
class TurnTooLongFrame(SystemFrame):
    """The caller has spoken for so long that they have to be asked for a pause."""


@dataclass
class TurnOverFrame(SystemFrame):
    """The caller's turn is over; the recogniser's last word is still to come."""

    voiced_ms: int


@dataclass
class CallerTurn(SystemFrame):
    """The caller's turn is over and was understood as this."""

    transcript: Transcript
    recognition_ms: float
    speculative: bool
    listens: bool = False
    """They said no more than that they listen."""


@dataclass
class HoldFrame(SystemFrame):
    """The caller put the call on hold, or came back to it."""

    held: bool
