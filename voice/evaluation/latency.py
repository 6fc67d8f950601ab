"""Voice-to-voice latency from what passed the caller's socket.

It runs from the send time of the packet that holds the last sample of the caller's utterance
above -40 dB of the utterance's own peak to the receive time of the first packet of the first
continuous assistant audio of at least 200 ms above -50 dBFS that belongs to an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]

END_OF_SPEECH_DB = -40.0
"""Below its own peak an utterance counts as over."""
AUDIBLE_DBFS = -50.0
SHORTEST_AUDIBLE_MS = 200
BRIDGED_MS = 100
"""A closure inside a word (t, k, p) is quiet for less than this and does not end the audio."""
MISS_SECONDS = 10.0
"""An answer that takes longer did not come."""


@dataclass(frozen=True)
class HeardPacket:
    """One received RTP packet of audio."""

    received: float
    """Wall-clock seconds at which the kernel took it from the network."""
    media_ms: int
    """Where its audio lies in the stream, from the RTP timestamp, without wrap-around."""
    duration_ms: int
    level_dbfs: float


@dataclass(frozen=True)
class AudibleRun:
    """Continuous assistant audio of at least 200 ms."""

    start: float
    """Wall-clock seconds at which its first packet was received."""
    end: float
    """The same for the end of its last packet."""
    duration_ms: int


def last_audible_sample(utterance: Pcm) -> int:
    """Index of the last sample above -40 dB of the peak; -1 for silence."""
    loudness = np.abs(utterance.astype(np.int32))
    peak = int(loudness.max(initial=0))
    if peak == 0:
        return -1
    return int(np.flatnonzero(loudness > peak * 10 ** (END_OF_SPEECH_DB / 20))[-1])


def audible_runs(packets: Iterable[HeardPacket]) -> list[AudibleRun]:
    """The stretches of assistant audio that a listener would call continuous."""
    runs: list[list[HeardPacket]] = []
    loud = (packet for packet in packets if packet.level_dbfs > AUDIBLE_DBFS)
    for packet in sorted(loud, key=lambda packet: packet.media_ms):
        if runs and packet.media_ms - _end_ms(runs[-1][-1]) <= BRIDGED_MS:
            runs[-1].append(packet)
        else:
            runs.append([packet])
    found = (
        AudibleRun(
            run[0].received,
            run[-1].received + run[-1].duration_ms / 1000,
            _end_ms(run[-1]) - run[0].media_ms,
        )
        for run in runs
    )
    return [run for run in found if run.duration_ms >= SHORTEST_AUDIBLE_MS]


def _end_ms(packet: HeardPacket) -> int:
    return packet.media_ms + packet.duration_ms
