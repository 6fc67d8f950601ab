"""Puts packets back in order and evens out their arrival, at the least delay that does so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from voice.telephony.rtp.arrival_spread import ArrivalSpread
from voice.telephony.rtp.packet import CLOCK_HZ, MAX_DROPOUT, MAX_MISORDER, sequence_after

FRAME_MS = 20
FRAME_BYTES = CLOCK_HZ * FRAME_MS // 1000
"""G.711 has one byte per tick of the RTP clock."""

MOST_PACKETS = 256
"""However little sound is in each."""
TRIM_AFTER = 50
"""A packet is given up when one too many waited for so many frames, or two for half as long."""


@dataclass
class JitterStatistics:
    """Counts since the session began."""

    played: int = 0
    """Packets."""
    lost: int = 0
    """Packets concealed: others after them had come."""
    late: int = 0
    """Packets that came after their place had been concealed, or twice."""
    underruns: int = 0
    """Times that nothing was left to play."""
    trimmed: int = 0
    """Packets given up to bring the delay down."""
    restarts: int = 0
    """New beginnings of the sender."""


@dataclass(frozen=True)
class Frame:
    """What is to be heard for 20 ms: sound, a gap to conceal, or nothing."""

    payload: bytes | None
    """160 bytes of G.711, fewer where the codec changes; None: there is none."""
    lost: bool = False
    """Sound was sent here but has not come: conceal it."""
    codec: str = ""
    """In which the payload came."""


@dataclass(frozen=True)
class Event:
    """A packet of a key (RFC 4733) that takes its turn among those of sound."""

    timestamp: int
    payload: bytes


@dataclass(frozen=True)
class _Sound:
    payload: bytes
    codec: str


class JitterBuffer:
    """Keyed by sequence number; `put` on arrival, `get` every 20 ms.

    Packets may last other than 20 ms. Keys (`put_event`) wait for their turn, so that they come
    out in the order in which they were pressed; comfort noise is announced by `skip`, so that its
    sequence numbers do not look like losses.
    """

    def __init__(self, min_ms: int = 40, max_ms: int = 160) -> None:
        self.statistics = JitterStatistics()
        self._min_frames = max(1, min_ms // FRAME_MS)
        self._max_frames = max(self._min_frames, max_ms // FRAME_MS)
        self._packets: dict[int, _Sound | Event | None] = {}
        """By extended sequence number; None is neither sound nor a key."""
        self._events: list[Event] = []
        self._forget()

    def _forget(self) -> None:
        self._packets.clear()
        self._packets_bytes = 0
        self._next: int | None = None
        self._highest = 0
        self._restart_at: int | None = None
        self._filling = True
        self._waited = 0
        """Frames since the first packet came, while filling."""
        self._rest = b""
        self._rest_codec = ""
        self._gap = 0
        """Bytes of lost sound not yet concealed."""
        self._packet_bytes = FRAME_BYTES
        self._too_full = 0
        self._spread = ArrivalSpread()

    @property
    def target_ms(self) -> int:
        """The delay that is aimed at now."""
        return self._target_frames * FRAME_MS

    @property
    def held_ms(self) -> float:
        """How much sound waits."""
        return (len(self._rest) + self._packets_bytes) * 1000 / CLOCK_HZ

    @property
    def _target_frames(self) -> int:
        wanted = 1 + math.ceil(self._spread.seconds * 1000 / FRAME_MS - 0.25)
        return min(max(wanted, self._min_frames), self._max_frames)

    def reset(self) -> None:
        """Forget all sound; the source changed. Keys that wait come out at once."""
        for place in sorted(self._packets):
            self._take(place)
        self._forget()
        self.statistics.restarts += 1

    def put(
        self, sequence: int, timestamp: int, payload: bytes, arrival: float, codec: str = ""
    ) -> None:
        """Take a packet of sound that arrived at `arrival` (seconds)."""
        place = self._place(sequence)
        if place is None:
            return
        self._spread.add(arrival, timestamp / CLOCK_HZ)
        if self._is_of_use(place):
            self._packet_bytes = len(payload) or self._packet_bytes
            self._packets_bytes += len(payload)
            self._hold(place, _Sound(payload, codec))

    def put_event(self, sequence: int, event: Event) -> None:
        """Take a packet of a key; one that comes after its turn has it at once."""
        place = self._place(sequence)
        if place is None or (self._next is not None and place < self._next):
            self._events.append(event)
        elif self._is_of_use(place):
            self._hold(place, event)

    def skip(self, sequence: int) -> None:
        """Take note of a packet that is neither sound nor a key."""
        place = self._place(sequence)
        if place is not None and self._is_of_use(place):
            self._hold(place, None)

    def take_events(self) -> list[Event]:
        """The packets of keys whose turn has come since the last time."""
        events, self._events = self._events, []
        return events

    def get(self) -> Frame:
        """The next 20 ms."""
        if self._filling and not self._filled():
            return Frame(None)
        while len(self._rest) < FRAME_BYTES:
            if self._gap >= FRAME_BYTES:
                self._gap -= FRAME_BYTES
                return Frame(None, lost=True)
            if not self._packets:
                return self._run_dry()
            assert self._next is not None
            if self._next not in self._packets:
                self._miss()
                continue
            if self._changes_codec(self._packets[self._next]):
                break
            sound = self._take(self._next)
            self._next += 1
            if sound is not None:
                self._rest += sound.payload
                self._rest_codec = sound.codec
                self.statistics.played += 1
        frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
        self._trim()
        return Frame(frame, codec=self._rest_codec)

    def _changes_codec(self, packet: _Sound | Event | None) -> bool:
        """The rest must be heard by itself before this packet."""
        different = isinstance(packet, _Sound) and packet.codec != self._rest_codec
        return bool(self._rest) and different

    def _take(self, place: int) -> _Sound | None:
        """Remove a packet; the sound in it, if there is any."""
        packet = self._packets.pop(place)
        if isinstance(packet, Event):
            self._events.append(packet)
        if not isinstance(packet, _Sound):
            return None
        self._packets_bytes -= len(packet.payload)
        return packet

    def _place(self, sequence: int) -> int | None:
        """The extended sequence number; None when it has nothing to do with those before."""
        if self._next is None:
            self._next = self._highest = 0x10000 + sequence
            return self._highest
        step = sequence_after(self._highest & 0xFFFF, sequence)
        if not -MAX_MISORDER <= step <= MAX_DROPOUT:
            return self._new_beginning(sequence)
        self._restart_at = None
        place = self._highest + step
        if self._filling and place < self._next and not self.statistics.played:
            self._next = place
        return place

    def _is_of_use(self, place: int) -> bool:
        """Not when its turn is over or when it is there already."""
        assert self._next is not None
        if place < self._next or place in self._packets:
            self.statistics.late += 1
            return False
        return True

    def _hold(self, place: int, packet: _Sound | Event | None) -> None:
        self._packets[place] = packet
        self._highest = max(self._highest, place)
        self._limit()

    def _new_beginning(self, sequence: int) -> int | None:
        """Two packets in a row far from the expected number are a new beginning, one is not."""
        if sequence != self._restart_at:
            self._restart_at = (sequence + 1) & 0xFFFF
            self.statistics.late += 1
            return None
        self.reset()
        return self._place(sequence)

    def _filled(self) -> bool:
        """Enough waits to begin; a sound shorter than that begins when it has waited as long."""
        if not self._packets:
            return False
        enough = self._target_frames * FRAME_BYTES
        self._waited += 1
        if self._packets_bytes < enough and self._waited <= self._target_frames:
            return False
        self._filling = False
        self._next = min(self._packets)
        return True

    def _miss(self) -> None:
        """The next packet has not come though later ones have; a long gap is jumped over."""
        assert self._next is not None
        missing = min(self._packets) - self._next
        self.statistics.lost += missing if missing > self._max_frames else 1
        self._next += missing if missing > self._max_frames else 1
        self._gap += self._packet_bytes

    def _run_dry(self) -> Frame:
        """Nothing waits, or less than a frame: fill up again."""
        self._filling = True
        self._waited = 0
        self._too_full = 0
        self._rest = b""
        self.statistics.underruns += 1
        return Frame(None, lost=True)

    def _limit(self) -> None:
        """Never hold much more than the largest delay."""
        longest_ms = (self._max_frames + 2) * FRAME_MS
        while len(self._packets) > 1 and (
            self.held_ms > longest_ms or len(self._packets) > MOST_PACKETS
        ):
            self._take(min(self._packets))
            self._next = min(self._packets)
            self.statistics.trimmed += 1

    def _trim(self) -> None:
        """Give up one packet after a second in which more waited than is needed, or sooner."""
        excess = int(self.held_ms) // FRAME_MS - self._target_frames
        self._too_full = self._too_full + excess if excess > 0 else 0
        if self._too_full < TRIM_AFTER or self._next not in self._packets:
            return
        self._too_full = 0
        self._take(self._next)
        self._next += 1
        self.statistics.trimmed += 1
