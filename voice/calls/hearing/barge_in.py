"""Barge-in in two steps: duck at the first voice, then fall silent or go on within half a second.

A pure state machine on 20 ms frames. What decides is how long somebody speaks, whether it is a
voice at all, and the words as soon as they are known: also those that are read while it lasts.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from voice.turns import Sound

_FRAME_MS = 20
_DUCK_VOICED_MS = 40
_READ_AFTER_MS = 240
"""So long after its beginning a word is long enough to be read."""
_HOLD_AFTER_MS = 380
"""Who still speaks so long after they began may want the floor."""
_MORE_MS = 240
"""The same after a moment up to which it may have been an 'I see'."""
_YIELD_VOICED_MS = 900
"""So much voice is no mere 'all right': the caller wants the floor, whatever the words."""
_DECIDE_MS = 500
_WORDLESS_MS = 500
"""Silence after a voice of which no words have become known."""
_FORGET_MS = 160
"""Silence after which another sound begins."""
_GAP_MS = 60
"""A shorter silence lies within a word."""
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
    """Decides on one call's interruptions while the assistant has the floor.

    `sounds_human` is a second opinion on the last half second, asked before the floor is given up.
    """

    def __init__(self, sounds_human: Callable[[], bool] = lambda: True) -> None:
        self._sounds_human = sounds_human
        self._state = _State.CLEAR
        self._voiced_ms = self._silent_ms = self._elapsed_ms = 0
        self._hold_after_ms = _HOLD_AFTER_MS
        self._read_at_ms = 0
        """When a reading began of what is said."""

    @property
    def wants_words(self) -> bool:
        """Whether to read what has been said so far, although it goes on."""
        lasts = self._silent_ms == 0 and self._elapsed_ms >= _READ_AFTER_MS
        return lasts and self._state in (_State.DUCKED, _State.HELD)

    def push(self, sound: Sound, speaking: bool, audible: bool = True) -> Step | None:
        """Take the next 20 ms; returns what follows from it, if anything does.

        `speaking`: the assistant says something, or is about to; `audible`: it is to be heard.
        """
        if not speaking:
            return self._clear()
        if self._state is _State.YIELDED:
            return None
        voiced = sound in (Sound.VOICE, Sound.MAYBE)
        if voiced and self._silent_ms >= _FORGET_MS and self._state is not _State.HELD:
            self._begin_anew()
        self._voiced_ms += _FRAME_MS if voiced else 0
        self._silent_ms = 0 if voiced else self._silent_ms + _FRAME_MS
        self._elapsed_ms += _FRAME_MS if self._voiced_ms else 0
        match self._state:
            case _State.DUCKED if sound is Sound.ECHO:
                return self._clear()
            case _State.DUCKED:
                return None if sound is Sound.MAYBE else self._decide(audible)
            case _State.HELD:
                return self._hold_on()
            case _State.NOTHING:
                return self._clear()
            case _State.NOISE:
                return self._doubt()
            case _:
                return self._listen(voiced)

    def reading_began(self) -> None:
        """What has been said so far is being read."""
        self._read_at_ms = self._elapsed_ms

    def heard_so_far(self, listens: bool, stops: bool = False) -> None:
        """The words up to where the reading began are known.

        `listens`: they may become a back-channel; `stops`: they mean that the assistant shall stop.
        """
        more = self._read_at_ms + _MORE_MS if listens else 0
        self._hold_after_ms = 0 if stops else max(_HOLD_AFTER_MS, more)

    def takes_floor(self, listens: bool) -> bool:
        """Whether the caller's words up to a pause, which are known now, interrupt.

        `listens`: they say no more than that the caller is listening, or there are none.
        """
        if self._state in (_State.CLEAR, _State.YIELDED):
            return False
        if not listens:
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
        if not voiced or self._voiced_ms < _DUCK_VOICED_MS:
            return None
        self._state = _State.DUCKED
        return Step.DUCK

    def _decide(self, audible: bool) -> Step | None:
        speaks = self._silent_ms == 0
        if speaks and not (audible or self._listens):
            self._state = _State.HELD
            return Step.HOLD
        if speaks and self._elapsed_ms >= self._hold_after_ms:
            return self._hold()
        is_over = self._silent_ms >= _GAP_MS and self._elapsed_ms >= _DECIDE_MS
        return self._wait() if is_over else None

    def _hold(self) -> Step:
        if self._sounds_human():
            self._state = _State.HELD
            return Step.HOLD
        self._state, self._voiced_ms = _State.NOISE, 0
        return Step.RESUME

    def _doubt(self) -> Step | None:
        if self._silent_ms >= _FORGET_MS:
            self._wait()
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
        if self._listens and self._elapsed_ms < self._hold_after_ms:
            self._state = _State.DUCKED
            return Step.DUCK
        return None if self._silent_ms < _WORDLESS_MS else self._wait()

    def _wait(self) -> Step:
        self._state = _State.WAITING
        self._begin_anew()
        return Step.RESUME

    def _clear(self) -> Step | None:
        was_softer = self._softer
        self._state = _State.CLEAR
        self._begin_anew()
        return Step.RESUME if was_softer else None

    def _begin_anew(self) -> None:
        self._voiced_ms = self._silent_ms = self._elapsed_ms = 0
        self._hold_after_ms = _HOLD_AFTER_MS

    @property
    def _listens(self) -> bool:
        """Whether it was read as what may be a back-channel."""
        return self._hold_after_ms > _HOLD_AFTER_MS

    @property
    def _softer(self) -> bool:
        return self._state in (_State.DUCKED, _State.HELD, _State.NOTHING)
