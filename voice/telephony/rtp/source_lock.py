"""Decides whose packets are heard: one source at a time, and never a stranger's."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from voice.telephony.rtp.packet import MAX_MISORDER, RtpPacket, sequence_after

MediaRule = str | Sequence[str]
"""Whose audio is admitted besides that of the hosts that SDP and SIP name: "strict" (nobody's),
"symmetric" (whoever sends first), or that of these networks."""

LEARN_PACKETS = 5
"""So many in order before a host that nothing names is believed."""
CHANGE_PACKETS = 3
CHANGE_SILENCE_SECONDS = 0.08
"""A new source is heard after so many packets, or when the old one is silent for so long."""
MOST_TRIALS = 8
"""Sources that may be on trial at once."""


@dataclass(frozen=True)
class PacketSource:
    """Where packets come from."""

    host: str
    port: int
    ssrc: int


@dataclass(frozen=True)
class Arrival:
    """A packet and the second at which it came."""

    packet: RtpPacket
    time: float


class _Rank(IntEnum):
    """A source takes over at once from one of lower rank; from its equals when they fall silent."""

    STRANGER = 0
    LEARNED = 1
    NAMED = 2
    """From a host that SDP, SIP or the trunk's networks name; behind NAT the port differs."""
    ANNOUNCED = 3
    """From exactly the address in SDP."""


class SourceLock:
    """Latches the address, port and SSRC of the first valid packet from an admitted host.

    Such a host is the one in the session description, the one that signalling comes from (they
    differ for callers behind NAT), or one that the trunk's media rule admits. A new port or SSRC
    of such a host is tried for a few packets, which are not lost: they are heard once it is
    believed. While the call is on hold nothing changes.
    """

    def __init__(
        self,
        host: str,
        port: int,
        signalling_host: str | None = None,
        media: MediaRule = "strict",
    ) -> None:
        self._expected = (_canonical(host), port)
        self._signalling = _canonical(signalling_host) if signalling_host else None
        self._symmetric = media == "symmetric"
        self._networks = (
            () if isinstance(media, str) else tuple(ipaddress.ip_network(each) for each in media)
        )
        self._source: PacketSource | None = None
        self._heard_at = 0.0
        self._trials: dict[PacketSource, list[Arrival]] = {}
        self.held = False
        """The call is on hold: no other source is heard, nor tried."""
        self.refused = 0
        """Packets of strangers."""
        self._stranger = ""
        self.changes = 0

    @property
    def source(self) -> PacketSource | None:
        """Who is heard, once somebody is."""
        return self._source

    @property
    def refusal(self) -> str:
        """Why the latest stranger is not heard, and what to set if he is to be."""
        signalling = self._signalling or self._expected[0]
        return (
            f"RTP from {self._stranger} is not heard: SDP names {self._expected[0]} and SIP comes "
            f"from {signalling}; if it is the caller's, set media = ['{self._stranger}'] or "
            f"media = 'symmetric' for the trunk of {signalling} in [[sip.trunks]]"
        )

    def expect(self, host: str, port: int) -> None:
        """A session description; if it names another address than before, latch anew."""
        expected = (_canonical(host), port)
        if expected != self._expected:
            self._expected = expected
            self._source = None
            self._trials.clear()

    def is_from(self, host: str) -> bool:
        """Whether this is the host that is heard or, before anybody is, one that may be."""
        if self._source is not None:
            return host == self._source.host
        return self._rank(host) is _Rank.NAMED

    def take(self, source: PacketSource, packet: RtpPacket, now: float) -> Sequence[Arrival]:
        """What is heard now that this packet has come: nothing, it, or all of a trial.

        `now` in seconds.
        """
        arrival = Arrival(packet, now)
        if source == self._source:
            self._heard_at = now
            return (arrival,)
        rank = self._rank(source.host, source.port)
        if rank is _Rank.STRANGER:
            self.refused += 1
            self._stranger = _canonical(source.host)
            return ()
        if self.held:
            return ()
        trial = self._try(source, arrival, rank)
        if not self._believes(trial, rank, now):
            return ()
        self.changes += self._source is not None
        self._source, self._heard_at = source, now
        self._trials.clear()
        return trial

    def _try(self, source: PacketSource, arrival: Arrival, rank: _Rank) -> list[Arrival]:
        """The packets so far of a source on trial; it begins anew when the present one speaks."""
        trial = self._trials.pop(source, [])
        if trial:
            last = trial[-1].packet.sequence
            step = sequence_after(last, arrival.packet.sequence)
            spoken = trial[0].time <= self._heard_at and rank <= self._current_rank()
            if spoken or abs(step) > MAX_MISORDER:
                trial = []
            elif step > 0:
                trial.append(arrival)
        self._trials[source] = trial or [arrival]
        if len(self._trials) > MOST_TRIALS:
            del self._trials[next(iter(self._trials))]
        return self._trials[source]

    def _believes(self, trial: list[Arrival], rank: _Rank, now: float) -> bool:
        if self._source is None:
            return len(trial) >= (LEARN_PACKETS if rank is _Rank.LEARNED else 1)
        silent = now - self._heard_at >= CHANGE_SILENCE_SECONDS
        return silent or len(trial) >= CHANGE_PACKETS

    def _current_rank(self) -> _Rank:
        if self._source is None:
            return _Rank.STRANGER
        return self._rank(self._source.host, self._source.port)

    def _rank(self, host: str, port: int | None = None) -> _Rank:
        host = _canonical(host)
        if (host, port) == self._expected:
            return _Rank.ANNOUNCED
        if host in (self._expected[0], self._signalling) or self._in_networks(host):
            return _Rank.NAMED
        if self._symmetric and (self._source is None or host == _canonical(self._source.host)):
            return _Rank.LEARNED
        return _Rank.STRANGER

    def _in_networks(self, host: str) -> bool:
        if not self._networks:
            return False
        address = ipaddress.ip_address(host)
        return any(address in network for network in self._networks)


def _canonical(host: str) -> str:
    """One spelling for each address; IPv4 in IPv6 is IPv4."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return str(getattr(address, "ipv4_mapped", None) or address)
