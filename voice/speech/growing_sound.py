"""The sound of one sentence that plays before all of it is made, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, gcd
from typing import Final, Self

import numpy as np

from voice.audio import Pcm, resample
from voice.speech import silences
from voice.speech.piper_voice import SentenceToMake

BEGINNING_SECONDS: Final = 0.4
LONGER: Final = 2
"""Each part is so many times as long as all before it: what plays by then is longer than the making
on a slow core, and what is made twice for its neighbours' sake stays little.
"""
SHORTEST_SECONDS: Final = 1.5
"""A shorter sentence is made at once. Longer ones are as loud as the voice is by itself."""
_EDGE_SECONDS: Final = 0.04
"""So near to what is not made yet nothing is resampled."""


class GrowingSound:
    """`pcm` is 16-bit sound of its final length, of which so many samples are `ready`.

    It ends with the last word's time and a pause: whether a sound fades away before that is not
    known when it begins.
    """

    def __init__(
        self,
        sentence: SentenceToMake,
        gain: float,
        beginning: silences.Samples,
        cut: int,
        length: int,
        rates: tuple[int, int],
    ) -> None:
        """The `beginning` of a sentence, louder by `gain`, without its first `cut` samples.

        `length`: samples in all; `rates`: theirs, and that of the sound, in Hz.
        """
        self._sentence = sentence
        self._gain = np.float32(gain)
        self._cut = cut
        self._made = len(beginning)
        self._samples = np.zeros(length, np.float32)
        self._samples[: self._made] = beginning
        self._rates = rates
        common = gcd(*rates)
        self._in, self._out = rates[0] // common, rates[1] // common
        """So many samples become so many."""
        self.pcm: Pcm = np.zeros(length * self._out // self._in, np.int16)
        self.ready = 0
        self._resample()

    @classmethod
    def begun(
        cls, sentence: SentenceToMake, gain: float, pause: float, rates: tuple[int, int]
    ) -> Self | None:
        """With its beginning, and `pause` seconds after its last word.

        None where it is short, in words or in all, or silent at its beginning.
        """
        rate = rates[0]
        if sentence.length < SHORTEST_SECONDS * rate or not sentence.groups:
            return None
        first = round(BEGINNING_SECONDS * rate)
        samples = sentence.samples(0, first) * np.float32(gain)
        sounding, cut_seconds = silences.trim(samples, rate, 0.0)
        cut = round(cut_seconds * rate)
        length = round((sentence.groups[-1].end + pause) * rate) - cut
        if not len(sounding) or cut > first // 2 or length < 2 * first:
            return None
        return cls(sentence, gain, samples[cut:], cut, length, rates)

    @property
    def cut_seconds(self) -> float:
        """How much silence of the sentence went in front of the sound."""
        return self._cut / self._rates[0]

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return len(self._samples) / self._rates[0]

    def grow(self) -> Iterator[int]:
        """Make the rest, part by part; how much is ready after each."""
        last = min(self._sentence.length, self._cut + len(self._samples))
        while (start := self._cut + self._made) < last:
            end = min(last, start + LONGER * start)
            made = self._sentence.samples(start, end) * self._gain
            self._samples[self._made : self._made + len(made)] = made
            self._made = end - self._cut if end < last else len(self._samples)
            self._resample()
            yield self.ready

    def _resample(self) -> None:
        """All that is made, but for what the filter mixes with samples that are not."""
        edge = ceil(_EDGE_SECONDS * self._rates[0] / self._in)
        whole = self._made == len(self._samples)
        to = ceil(self._made / self._in) if whole else self._made // self._in - edge
        since = self.ready // self._out
        if to <= since:
            return
        first = max(0, since - edge)
        given = self._samples[first * self._in : (to + edge) * self._in]
        pcm: Pcm = np.rint(given * 32767).clip(-32767, 32767).astype(np.int16)
        new = resample(pcm, *self._rates)[(since - first) * self._out :]
        ready = min(len(self.pcm), to * self._out)
        self.pcm[self.ready : ready] = new[: ready - self.ready]
        self.ready = ready
