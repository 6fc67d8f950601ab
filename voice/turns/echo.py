"""Tells the assistant's own voice coming back from the caller's: by correlation with what was sent.

A loudspeaker or a bad hybrid returns the outgoing sound some tens to hundreds of milliseconds
later, softer but otherwise alike; a caller's voice is not alike. Where the line's echo is known,
by its delay and its strength, what is no louder than it is no voice either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm

_RATE = 4000
"""Hz; the lower half of the telephone's band is enough to tell voices apart."""
_EMPHASIS = 0.6
"""Takes from what all voices have in common, the strength of their low tones."""
_WINDOW = 320 * _RATE // 1000
"""Samples of what came in that are laid beside what was sent."""
_LONGEST_DELAY = 900 * _RATE // 1000
"""An echo path of 600 ms, the network both ways and the jitter buffer."""
_AHEAD = 240 * _RATE // 1000
"""So much may have been sent that is not played yet."""
_REACH = _WINDOW + _LONGEST_DELAY
_TRANSFORM = 6400
"""Samples, at least a window more than _REACH, and a product of small primes."""
_ALIKE = 0.5
"""Normalised correlation from which on it is echo; of strange speech, 1 window in 100 has more."""
_SOFT = 0.06
"""Peak beside that of what was sent, -24 dB, below which echo is likelier than a caller."""
_SOFTLY_ALIKE = 0.35
"""The same for a sound so soft, which noise makes less alike."""
_SAME_DELAY = 12 * _RATE // 1000
_STILL_ALIKE = 0.6
"""Of the likeness of the known echo; what is less like it is spoken over."""
_CLEARLY_ALIKE = 0.7
"""No chance; also where the known echo is louder than it was."""
_LOUDER = 4.0
"""Power over that of the line's echo from which on somebody speaks over it: 6 dB."""
_TAIL = 300 * _RATE // 1000
"""So long a room goes on sounding."""
_TELLING_MS = 100
"""A shorter voice is like some stretch of any other by chance."""
_DECIDED_MS = 300
"""By so much voice it is decided."""
_LEARNING = 0.3
_CLEAN = 0.9
"""Of the likeness that is known; less means that somebody speaks over the echo."""
_FORGETTING = 1.005
"""A line whose echo grows, for somebody switched to a loudspeaker, is believed 1 dB a second."""
_INAUDIBLE = 9.0
"""Power of a sample below which nothing was sent."""
_UNTOLD = 100.0
"""Power of a sample below which a line may carry nothing of it: G.711's steps are so coarse."""


class EchoVerdict(Enum):
    """Whose voice came in."""

    ECHO = auto()
    STRANGE = auto()
    """Not what was sent."""
    UNSURE = auto()
    """Too short to tell."""


@dataclass(frozen=True)
class _Match:
    likeness: float
    """Normalised correlation, 0 to 1."""
    delay: int
    """Samples at _RATE."""
    power: float
    """Of what came in, over that of the stretch of what was sent which is most like it."""


class EchoGuard:
    """Lays what comes in beside what was sent in the last second of one call.

    Both are told by 20 ms frames at `sample_rate` Hz (a multiple of 4000). Frames that come in are
    the clock: what is sent is heard from then on, in order, and its echo later.
    """

    def __init__(self, sample_rate: int) -> None:
        self._thin_sent, self._thin_received = _Thinned(sample_rate), _Thinned(sample_rate)
        self._sent = np.zeros(_REACH + _AHEAD, np.float32)
        """Up to now, and behind it what is not played yet."""
        self._waiting = 0
        self._received = np.zeros(_WINDOW, np.float32)
        self._known: _Match | None = None
        self._most_gain = 1.0
        """Power of the line's echo over that of what was sent, at the most."""
        self.gain_db = 0.0
        """How much softer (negative) than it was sent it is played now."""

    def sent(self, frame: Pcm) -> None:
        """This frame goes out, after those before it."""
        sound = self._thin_sent(frame)[: _AHEAD - self._waiting]
        begin = _REACH + self._waiting
        self._sent[begin : begin + len(sound)] = sound
        self._waiting += len(sound)

    def flushed(self) -> None:
        """What is not played yet never will be."""
        self._sent[_REACH:] = 0.0
        self._waiting = 0

    def received(self, frame: Pcm) -> None:
        """This frame came in; 20 ms have passed."""
        sound = self._thin_received(frame)
        passed = len(sound)
        self._sent[_REACH : _REACH + passed] *= np.float32(10 ** (self.gain_db / 20))
        self._received = np.concatenate([self._received[passed:], sound])
        self._sent = np.concatenate([self._sent[passed:], np.zeros(passed, np.float32)])
        self._waiting = max(0, self._waiting - passed)
        if self.possible:
            self._bound_gain()

    @property
    def possible(self) -> bool:
        """Whether the echo of something may still be on its way."""
        return _energy(self._sent[:_REACH]) > _INAUDIBLE * _WINDOW

    def judge(self, voiced_ms: int, decide: bool = False) -> EchoVerdict:
        """What came in just now, of which `voiced_ms` are voice (0.2 ms of CPU).

        With `decide` it is never UNSURE.
        """
        if not self.possible or self._is_too_loud():
            return EchoVerdict.STRANGE
        curve, power = _correlation(self._received, self._sent[:_REACH])
        best = _match(curve, power, 0, len(curve))
        near = self._near(curve, power)
        if near is not None and self._is_known(near):
            self._learn(near)
            return EchoVerdict.ECHO
        if voiced_ms >= _TELLING_MS and best.likeness >= _CLEARLY_ALIKE:
            self._learn(best)
        decide = decide or voiced_ms >= _DECIDED_MS
        if best.likeness < (_SOFTLY_ALIKE if self._is_soft() else _ALIKE):
            return EchoVerdict.STRANGE if decide or voiced_ms >= _TELLING_MS else EchoVerdict.UNSURE
        return EchoVerdict.ECHO if decide else EchoVerdict.UNSURE

    def _bound_gain(self) -> None:
        """Whatever its delay, the line's echo is no stronger than what came in while we spoke."""
        least = float(_stretches(self._sent[:_REACH], _WINDOW).min())
        self._most_gain *= _FORGETTING
        if least > _INAUDIBLE * _WINDOW:
            came = _energy(self._received) + _UNTOLD * _WINDOW
            self._most_gain = min(self._most_gain, came / least)

    def _is_too_loud(self) -> bool:
        """Whether no echo of this line can be so strong."""
        stretches = _stretches(self._sent[:_REACH], _WINDOW)[::-1]
        most = self._most_gain * float(stretches.max())
        if self._known is not None:
            begin = max(0, self._known.delay - _SAME_DELAY)
            around = stretches[begin : self._known.delay + _TAIL]
            most = min(most, self._known.power * float(around.max()))
        return _energy(self._received) > _LOUDER * (most + _UNTOLD * _WINDOW)

    def _is_soft(self) -> bool:
        """Whether what came in is as soft beside what was sent as a good line's echo."""
        came, sent = np.abs(self._received).max(), np.abs(self._sent[:_REACH]).max()
        return bool(came < _SOFT * sent)

    def _is_known(self, near: _Match) -> bool:
        """Whether it is the line's echo as it was heard before."""
        assert self._known is not None
        if near.power > _LOUDER * self._known.power:
            return near.likeness >= _CLEARLY_ALIKE
        return near.likeness >= _STILL_ALIKE * self._known.likeness

    def _near(self, curve: NDArray[np.float32], power: NDArray[np.float32]) -> _Match | None:
        """The likeness at about the delay of the line's echo, once that is known."""
        if self._known is None:
            return None
        around = self._known.delay
        return _match(curve, power, max(0, around - _SAME_DELAY), around + _SAME_DELAY + 1)

    def _learn(self, match: _Match) -> None:
        known = self._known
        if known is None or abs(match.delay - known.delay) > _SAME_DELAY:
            self._known = match
        elif match.likeness >= _CLEAN * known.likeness:
            likeness = known.likeness + _LEARNING * (match.likeness - known.likeness)
            power = known.power + _LEARNING * (match.power - known.power)
            self._known = _Match(likeness, known.delay, power)


class _Thinned:
    """One stream at _RATE, its low tones taken back."""

    def __init__(self, sample_rate: int) -> None:
        if sample_rate % _RATE:
            raise ValueError(f"echo needs a multiple of {_RATE} Hz, not {sample_rate} Hz")
        self._step = sample_rate // _RATE
        self._last = np.zeros(1, np.float32)

    def __call__(self, frame: Pcm) -> NDArray[np.float32]:
        """The average of each few samples keeps most of what would fold over out."""
        whole = frame[: len(frame) // self._step * self._step].astype(np.float32)
        thinned = whole.reshape(-1, self._step).mean(axis=1, dtype=np.float32)
        before = np.concatenate([self._last, thinned[:-1]])
        self._last = thinned[-1:]
        raised: NDArray[np.float32] = thinned - np.float32(_EMPHASIS) * before
        return raised


def _correlation(
    received: NDArray[np.float32], sent: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """By delay, 0 first: the normalised correlation, 0 to 1, and the ratio of the powers.

    `sent` ends where `received` ends; stretches of it that are next to silent count as unlike.
    """
    length = len(received)
    product = np.fft.rfft(sent, _TRANSFORM) * np.conj(np.fft.rfft(received, _TRANSFORM))
    correlation = np.fft.irfft(product, _TRANSFORM)[: len(sent) - length + 1]
    stretches = _stretches(sent, length)
    energy = max(_energy(received), 1.0)
    loud = stretches > max(1e-3 * stretches.max(), _INAUDIBLE * length)
    stretches = np.where(loud, stretches, np.inf)
    curve = np.abs(correlation) / np.sqrt(stretches * energy)
    return curve[::-1].astype(np.float32), (energy / stretches)[::-1].astype(np.float32)


def _stretches(sound: NDArray[np.float32], length: int) -> NDArray[np.float64]:
    """The energy of each stretch of so many samples."""
    summed = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    energies: NDArray[np.float64] = summed[length:] - summed[:-length]
    return energies


def _energy(sound: NDArray[np.float32]) -> float:
    return float(np.dot(sound, sound))


def _match(curve: NDArray[np.float32], power: NDArray[np.float32], first: int, end: int) -> _Match:
    delay = first + int(np.argmax(curve[first:end]))
    return _Match(float(curve[delay]), delay, float(power[delay]))
