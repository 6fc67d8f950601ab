"""Keys as RTP packets (RFC 4733, telephone-event), received and sent."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from voice.telephony.rtp.packet import CLOCK_HZ

DIGITS = "0123456789*#ABCD"
END_PACKETS = 3
"""The end of an event is sent so often, against loss."""
LONGEST_SEGMENT = 0xFFFF
"""Ticks after which a held key goes on under a new timestamp."""

_EVENT = struct.Struct("!BBH")
_END = 0x80
_VOLUME_DBM0 = 10
_PACKET_TICKS = CLOCK_HZ // 50


class KeyReceiver:
    """Turns event packets into keys, each once, however often its packets come or are lost.

    A key counts from the first packet of its event; later ones carry the same RTP timestamp.
    """

    def __init__(self) -> None:
        self._timestamp: int | None = None
        self._event = -1
        self._duration = 0

    def take(self, timestamp: int, payload: bytes) -> str | None:
        """The key that this packet begins, else None; malformed events are ignored."""
        if len(payload) < _EVENT.size:
            return None
        event, _flags, duration = _EVENT.unpack_from(payload)
        if event >= len(DIGITS):
            return None
        if self._timestamp is not None:
            age = ((timestamp - self._timestamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
            if age <= 0:
                self._duration = max(self._duration, duration) if age == 0 else self._duration
                return None
            if event == self._event and age == LONGEST_SEGMENT == self._duration:
                self._timestamp, self._duration = timestamp, duration
                return None
        self._timestamp, self._event, self._duration = timestamp, event, duration
        return DIGITS[event]


@dataclass(frozen=True)
class EventPacket:
    """Marker bit and payload of one packet; all of a key share the timestamp of its beginning."""

    marker: bool
    payload: bytes


def key_packets(digit: str, milliseconds: int = 100) -> Iterator[EventPacket]:
    """The packets of one key, to be sent 20 ms apart; the last three say that it ended."""
    event = DIGITS.index(digit)
    count = max(1, milliseconds // 20)
    for number in range(1, count):
        yield EventPacket(number == 1, _EVENT.pack(event, _VOLUME_DBM0, number * _PACKET_TICKS))
    for number in range(END_PACKETS):
        last = _EVENT.pack(event, _END | _VOLUME_DBM0, count * _PACKET_TICKS)
        yield EventPacket(count == 1 and number == 0, last)
