"""What a caller hears while the person's telephone rings and their side plays nothing itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voice.audio.pcm import Pcm, silence

FREQUENCY_HZ = 425
SOUND_SECONDS, PAUSE_SECONDS = 1.0, 4.0
"""The ringing tone of ITU-T E.180 as most of Europe has it."""
_AMPLITUDE = 3000


def ringing_tone(sample_rate: int) -> Iterator[Pcm]:
    """Frames of 20 ms without end."""
    length = sample_rate // 50
    time = np.arange(round(sample_rate * SOUND_SECONDS)) / sample_rate
    tone = (_AMPLITUDE * np.sin(2 * np.pi * FREQUENCY_HZ * time)).astype(np.int16)
    while True:
        yield from tone.reshape(-1, length)
        for _ in range(round(PAUSE_SECONDS * 50)):
            yield silence(length)
