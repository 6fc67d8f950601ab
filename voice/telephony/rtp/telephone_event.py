"""Keys as RTP packets (RFC 4733, telephone-event), received and sent."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from voice.telephony.rtp.packet import CLOCK_HZ

DIGITS = "0123456789*#ABCD"
END_PACKETS = 3
"""The end of an event is sent so often, against loss."""
TOLERANCE = CLOCK_HZ * 30 // 1000
"""Ticks; between two keys there are at least 40 ms of silence (ITU-T Q.24)."""
LONGEST_SEGMENT = 0xFFFF
"""Ticks that a duration can say."""
LONGEST_STEP = CLOCK_HZ * 70 // 1000
"""Ticks between the ends of one key; between two beginnings there are 80 ms (Q.24)."""
LONGEST_LOSS = CLOCK_HZ * 100 // 1000
"""Ticks between packets of one key whose end has not come: four in a row may be lost."""
STEPS_OF_TIME = range(-2 * CLOCK_HZ, 600 * CLOCK_HZ)
"""Ticks between two packets that disorder or a pause explains; else the base has moved."""
REMEMBERED_KEYS = 8

_EVENT = struct.Struct("!BBH")
_END = 0x80
_VOLUME_DBM0 = 10
_PACKET_TICKS = CLOCK_HZ // 50


@dataclass
class _Press:
    """The key that is, or was last, held down."""

    event: int
    began: int
    """RTP timestamp of its first packet."""
    timestamp: int
    """That of its latest packet."""
    duration: int
    """Ticks that the latest packet speaks of."""
    ended: bool

    def spans(self, timestamp: int) -> bool:
        """Whether a packet with this timestamp is one of its packets so far."""
        return 0 <= _ticks(self.began, timestamp) <= _ticks(self.began, self.timestamp)

    def continues(self, event: int, timestamp: int, duration: int, ended: bool) -> bool:
        """Whether a packet belongs to this key, be it under a later timestamp.

        All packets of a key should share one. Some senders move it on with each packet, the
        duration with it or not, and a very long key goes on under a new one (RFC 4733, 2.5.1.3).
        Between two keys there is a pause, and a new one does not begin with its end.
        """
        step = _ticks(self.timestamp, timestamp)
        if event != self.event or step <= 0:
            return event == self.event and step == 0
        if ended and step <= (LONGEST_STEP if self.ended else LONGEST_LOSS):
            return True
        if self.ended:
            return False
        if duration == self.duration or self.duration > LONGEST_SEGMENT - TOLERANCE:
            return step <= max(self.duration + TOLERANCE, LONGEST_LOSS)
        return abs(step - (duration - self.duration)) <= TOLERANCE

    def goes_on(self, event: int, timestamp: int, duration: int, ended: bool) -> bool:
        """Whether a packet belongs to this key though the base of the timestamps has moved."""
        if event != self.event or _ticks(self.timestamp, timestamp) in STEPS_OF_TIME:
            return False
        growth = duration - self.duration
        return ended and growth == 0 if self.ended else 0 < growth <= LONGEST_STEP


class KeyReceiver:
    """Turns event packets into keys, each once, however often its packets come or are lost.

    A key counts from the first packet of its event. Packets should be given in the order of their
    sequence numbers; those of earlier keys that come late are known by their timestamps, whose base
    may move at any moment.
    """

    def __init__(self) -> None:
        self._presses: deque[_Press] = deque(maxlen=REMEMBERED_KEYS)
        """The latest keys, the present one last."""

    def take(self, timestamp: int, payload: bytes) -> str | None:
        """The key that this packet begins, else None; malformed events are ignored."""
        if len(payload) < _EVENT.size:
            return None
        event, flags, duration = _EVENT.unpack_from(payload)
        if event >= len(DIGITS):
            return None
        ended = bool(flags & _END)
        press = self._presses[-1] if self._presses else None
        if press is not None and press.continues(event, timestamp, duration, ended):
            press.timestamp, press.duration = timestamp, duration
            press.ended = press.ended or ended
            return None
        if any(each.event == event and each.spans(timestamp) for each in self._presses):
            return None
        same = press is not None and press.goes_on(event, timestamp, duration, ended)
        self._presses.append(_Press(event, timestamp, timestamp, duration, ended))
        return None if same else DIGITS[event]


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


def _ticks(earlier: int, later: int) -> int:
    """How far `later` lies after `earlier` on the 32-bit circle."""
    return ((later - earlier + 0x80000000) & 0xFFFFFFFF) - 0x80000000
