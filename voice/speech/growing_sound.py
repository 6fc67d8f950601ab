"""The sound of one sentence that plays before all of it is made.

First its beginning and its end are made, so that it is known how long it is; then, part by part,
what lies between. The samples are those of the sentence made at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, gcd
from typing import Final, Self

import numpy as np

from voice.audio import Pcm, resample
from voice.speech import silences
from voice.speech.piper_voice import SentenceToMake

BEGINNING_SECONDS: Final = 0.4
END_SECONDS: Final = 0.35
"""Of the last word, which may fade away before it is over, with the silence behind it."""
PART_SECONDS: Final = 0.7
SHORTEST_SECONDS: Final = 1.5
"""A shorter sentence is made at once. Longer ones are as loud as the voice is by itself."""
_EDGE_SECONDS: Final = 0.04
"""So near to what is not made yet nothing is resampled."""


class GrowingSound:
    """`pcm` is 16-bit sound of its final length, of which so many samples are `ready`."""

    def __init__(
        self,
        sentence: SentenceToMake,
        gain: float,
        samples: silences.Samples,
        cut: int,
        missing: tuple[int, int],
        rates: tuple[int, int],
    ) -> None:
        """`samples`: the sentence's, louder by `gain`, from its sample number `cut` on.

        Those between the two numbers in `missing` are not made; `rates`: theirs, and the sound's.
        """
        self._sentence = sentence
        self._gain = np.float32(gain)
        self._samples = samples
        self._cut = cut
        self._missing = missing
        self._rates = rates
        common = gcd(*rates)
        self._in, self._out = rates[0] // common, rates[1] // common
        """So many samples become so many."""
        self.pcm: Pcm = np.zeros(len(samples) * self._out // self._in, np.int16)
        self.ready = 0
        self._resample(missing[0] - cut)

    @classmethod
    def begun(
        cls, sentence: SentenceToMake, gain: float, pause: float, rates: tuple[int, int]
    ) -> Self | None:
        """With its beginning, and its end with `pause` seconds of silence.

        None where it is short, or silent at its beginning or its end.
        """
        rate, length = rates[0], sentence.length
        if length < SHORTEST_SECONDS * rate or not sentence.groups:
            return None
        first = round(BEGINNING_SECONDS * rate)
        last = round((sentence.groups[-1].end - END_SECONDS) * rate)
        samples = np.zeros(length, np.float32)
        for start, end in ((0, first), (last, length)):
            samples[start:end] = sentence.samples(start, end) * np.float32(gain)
        kept, cut_seconds = silences.trim(samples, rate, pause)
        cut = round(cut_seconds * rate)
        sounding = cut + len(kept) - round(pause * rate)
        if not (cut < first // 2 and first < last < sounding):
            return None
        return cls(sentence, gain, kept, cut, (first, last), rates)

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
        start, last = self._missing
        while start < last:
            end = min(last, start + round(PART_SECONDS * self._rates[0]))
            made = self._sentence.samples(start, end) * self._gain
            self._samples[start - self._cut : end - self._cut] = made
            start = end
            self._resample(end - self._cut if end < last else len(self._samples))
            yield self.ready

    def _resample(self, made: int) -> None:
        """Up to that sample, or as near to it as can be before what follows is made."""
        edge = ceil(_EDGE_SECONDS * self._rates[0] / self._in)
        to = made // self._in - edge if made < len(self._samples) else ceil(made / self._in)
        since = self.ready // self._out
        first = max(0, since - edge)
        if to <= since:
            return
        given = self._samples[first * self._in : (to + edge) * self._in]
        pcm: Pcm = np.rint(given * 32767).clip(-32767, 32767).astype(np.int16)
        new = resample(pcm, *self._rates)[(since - first) * self._out :]
        ready = min(len(self.pcm), to * self._out)
        self.pcm[self.ready : ready] = new[: ready - self.ready]
        self.ready = ready
