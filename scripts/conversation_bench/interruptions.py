"""How soon an assistant gives way to a caller, by the levels of the packets that the caller got.

Ducked: from the caller's first sample to the first audible packet behind the last one that is as
loud as the answer was before; until a softer one is heard, nobody knows that it is ducked. Silent:
to the end of the last audible packet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voice.evaluation.latency import AUDIBLE_DBFS, HeardPacket

DUCKED_DB = 6.0
"""So much softer is ducked."""
_LOUD_SHARE = 80.0
"""Percentile of the packets' levels that is an answer's loudness: syllables end softly."""
BRIDGED_SECONDS = 1.0
"""After a longer quiet another answer begins."""


@dataclass(frozen=True)
class GaveWay:
    """Milliseconds from the caller's first sample."""

    duck_ms: float
    stop_ms: float


def gave_way(packets: Sequence[HeardPacket], answer_began: float, spoke: float) -> GaveWay | None:
    """How the answer that began then gave way to a caller who spoke from `spoke` on.

    Times are wall-clock seconds. None when it was not to be heard any more by then.
    """
    answer = [
        packet
        for packet in packets
        if packet.received >= answer_began and packet.level_dbfs > AUDIBLE_DBFS
    ]
    before = [packet.level_dbfs for packet in answer if packet.received < spoke]
    after = _connected([packet for packet in answer if packet.received >= spoke], spoke)
    if not before or not after:
        return None
    loud = float(np.percentile(before, _LOUD_SHARE)) - DUCKED_DB
    over = after[-1].received + after[-1].duration_ms / 1000
    as_loud = [number for number, packet in enumerate(after) if packet.level_dbfs > loud]
    softer = after[as_loud[-1] + 1 :] if as_loud else after
    ducked = softer[0].received if softer else over
    return GaveWay((ducked - spoke) * 1000, (over - spoke) * 1000)


def _connected(packets: Sequence[HeardPacket], since: float) -> list[HeardPacket]:
    """Those up to the first long quiet."""
    kept: list[HeardPacket] = []
    for packet in packets:
        if packet.received - (kept[-1].received if kept else since) > BRIDGED_SECONDS:
            break
        kept.append(packet)
    return kept
