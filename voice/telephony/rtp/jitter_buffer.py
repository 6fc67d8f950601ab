"""Puts packets back in order and evens out their arrival, at the least delay that does so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from voice.telephony.rtp.packet import CLOCK_HZ, sequence_after

FRAME_MS = 20
FRAME_BYTES = CLOCK_HZ * FRAME_MS // 1000
"""G.711 has one byte per tick of the RTP clock."""

MAX_DROPOUT, MAX_MISORDER = 3000, 100
"""Sequence jumps beyond these are a sender's new beginning (RFC 3550, A.1)."""
SPREAD_DECAY_SECONDS_PER_PACKET = 0.00002
"""The wanted delay shrinks by 1 ms a second while arrivals are even."""
BASE_DRIFT_SECONDS_PER_PACKET = 0.000002
"""The fastest transit seen is forgotten by 0.1 ms a second, to follow the sender's clock."""
TRIM_AFTER_FRAMES = 50
"""A buffer that was too full for this long gives up one packet."""


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
    """160 bytes of G.711; None: there is none."""
    lost: bool = False
    """Sound was sent here but has not come: conceal it."""


class JitterBuffer:
    """Keyed by sequence number; `put` on arrival, `get` every 20 ms.

    Packets may last other than 20 ms. Packets that are no audio (keys, comfort noise) are announced
    by `skip`, so that their sequence numbers do not look like losses.
    """

    def __init__(self, min_ms: int = 40, max_ms: int = 160) -> None:
        self.statistics = JitterStatistics()
        self._min_frames = max(1, min_ms // FRAME_MS)
        self._max_frames = max(self._min_frames, max_ms // FRAME_MS)
        self._spread = 0.0
        """Seconds between the fastest and the slowest recent arrivals."""
        self._forget()

    def _forget(self) -> None:
        self._packets: dict[int, bytes | None] = {}
        """By extended sequence number; None is a packet without audio."""
        self._next: int | None = None
        self._highest = 0
        self._restart_at: int | None = None
        self._filling = True
        self._waited = 0
        """Frames since the first packet came, while filling."""
        self._rest = b""
        self._gap = 0
        """Bytes of lost sound not yet concealed."""
        self._packet_bytes = FRAME_BYTES
        self._too_full = 0
        self._base: float | None = None

    @property
    def target_ms(self) -> int:
        """The delay that is aimed at now."""
        return self._target_frames * FRAME_MS

    @property
    def held_ms(self) -> float:
        """How much sound waits."""
        held = len(self._rest) + sum(len(payload or b"") for payload in self._packets.values())
        return held * 1000 / CLOCK_HZ

    @property
    def _target_frames(self) -> int:
        wanted = 1 + math.ceil(self._spread * 1000 / FRAME_MS - 0.25)
        return min(max(wanted, self._min_frames), self._max_frames)

    def reset(self) -> None:
        """Forget all packets; the source changed."""
        self._forget()
        self.statistics.restarts += 1

    def put(self, sequence: int, timestamp: int, payload: bytes, arrival: float) -> None:
        """Take an audio packet that arrived at `arrival` (seconds)."""
        place = self._place(sequence)
        if place is None:
            return
        self._measure(timestamp, arrival)
        self._packet_bytes = len(payload) or self._packet_bytes
        self._packets[place] = payload
        self._limit()

    def skip(self, sequence: int) -> None:
        """Take note of a packet without audio."""
        place = self._place(sequence)
        if place is not None:
            self._packets[place] = None
            self._limit()

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
            payload = self._packets.pop(self._next)
            self._next += 1
            if payload is not None:
                self._rest += payload
                self.statistics.played += 1
        frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
        self._trim()
        return Frame(frame)

    def _place(self, sequence: int) -> int | None:
        """The extended sequence number; None when the packet is of no use."""
        if self._next is None:
            self._highest = 0x10000 + sequence
            self._next = self._highest
            return self._highest
        place = self._highest + sequence_after(self._highest & 0xFFFF, sequence)
        if not -MAX_MISORDER <= place - self._highest <= MAX_DROPOUT:
            return self._new_beginning(sequence)
        self._restart_at = None
        if self._filling and place < self._next and not self.statistics.played:
            self._next = place
        if place < self._next or place in self._packets:
            self.statistics.late += 1
            return None
        self._highest = max(self._highest, place)
        return place

    def _new_beginning(self, sequence: int) -> int | None:
        """Two packets in a row far from the expected number are a new beginning, one is not."""
        if sequence != self._restart_at:
            self._restart_at = (sequence + 1) & 0xFFFF
            self.statistics.late += 1
            return None
        self.reset()
        return self._place(sequence)

    def _measure(self, timestamp: int, arrival: float) -> None:
        """Follow how unevenly packets arrive."""
        sent = timestamp / CLOCK_HZ
        transit = arrival - sent
        if self._base is None or abs(transit - self._base) > 2.0:
            self._base = transit
            return
        self._base = min(transit, self._base + BASE_DRIFT_SECONDS_PER_PACKET)
        decayed = self._spread - SPREAD_DECAY_SECONDS_PER_PACKET
        self._spread = max(transit - self._base, decayed, 0.0)

    def _filled(self) -> bool:
        """Enough waits to begin; a sound shorter than that begins when it has waited as long."""
        if not self._packets:
            return False
        enough = self._target_frames * FRAME_BYTES
        held = sum(len(payload or b"") for payload in self._packets.values())
        self._waited += 1
        if held < enough and self._waited <= self._target_frames:
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
        """Nothing waits: give what is left of a frame, then fill up again."""
        self._filling = True
        self._waited = 0
        self._too_full = 0
        rest, self._rest = self._rest, b""
        if len(rest) == FRAME_BYTES:
            return Frame(rest)
        self.statistics.underruns += 1
        return Frame(None, lost=True)

    def _limit(self) -> None:
        """Never hold much more than the largest delay."""
        while len(self._packets) > 1 and self.held_ms > (self._max_frames + 2) * FRAME_MS:
            self._packets.pop(min(self._packets))
            self._next = min(self._packets)
            self.statistics.trimmed += 1

    def _trim(self) -> None:
        """Give up one packet after a second in which more waited than is needed."""
        excess = self.held_ms - self._target_frames * FRAME_MS
        self._too_full = self._too_full + 1 if excess >= FRAME_MS else 0
        if self._too_full < TRIM_AFTER_FRAMES or self._next not in self._packets:
            return
        self._too_full = 0
        self._packets.pop(self._next)
        self._next += 1
        self.statistics.trimmed += 1
