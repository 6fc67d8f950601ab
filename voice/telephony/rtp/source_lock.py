"""Decides whose packets are heard: one source at a time, and not just anybody may take over."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

CHANGE_PACKETS = 10
"""So many in order from a new source, while the old one is silent, before it is believed."""
CHANGE_SILENCE_SECONDS = 1.0


@dataclass(frozen=True)
class Source:
    """Where packets come from."""

    host: str
    port: int
    ssrc: int


class SourceLock:
    """Latches the address, port and SSRC of the first valid packet from an expected address.

    That is the address in the session description, or the one that signalling comes from: they
    differ for callers behind NAT, and nobody else can claim either.
    """

    def __init__(self, host: str, port: int, signalling_host: str | None = None) -> None:
        self._expected = (_canonical(host), port)
        self._signalling = _canonical(signalling_host) if signalling_host else None
        self._source: Source | None = None
        self._heard_at = 0.0
        self._candidate: Source | None = None
        self._candidate_next = 0
        self._candidate_count = 0
        self.refused = 0
        """Packets of other sources that were not heard."""
        self.changes = 0

    @property
    def source(self) -> Source | None:
        """Who is heard, once somebody is."""
        return self._source

    def expect(self, host: str, port: int) -> None:
        """A session description; if it names another address than before, latch anew from there."""
        expected = (_canonical(host), port)
        if expected != self._expected:
            self._expected = expected
            self._source = None

    def admits(self, host: str, port: int, ssrc: int, sequence: int, now: float) -> bool:
        """Is this valid packet heard? `now` in seconds; may latch, or change the source."""
        source = Source(host, port, ssrc)
        if source == self._source:
            self._heard_at = now
            self._candidate = None
            return True
        if self._source is None:
            admitted = _canonical(host) in (self._expected[0], self._signalling)
        else:
            admitted = self._takes_over(source, sequence, now)
        if not admitted:
            self.refused += 1
            return False
        self.changes += self._source is not None
        self._source, self._heard_at, self._candidate = source, now, None
        return True

    def _takes_over(self, source: Source, sequence: int, now: float) -> bool:
        if source == self._candidate and sequence == self._candidate_next:
            self._candidate_count += 1
        else:
            self._candidate, self._candidate_count = source, 1
        self._candidate_next = (sequence + 1) & 0xFFFF
        silent = now - self._heard_at >= CHANGE_SILENCE_SECONDS
        return silent and self._candidate_count >= CHANGE_PACKETS


def _canonical(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host
