"""The rule of turns: a pure state machine on 20 ms decisions, without clock, audio or thread."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from voice.settings.turns import Turns

_FRAME_MS = 20
_MINIMUM_SPEECH_MS = 120
"""A turn with less voice in it was a click or a cough."""
_SHORT_MS = 1000
"""A turn with less voice is a word or two."""
_RESUME_MS = 60
"""Voice within a pause that counts as going on; less is a click."""
_BRIDGE_MS = 40
"""The same within a gap between words, where nothing has been prepared yet."""
_START_SLACK = 1.5
"""The voice that starts a turn may be spread over so much more time."""
_BETWEEN_FIGURES_MS = 320
"""Shorter gaps between figures are not worth reading: else each would be recognised anew."""
ANSWERED_MS = 15_000
"""So much more of a turn that is too long is listened to; then it is answered as it stands."""


@dataclass(frozen=True)
class SpeechOnset:
    """The caller began to speak `onset_ms` ago."""

    onset_ms: int


@dataclass(frozen=True)
class ShortPause:
    """The caller may be done: a good moment to prepare the answer."""

    pause_ms: int


@dataclass(frozen=True)
class SpeechResumed:
    """The caller was not done; what was prepared is void."""


@dataclass(frozen=True)
class EndOfTurn:
    """The caller is done."""

    pause_ms: int
    """Silence since the last voiced frame."""
    voiced_ms: int
    """Voice in the turn."""
    cut: bool = False
    """Ended by its length, not by a pause."""


@dataclass(frozen=True)
class TurnTooLong:
    """The caller has spoken for so long that they have to be asked for a pause; it goes on."""


@dataclass(frozen=True)
class FalseStart:
    """What began was too short to be speech."""


TurnSignal = SpeechOnset | ShortPause | SpeechResumed | EndOfTurn | TurnTooLong | FalseStart


class _State(Enum):
    QUIET = auto()
    SPEAKING = auto()
    PAUSED = auto()
    CUT = auto()
    """The turn became too long; the next one needs a pause before it."""


class TurnDetector:
    """Finds the beginning, the pauses and the end of each turn.

    Between SpeechBegan and TurnOver (or FalseStart) come any number of pairs ShortPause,
    SpeechResumed; a turn that ends by a pause has a ShortPause as its last signal before TurnOver.
    How long that pause has to be is the settings' to say, until `wait` tells it for the pause at
    hand. TurnTooLong comes once, wherever the turn stands.
    """

    def __init__(self, settings: Turns) -> None:
        self._settings = settings
        self._start_frames = max(1, settings.start_ms // _FRAME_MS)
        window = max(self._start_frames, round(self._start_frames * _START_SLACK))
        self._recent: deque[bool] = deque(maxlen=window)
        self._state = _State.QUIET
        self._voiced_ms = self._length_ms = self._pause_ms = self._voice_in_pause_ms = 0
        self._wait_ms = settings.end_ms
        self.expects_digits = False
        """Whether a number is expected, whose digits are spoken with pauses."""

    @property
    def speaking(self) -> bool:
        """Whether a turn is under way (pauses included)."""
        return self._state in (_State.SPEAKING, _State.PAUSED)

    @property
    def certain(self) -> bool:
        """Whether the turn under way has so much voice that it cannot end as a FalseStart."""
        return self.speaking and self._voiced_ms >= _MINIMUM_SPEECH_MS

    @property
    def short(self) -> bool:
        """Whether the turn under way holds so little voice that it is a word or two."""
        return self._voiced_ms < _SHORT_MS

    @property
    def paused(self) -> bool:
        """Whether the turn under way may be over: between its ShortPause and what follows."""
        return self._state is _State.PAUSED

    @property
    def pause_ms(self) -> int:
        """Silence since the caller's last voiced frame, in a turn."""
        return self._pause_ms

    def push(self, voiced: bool) -> TurnSignal | None:
        """Take the decision on the next 20 ms; returns what follows from it, if anything does."""
        if self._state is _State.QUIET:
            return self._quiet(voiced)
        if self._state is _State.CUT:
            self._wait_for_pause(voiced)
            return None
        self._length_ms += _FRAME_MS
        too_long_ms = self._length_ms - round(self._settings.max_seconds * 1000)
        if too_long_ms >= ANSWERED_MS:
            return self._end(cut=True)
        signal = self._speaking(voiced) if self._state is _State.SPEAKING else self._paused(voiced)
        return TurnTooLong() if signal is None and 0 <= too_long_ms < _FRAME_MS else signal

    def wait(self, pause_ms: int) -> None:
        """Let the pause at hand end the turn when it has lasted so long; 0 ends it right away."""
        self._wait_ms = pause_ms

    def _quiet(self, voiced: bool) -> TurnSignal | None:
        self._recent.append(voiced)
        if not voiced or sum(self._recent) < self._start_frames:
            return None
        first = self._recent.index(True)
        onset_ms = (len(self._recent) - first) * _FRAME_MS
        self._state = _State.SPEAKING
        self._voiced_ms = sum(self._recent) * _FRAME_MS
        self._length_ms = onset_ms
        self._pause_ms = self._voice_in_pause_ms = 0
        self._recent.clear()
        return SpeechOnset(onset_ms)

    def _wait_for_pause(self, voiced: bool) -> None:
        """Endless noise is not taken for one turn after another."""
        self._pause_ms = 0 if voiced else self._pause_ms + _FRAME_MS
        if self._pause_ms >= self._settings.speculate_ms:
            self._state = _State.QUIET
            self._pause_ms = 0

    def _speaking(self, voiced: bool) -> TurnSignal | None:
        if voiced and self._pause_ms == 0:
            self._voiced_ms += _FRAME_MS
            return None
        if self._goes_on(voiced, _BRIDGE_MS):
            return None
        if self._pause_ms < self._speculate_ms:
            return None
        self._state = _State.PAUSED
        self._wait_ms = (
            self._settings.end_ms_digits if self.expects_digits else self._settings.end_ms
        )
        return ShortPause(self._pause_ms)

    def _paused(self, voiced: bool) -> TurnSignal | None:
        if self._goes_on(voiced, _RESUME_MS):
            self._state = _State.SPEAKING
            return SpeechResumed()
        if self._voice_in_pause_ms and self._wait_ms:  # it may be the first of what goes on
            return None
        return self._end() if self._pause_ms >= self._wait_ms else None

    def _goes_on(self, voiced: bool, needed_ms: int) -> bool:
        """Whether the voice in a pause has become enough to end it.

        Clicks leak away at the rate at which voice builds up, so they never hold a turn open.
        """
        self._pause_ms += _FRAME_MS
        step = _FRAME_MS if voiced else -_FRAME_MS
        self._voice_in_pause_ms = max(0, self._voice_in_pause_ms + step)
        if self._voice_in_pause_ms < needed_ms:
            return False
        self._voiced_ms += self._voice_in_pause_ms
        self._pause_ms = self._voice_in_pause_ms = 0
        return True

    def _end(self, cut: bool = False) -> TurnSignal:
        over = EndOfTurn(self._pause_ms, self._voiced_ms, cut)
        self._state = _State.CUT if cut else _State.QUIET
        self._pause_ms = self._voice_in_pause_ms = 0
        self._recent.clear()
        return over if over.voiced_ms >= _MINIMUM_SPEECH_MS else FalseStart()

    @property
    def _speculate_ms(self) -> int:
        ahead = self._settings.speculate_ms
        return max(ahead, _BETWEEN_FIGURES_MS) if self.expects_digits else ahead
