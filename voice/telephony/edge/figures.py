"""The edge's metrics: refusals, lost packets, calls without a call process."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Counter, Gauge
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from voice.telemetry import process_registry
from voice.telephony.rtp import RtpSession

_PACKETS = {
    "voice_rtp_packets_received": "RTP packets of callers.",
    "voice_rtp_packets_concealed": "Lost packets, whose sound was made up.",
    "voice_rtp_packets_late": "Packets that came when their sound had been made up, or twice.",
}


class EdgeFigures(Collector):
    """Counts; what RTP sessions count themselves is added up when it is asked for."""

    def __init__(self) -> None:
        self.registry = process_registry()
        self._refusals = Counter(
            "voice_sip_refusals",
            "Requests that were refused, by SIP status; 401 asks for credentials.",
            ["status"],
            registry=self.registry,
        )
        self.stuck = Counter(
            "voice_call_process_stuck",
            "Calls given up because their call process did not answer or read in time.",
            registry=self.registry,
        )
        self.lost = Counter(
            "voice_call_process_lost",
            "Calls that lost their call process.",
            registry=self.registry,
        )
        self._sessions: set[RtpSession] = set()
        self._closed = (0, 0, 0)
        """What sessions that are over have counted, in the order of _PACKETS."""
        sessions = Gauge("voice_rtp_sessions", "Calls that have sound.", registry=self.registry)
        sessions.set_function(lambda: len(self._sessions))
        self.registry.register(self)

    def refused(self, status: int) -> None:
        """A request got this final answer; 2xx is no refusal."""
        if status >= 300:
            self._refusals.labels(str(status)).inc()

    def opened(self, session: RtpSession) -> None:
        """A call has sound from now on."""
        self._sessions.add(session)

    def closed(self, session: RtpSession) -> None:
        """It is over."""
        self._sessions.discard(session)
        self._closed = _sum(self._closed, _packets(session))

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Called by prometheus_client, on a thread of its own."""
        totals = self._closed
        for session in tuple(self._sessions):
            totals = _sum(totals, _packets(session))
        for (name, meaning), total in zip(_PACKETS.items(), totals, strict=True):
            yield CounterMetricFamily(name, meaning, value=total)


def _packets(session: RtpSession) -> tuple[int, int, int]:
    jitter = session.jitter.statistics
    return session.statistics.received, jitter.lost, jitter.late


def _sum(first: tuple[int, int, int], second: tuple[int, int, int]) -> tuple[int, int, int]:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]
