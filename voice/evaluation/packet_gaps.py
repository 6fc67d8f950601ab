"""How evenly the assistant's packets come: distances between successive ones of a talkspurt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from voice.evaluation.latency import AUDIBLE_DBFS, BRIDGED_MS, HeardPacket


def talkspurt_gaps(packets: Sequence[HeardPacket]) -> list[float]:
    """Milliseconds between the receive times of neighbouring packets while the assistant speaks.

    Pauses inside a word belong to the talkspurt, silence between utterances does not.
    """
    spoken = _in_talkspurt(packets)
    return [
        round((later.received - earlier.received) * 1000, 2)
        for (earlier, inside), (later, inside_too) in pairwise(zip(packets, spoken, strict=True))
        if inside and inside_too and later.media_ms == earlier.media_ms + earlier.duration_ms
    ]


def _in_talkspurt(packets: Sequence[HeardPacket]) -> list[bool]:
    """Whether each packet is audible or lies in a short gap between audible ones."""
    marks = [packet.level_dbfs > AUDIBLE_DBFS for packet in packets]
    last_loud: int | None = None
    for index, loud in enumerate(list(marks)):
        if not loud:
            continue
        if last_loud is not None:
            quiet_ms = packets[index].media_ms - packets[last_loud].media_ms
            if quiet_ms <= BRIDGED_MS + packets[last_loud].duration_ms:
                marks[last_loud:index] = [True] * (index - last_loud)
        last_loud = index
    return marks
