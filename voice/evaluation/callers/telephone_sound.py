"""What surroundings and line make of a caller's sound, 20 ms after 20 ms."""

from __future__ import annotations

import random
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm, dbfs
from voice.evaluation.people.noises import noise as noise_of


class Noise(Protocol):
    """What is heard besides the caller."""

    @property
    def kind(self) -> str:
        """One of `voice.evaluation.people.noises`; empty: nothing."""
        ...

    @property
    def dbfs(self) -> float:
        """Its mean level; a caller speaks at about -20."""
        ...


class Loss(Protocol):
    """Packets that do not arrive, in bursts (a Gilbert model)."""

    @property
    def loss(self) -> float:
        """Share of all packets, 0 to below 1."""
        ...

    @property
    def burst(self) -> float:
        """How many are lost one after the other, on average."""
        ...


class TelephoneSound:
    """One caller's telephone; the same for the same seed."""

    def __init__(self, noise: Noise, line: Loss, seed: int) -> None:
        self._chance = random.Random(f"telephone {seed}")
        self._noise = _at_level(noise, seed)
        self._place = self._chance.randrange(len(self._noise)) if len(self._noise) else 0
        # Lost frames follow lost ones so often that bursts are as long as they should be.
        self._ends = 1 / line.burst
        self._begins = line.loss * self._ends / (1 - line.loss)
        self._is_lost = False

    def sent(self, frame: Pcm) -> Pcm | None:
        """What of a frame arrives; None when it is lost."""
        heard = self._with_noise(frame)
        likely = 1 - self._ends if self._is_lost else self._begins
        self._is_lost = self._chance.random() < likely
        return None if self._is_lost else heard

    def _with_noise(self, frame: Pcm) -> Pcm:
        if not len(self._noise):
            return frame
        places = (self._place + np.arange(len(frame))) % len(self._noise)
        self._place = (self._place + len(frame)) % len(self._noise)
        mixed: Pcm = np.clip(frame + self._noise[places], -32768, 32767).astype(np.int16)
        return mixed


def _at_level(noise: Noise, seed: int) -> NDArray[np.int32]:
    """The noise as int32, shape (n,); nothing where there is none."""
    if not noise.kind:
        return np.zeros(0, np.int32)
    sound = noise_of(noise.kind, seed)
    gain = 10 ** ((noise.dbfs - dbfs(sound)) / 20)
    scaled: NDArray[np.int32] = np.rint(sound * gain).astype(np.int32)
    return scaled
