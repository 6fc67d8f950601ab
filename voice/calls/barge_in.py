"""Barge-in in two steps: duck at the first voice, then yield or go on within half a second.

A pure state machine on 20 ms decisions; voice that is the assistant's own echo never reaches it.
"""

from __future__ import annotations

from enum import Enum, auto

from voice.languages import Language

_FRAME_MS = 20
_DUCK_VOICED_MS = 40
_YIELD_VOICED_MS = 460
"""So much voice is no mere 'mm-hm': the caller wants the floor."""
_DECIDE_MS = 500
_FORGET_MS = 160
"""Silence after which voice that did not even duck is forgotten."""


class Step(Enum):
    """What the output does next."""

    DUCK = auto()
    """Play softer: somebody may want to speak."""
    RESUME = auto()
    """It was nothing: play as before."""
    YIELD = auto()
    """Fall silent: the caller speaks."""


class _State(Enum):
    CLEAR = auto()
    DUCKED = auto()
    WAITING = auto()
    """Went on at full level; words may still come of it, and new voice is listened to."""
    YIELDED = auto()


class BargeIn:
    """Decides on one call's interruptions while the assistant is audible."""

    def __init__(self) -> None:
        self._state = _State.CLEAR
        self._voiced_ms = self._silent_ms = self._elapsed_ms = 0

    def push(self, voiced: bool, audible: bool) -> Step | None:
        """Take the decision on the next 20 ms; returns what follows from it, if anything does."""
        if not audible:
            return self._clear()
        if self._state is _State.YIELDED:
            return None
        self._voiced_ms += _FRAME_MS if voiced else 0
        self._silent_ms = 0 if voiced else self._silent_ms + _FRAME_MS
        if self._state is not _State.DUCKED:
            return self._listen(voiced)
        self._elapsed_ms += _FRAME_MS
        return self._decide()

    def transcribed(self, text: str, language: Language) -> Step | None:
        """The caller's words up to a pause are known."""
        if self._state not in (_State.DUCKED, _State.WAITING):
            return None
        if text.strip() and not language.listening.is_backchannel(text):
            self._state = _State.YIELDED
            return Step.YIELD
        was_ducked = self._state is _State.DUCKED
        self._clear()
        return Step.RESUME if was_ducked else None

    def turn_over(self) -> None:
        """The caller's turn is over; what comes next is judged anew."""
        if self._state is _State.YIELDED:
            self._clear()

    def _listen(self, voiced: bool) -> Step | None:
        if self._silent_ms >= _FORGET_MS:
            self._voiced_ms = 0
        if not voiced or self._voiced_ms < _DUCK_VOICED_MS:
            return None
        self._state = _State.DUCKED
        self._elapsed_ms = self._voiced_ms
        return Step.DUCK

    def _decide(self) -> Step | None:
        if self._voiced_ms >= _YIELD_VOICED_MS:
            self._state = _State.YIELDED
            return Step.YIELD
        if self._elapsed_ms < _DECIDE_MS:
            return None
        if self._silent_ms == 0:
            self._state = _State.YIELDED
            return Step.YIELD
        self._state = _State.WAITING
        return Step.RESUME

    def _clear(self) -> Step | None:
        was_ducked = self._state is _State.DUCKED
        self._state = _State.CLEAR
        self._voiced_ms = self._silent_ms = self._elapsed_ms = 0
        return Step.RESUME if was_ducked else None
