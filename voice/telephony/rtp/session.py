"""One call's audio on a pair of UDP ports: a frame in and a frame out at every tick."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from voice.audio.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from voice.audio.pcm import Pcm, silence
from voice.telephony.rtp.concealment import Concealer
from voice.telephony.rtp.datagram_socket import Address, DatagramSocket
from voice.telephony.rtp.jitter_buffer import Event, JitterBuffer
from voice.telephony.rtp.key_limit import KeyLimit
from voice.telephony.rtp.packet import CLOCK_HZ, RtpError, RtpPacket
from voice.telephony.rtp.playout_ring import PlayoutRing
from voice.telephony.rtp.ports import PortPair
from voice.telephony.rtp.rtcp import is_rtcp, is_valid_rtcp
from voice.telephony.rtp.source_lock import Arrival, MediaRule, PacketSource, SourceLock
from voice.telephony.rtp.telephone_event import EventPacket, KeyReceiver, key_packets

FRAME_SAMPLES = CLOCK_HZ // 50
COMFORT_NOISE = 13
"""Payload type of RFC 3389."""
STRANGERS_BEFORE_WARNING = 5
"""Packets; fewer may have been on their way when the other side moved."""

_ENCODERS: dict[str, Callable[[Pcm], bytes]] = {"PCMU": encode_ulaw, "PCMA": encode_alaw}
_DECODERS: dict[str, Callable[[bytes], Pcm]] = {"PCMU": decode_ulaw, "PCMA": decode_alaw}
_SILENCE = silence(FRAME_SAMPLES)


@dataclass(frozen=True)
class RtpTarget:
    """What was agreed with the other side."""

    host: str
    port: int
    codec: str
    """PCMU or PCMA."""
    payload_type: int
    dtmf_payload_type: int | None = None
    sends: bool = True
    receives: bool = True
    signalling_host: str | None = None
    """Where the other side's SIP comes from; its audio may come from there as well."""
    media: MediaRule = "strict"
    """From where else its audio may come."""


def _ignore(*_: object) -> None:
    """The default handler."""


@dataclass
class RtpHandlers:
    """What the owner wants to know; plain functions that return at once."""

    on_frame: Callable[[Pcm, Pcm], None] = _ignore
    """Every 20 ms: what came from the other side and what left for it, 160 samples each."""
    on_key: Callable[[str], None] = _ignore
    on_media_lost: Callable[[], None] = _ignore
    """Once for each time that no packet came for the media timeout."""
    on_failed: Callable[[], None] = _ignore
    """The clock has given this session up after repeated faults."""
    on_warning: Callable[[str], None] = _ignore
    """What the operator should know about this call, in one line."""


@dataclass
class RtpStatistics:
    """Counts since the session began."""

    received: int = 0
    sent: int = 0
    malformed: int = 0
    unknown_payload: int = 0
    rtcp: int = 0
    """Valid compound packets of the source that is heard."""
    keys_dropped: int = 0
    """Keys beyond what anybody presses."""


class RtpSession:
    """Symmetric RTP with a source lock; to be ticked by a MediaClock.

    Silence is sent when there is nothing to say, so that the path through NATs stays open.
    """

    def __init__(
        self,
        handlers: RtpHandlers | None = None,
        *,
        jitter_ms: tuple[int, int] = (40, 160),
        media_timeout: float = 20.0,
        ring_ms: int = 200,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.handlers = handlers or RtpHandlers()
        self.ring = PlayoutRing(CLOCK_HZ, ring_ms)
        self.jitter = JitterBuffer(*jitter_ms)
        self.statistics = RtpStatistics()
        self.lock: SourceLock | None = None
        self._now = now
        self._media_timeout = media_timeout
        self._target: RtpTarget | None = None
        self._source: PacketSource | None = None
        """Whose packets are in the jitter buffer."""
        self._rtp: DatagramSocket | None = None
        self._rtcp: DatagramSocket | None = None
        self._codecs: dict[int, str] = {}
        """By payload type; what was agreed earlier may still be on its way."""
        self._concealer = Concealer()
        self._keys = KeyReceiver()
        self._key_limit = KeyLimit()
        self._stranger_told = False
        self._keys_to_send: deque[Iterator[EventPacket]] = deque()
        self._key_timestamp: int | None = None
        self._heard_at = now()
        self._media_lost = False
        self._speaking = False
        self._ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._timestamp = secrets.randbits(32)

    async def open(self, ports: PortPair) -> None:
        """Take the sockets over; they are closed by `close`."""
        self._rtp = DatagramSocket(ports.rtp, self.datagram_received)
        self._rtcp = DatagramSocket(ports.rtcp, self._rtcp_received)

    def direct(self, target: RtpTarget) -> None:
        """Begin, or go on, as agreed in the latest session description."""
        if self.lock is None:
            self.lock = SourceLock(target.host, target.port, target.signalling_host, target.media)
        elif target.sends:
            # Who holds us may name any address; the caller is where he was, or says so afterwards.
            self.lock.expect(target.host, target.port)
        self.lock.held = not target.sends
        self._target = target
        self._codecs.pop(target.dtmf_payload_type or -1, None)
        self._codecs[target.payload_type] = target.codec
        self._lives()
        if target.dtmf_payload_type is None:
            # Keys that can no longer be sent would hold up the sound behind them for ever.
            self._keys_to_send.clear()
            self._key_timestamp = None

    def send_key(self, digit: str, milliseconds: int = 100) -> None:
        """Press a key (RFC 4733) once earlier ones are through; ignored when not agreed."""
        if self._target is not None and self._target.dtmf_payload_type is not None:
            self._keys_to_send.append(key_packets(digit, milliseconds))

    def press(self, key: str) -> None:
        """The caller has pressed a key, in a packet of RTP or another way (SIP INFO)."""
        if self._key_limit.admits(self._now()):
            self.handlers.on_key(key)
            return
        if not self.statistics.keys_dropped:
            self.handlers.on_warning("more keys than anybody presses: the rest is dropped")
        self.statistics.keys_dropped += 1

    def close(self) -> None:
        """Give the ports back; closing again does nothing."""
        for each in (self._rtp, self._rtcp):
            if each is not None:
                each.close()

    def datagram_received(self, data: bytes, address: Address, waited: float = 0.0) -> None:
        """Take what came `waited` seconds ago; all but our caller's valid RTP is dropped."""
        target = self._target
        if target is None or self.lock is None:
            return
        if is_rtcp(data):
            self._rtcp_received(data, address)
            return
        try:
            packet = RtpPacket.parse(data)
        except RtpError:
            self.statistics.malformed += 1
            return
        known = (*self._codecs, target.dtmf_payload_type, COMFORT_NOISE)
        if packet.payload_type not in known:
            self.statistics.unknown_payload += 1
            return
        source = PacketSource(*address, packet.ssrc)
        for arrival in self.lock.take(source, packet, self._now() - waited):
            self._hear(source, arrival, target)
        if self.lock.refused >= STRANGERS_BEFORE_WARNING and not self._stranger_told:
            self._stranger_told = True
            self.handlers.on_warning(self.lock.refusal)

    def _hear(self, source: PacketSource, arrival: Arrival, target: RtpTarget) -> None:
        packet = arrival.packet
        if self._source is not None and self._source.ssrc != source.ssrc:
            # Numbers and timestamps of the new source have nothing to do with the old one's.
            self.jitter.reset()
            self._take_keys(target)
            self._keys = KeyReceiver()
        self._source = source
        self._lives()
        self.statistics.received += 1
        codec = self._codecs.get(packet.payload_type)
        if codec is not None:
            self.jitter.put(packet.sequence, packet.timestamp, packet.payload, arrival.time, codec)
        elif packet.payload_type == target.dtmf_payload_type:
            self.jitter.put_event(packet.sequence, Event(packet.timestamp, packet.payload))
        else:
            self.jitter.skip(packet.sequence)

    def _rtcp_received(self, data: bytes, address: Address, _waited: float = 0.0) -> None:
        """RTCP on a port of its own or on that of RTP: whose it is lives, and may be muted."""
        if self.lock is not None and is_valid_rtcp(data) and self.lock.is_from(address[0]):
            self.statistics.rtcp += 1
            self._lives()

    def _lives(self) -> None:
        self._heard_at = self._now()
        self._media_lost = False

    def tick(self) -> None:
        """Called by the clock every 20 ms."""
        target = self._target
        if target is None or self._rtp is None or self._rtp.closed:
            return
        heard = self._next_heard(target)
        said = self._send_next(target)
        self.handlers.on_frame(heard, said)
        self._watch(target)

    def failed(self) -> None:
        """Called by the clock when it ticks this session no longer."""
        self.handlers.on_failed()

    def _next_heard(self, target: RtpTarget) -> Pcm:
        frame = self.jitter.get()
        self._take_keys(target)
        if frame.payload is not None and target.receives:
            heard = _DECODERS[frame.codec](frame.payload)
            if len(heard) < FRAME_SAMPLES:
                heard = np.concatenate((heard, silence(FRAME_SAMPLES - len(heard))))
            return self._concealer.heard(heard)
        if frame.lost and target.receives:
            return self._concealer.missing(FRAME_SAMPLES)
        return self._concealer.quiet(FRAME_SAMPLES)

    def _take_keys(self, target: RtpTarget) -> None:
        """Press the keys whose turn has come."""
        for event in self.jitter.take_events():
            key = self._keys.take(event.timestamp, event.payload)
            if key is not None and target.receives:
                self.press(key)

    def _send_next(self, target: RtpTarget) -> Pcm:
        """Send a frame of the ring, of a key, or of silence; returns what the other side hears."""
        pcm = None if not target.sends or self._keys_to_send else self.ring.pull(FRAME_SAMPLES)
        if target.sends and not self._send_key_packet(target):
            begins = pcm is not None and not self._speaking
            sound = _SILENCE if pcm is None else pcm
            self._send(target.payload_type, self._timestamp, _ENCODERS[target.codec](sound), begins)
        self._speaking = pcm is not None
        self._timestamp = (self._timestamp + FRAME_SAMPLES) & 0xFFFFFFFF
        return _SILENCE if pcm is None else pcm

    def _send_key_packet(self, target: RtpTarget) -> bool:
        if not self._keys_to_send or target.dtmf_payload_type is None:
            return False
        event = next(self._keys_to_send[0], None)
        if event is None:
            self._keys_to_send.popleft()
            self._key_timestamp = None
            return False
        if self._key_timestamp is None:
            self._key_timestamp = self._timestamp
        self._send(target.dtmf_payload_type, self._key_timestamp, event.payload, event.marker)
        return True

    def _send(self, payload_type: int, timestamp: int, payload: bytes, marker: bool) -> None:
        assert self._target is not None and self._rtp is not None and self.lock is not None
        packet = RtpPacket(payload_type, self._sequence, timestamp, self._ssrc, payload, marker)
        source = self.lock.source or self._target
        if source.port:
            self._rtp.send(bytes(packet), (source.host, source.port))
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.statistics.sent += 1

    def _watch(self, target: RtpTarget) -> None:
        if not target.receives:
            self._heard_at = self._now()
        elif not self._media_lost and self._now() - self._heard_at >= self._media_timeout:
            self._media_lost = True
            self.handlers.on_media_lost()
