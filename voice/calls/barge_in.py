"""Barge-in in two steps: duck at the first voice, then fall silent or go on within half a second.

A pure state machine on 20 ms frames. What decides is how long somebody speaks, whether it is a
voice at all, and the words as soon as they are known.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from voice.languages import Language
from voice.turns import Sound

_FRAME_MS = 20
_DUCK_VOICED_MS = 40
_HOLD_VOICED_MS = 460
"""So much voice may want the floor."""
_YIELD_VOICED_MS = 800
"""So much voice is no mere 'all right': the caller wants the floor, whatever the words."""
_DECIDE_MS = 500
_WORDLESS_MS = 1500
"""Silence after a voice of which no words have become known."""
_FORGET_MS = 160
"""Silence after which voice that did not even duck is forgotten."""
_ASK_AGAIN_MS = 200
"""A sound that was no voice may become one."""


class Step(Enum):
    """What the output does next."""

    DUCK = auto()
    """Play softer: somebody may want to speak."""
    HOLD = auto()
    """Be silent, ready to go on where it was: it is a voice, but perhaps only an 'I see'."""
    RESUME = auto()
    """It was nothing: play as before."""
    YIELD = auto()
    """Give up the floor: the caller speaks."""


class _State(Enum):
    CLEAR = auto()
    DUCKED = auto()
    HELD = auto()
    NOTHING = auto()
    """The words are known and want no floor; the next frame goes on."""
    WAITING = auto()
    """Went on at full level; words may still come of it, and new voice is listened to."""
    NOISE = auto()
    """The same, while a sound lasts that is no voice."""
    YIELDED = auto()


class BargeIn:
    """Decides on one call's interruptions while the assistant is audible.

    `sounds_human` is a second opinion on the last half second, asked before the floor is given up.
    """

    def __init__(self, sounds_human: Callable[[], bool] = lambda: True) -> None:
        self._sounds_human = sounds_human
        self._state = _State.CLEAR
        self._voiced_ms = self._silent_ms = self._elapsed_ms = 0

    def push(self, sound: Sound, audible: bool) -> Step | None:
        """Take the next 20 ms; returns what follows from it, if anything does."""
        if not audible:
            return self._clear()
        if self._state is _State.YIELDED:
            return None
        voiced = sound in (Sound.VOICE, Sound.MAYBE)
        self._voiced_ms += _FRAME_MS if voiced else 0
        self._silent_ms = 0 if voiced else self._silent_ms + _FRAME_MS
        match self._state:
            case _State.DUCKED if sound is Sound.ECHO:
                return self._clear()
            case _State.DUCKED:
                self._elapsed_ms += _FRAME_MS
                return None if sound is Sound.MAYBE else self._decide()
            case _State.HELD:
                return self._hold_on()
            case _State.NOTHING:
                return self._clear()
            case _State.NOISE:
                return self._doubt()
            case _:
                return self._listen(voiced)

    def takes_floor(self, text: str, language: Language) -> bool:
        """Whether the caller's words up to a pause, which are known now, interrupt."""
        if self._state in (_State.CLEAR, _State.YIELDED):
            return False
        if text.strip() and not language.listening.is_backchannel(text):
            self._state = _State.YIELDED
            return True
        if self._softer:
            self._state = _State.NOTHING
        else:
            self._clear()
        return False

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
        goes_on = self._voiced_ms >= _HOLD_VOICED_MS
        if not goes_on and self._elapsed_ms < _DECIDE_MS:
            return None
        if goes_on or self._silent_ms == 0:
            if self._sounds_human():
                self._state = _State.HELD
                return Step.HOLD
            self._state, self._voiced_ms = _State.NOISE, 0
            return Step.RESUME
        self._state = _State.WAITING
        return Step.RESUME

    def _doubt(self) -> Step | None:
        if self._silent_ms >= _FORGET_MS:
            self._state, self._voiced_ms = _State.WAITING, 0
        elif self._voiced_ms >= _ASK_AGAIN_MS:
            self._voiced_ms = 0
            if self._sounds_human():
                self._state = _State.HELD
                return Step.HOLD
        return None

    def _hold_on(self) -> Step | None:
        if self._voiced_ms >= _YIELD_VOICED_MS:
            self._state = _State.YIELDED
            return Step.YIELD
        return self._clear() if self._silent_ms >= _WORDLESS_MS else None

    def _clear(self) -> Step | None:
        was_softer = self._softer
        self._state = _State.CLEAR
        self._voiced_ms = self._silent_ms = self._elapsed_ms = 0
        return Step.RESUME if was_softer else None

    @property
    def _softer(self) -> bool:
        return self._state in (_State.DUCKED, _State.HELD, _State.NOTHING)
