"""An utterance as it may come over a telephone: once as it is, and in further copies disturbed.

Copy 0 is what a call makes of it: 8 kHz and G.711. The others differ in tempo and pitch, level,
line, noise and room, each in its own way and every time the same.
"""

from __future__ import annotations

import numpy as np
import soxr

from voice.audio import Pcm, decode_ulaw, encode_ulaw, peak_dbfs
from voice.tuning.speech_data import SILENT_DBFS, SpokenUtterance
from voice.tuning.telephone_line import RATE_HZ, TelephoneLine

_TEMPOS = (0.9, 1.1)
_LONGEST_SECONDS = 28.0
"""Of a slower copy: the line adds up to a second of its own."""
_FULL_SCALE = 32767


def over_the_line(speech: Pcm) -> Pcm:
    """Copy 0: samples at 8 kHz after G.711."""
    return decode_ulaw(encode_ulaw(speech))


def telephone_copy(utterance: SpokenUtterance, copy: int, seed: int) -> Pcm:
    """The utterance at RATE_HZ; `seed` is its own among all utterances.

    Raises AudioFileError. What is silent comes back as it is.
    """
    speech = utterance.sound(RATE_HZ)
    if copy == 0 or peak_dbfs(speech) < SILENT_DBFS:
        return over_the_line(speech)
    random = np.random.default_rng([seed, copy])
    slowest = max(_TEMPOS[0], len(speech) / RATE_HZ / _LONGEST_SECONDS)
    tempo = random.uniform(slowest, max(slowest, _TEMPOS[1]))
    samples = soxr.resample(speech.astype(np.float32) / _FULL_SCALE, tempo * RATE_HZ, RATE_HZ)
    heard, _ = TelephoneLine(random)(samples)
    copied: Pcm = np.rint(heard.clip(-1, 1) * _FULL_SCALE).astype(np.int16)
    return copied
