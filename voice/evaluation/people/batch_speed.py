"""How much cheaper the words of several turns are when they are searched together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from voice.audio import Pcm
from voice.engine_steps import Share
from voice.languages import language
from voice.recognition import ANYTHING, folder
from voice.recognition.decoding import Decoder
from voice.recognition.encoding import Encoder


def batch_speedups(model: str, rounds: Sequence[Sequence[Pcm]], beam_size: int) -> list[float]:
    """For each round of turns at 16 kHz: processor time one by one over that together.

    `model`: a folder; the windows of a round have to be alike in it. The encoder's time is left
    out. The first round warms up and is not counted.
    """
    loaded = folder.load(model, workers=1, compute_type="int8")
    encoder, decoder = Encoder(loaded), Decoder(loaded, language(), beam_size)
    ratios = [
        _ratio([next(decoder.read(encoder.encode(turn), ANYTHING)) for turn in turns])
        for turns in rounds
    ]
    return ratios[1:]


def _ratio(shares: Sequence[Share]) -> float:
    do, requests = shares[0].do, [share.request for share in shares]
    apart = _cpu_seconds(lambda: [do([request]) for request in requests])
    return apart / _cpu_seconds(lambda: do(requests))


def _cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
