"""The audio of a simulated telephone: RTP on one socket, with the times at which packets passed.

Packets leave every 20 ms, speech or not, as from a telephone without silence suppression. Receive
times come from the kernel, so that a busy caller does not spoil what it measures.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from voice.audio import Pcm, dbfs, decode_alaw, decode_ulaw, encode_alaw, encode_ulaw, silence
from voice.evaluation.callers.telephone_sound import TelephoneSound
from voice.evaluation.latency import HeardPacket
from voice.telephony.rtp.datagram_socket import Address, DatagramSocket
from voice.telephony.rtp.packet import RtpError, RtpPacket
from voice.telephony.rtp.telephone_event import EventPacket, key_packets
from voice.telephony.sip import MediaAgreement

SAMPLE_RATE = 8000
FRAME_SAMPLES = 160
FRAME_SECONDS = 0.02
_PAUSE_FRAMES = 5
"""Between two keys."""
_LATE_SECONDS = 0.2
"""A clock that is so far behind starts anew instead of catching up."""

OnAudio = Callable[[HeardPacket, Pcm], None]


@dataclass
class SentSpeech:
    """An utterance on its way out, packet by packet."""

    frames: deque[Pcm]
    done: asyncio.Future[None]
    sent: list[float] = field(default_factory=list)
    """Wall-clock seconds at which each packet was sent."""


class PhoneAudio:
    """One RTP stream in each direction; `on_audio` gets every received packet with its samples."""

    def __init__(
        self, on_audio: OnAudio, address: str = "127.0.0.1", sound: TelephoneSound | None = None
    ) -> None:
        """`sound` makes noise and loses packets."""
        self._socket = _even_port(address)
        self._on_audio = on_audio
        self._sound = sound
        self._agreement: MediaAgreement | None = None
        self._speech: SentSpeech | None = None
        self._events: deque[EventPacket | None] = deque()
        self._event_timestamp = 0
        self._keys_done: asyncio.Future[None] | None = None
        self._sequence = secrets.randbits(15)
        self._timestamp = secrets.randbits(31)
        self._ssrc = secrets.randbits(32)
        self._first_timestamp: int | None = None
        self._clock: asyncio.Task[None] | None = None
        self._datagrams: DatagramSocket | None = None

    @property
    def port(self) -> int:
        """The local UDP port."""
        return int(self._socket.getsockname()[1])

    @property
    def peer(self) -> Address:
        """Where its packets go, once the call is answered."""
        assert self._agreement is not None
        return self._agreement.remote_address, self._agreement.remote_port

    def start(self, agreement: MediaAgreement) -> None:
        """Begin to send and to receive as agreed with the other side."""
        self._agreement = agreement
        self._datagrams = DatagramSocket(self._socket, self._take)
        self._clock = asyncio.create_task(self._run())

    async def speak(self, pcm: Pcm) -> list[float]:
        """Send 8 kHz samples; returns the send time of each packet when the last one has left."""
        frames = deque(_frames(pcm))
        speech = SentSpeech(frames, asyncio.get_running_loop().create_future())
        self._speech = speech
        await speech.done
        return speech.sent

    async def press(self, digits: str) -> None:
        """Press keys one after the other (RFC 4733) and wait until the last one is released."""
        for digit in digits:
            self._events.extend(key_packets(digit))
            self._events.extend([None] * _PAUSE_FRAMES)
        self._keys_done = asyncio.get_running_loop().create_future()
        await self._keys_done

    async def close(self) -> None:
        """Stop sending and receiving."""
        if self._clock is not None:
            self._clock.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._clock
        if self._datagrams is not None:
            self._datagrams.close()
        self._socket.close()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._send_next()
            due += FRAME_SECONDS
            if loop.time() - due > _LATE_SECONDS:
                due = loop.time()
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _send_next(self) -> None:
        """Send what is due in this 20 ms: a key, a frame of speech, or silence."""
        assert self._agreement is not None
        if self._events:
            event = self._events.popleft()
            if event is not None:
                self._send_event(event)
        elif self._keys_done is not None and not self._keys_done.done():
            self._keys_done.set_result(None)
        else:
            self._send_speech()
        self._timestamp = self._timestamp + FRAME_SAMPLES & 0xFFFFFFFF

    def _send_event(self, event: EventPacket) -> None:
        assert self._agreement is not None
        if event.marker:
            self._event_timestamp = self._timestamp
        payload_type = self._agreement.dtmf_payload_type or 101
        self._send(event.payload, payload_type, self._event_timestamp, event.marker)

    def _send_speech(self) -> None:
        assert self._agreement is not None
        speech = self._speech
        frame = speech.frames.popleft() if speech else silence(FRAME_SAMPLES)
        encode = encode_alaw if self._agreement.codec == "PCMA" else encode_ulaw
        marker = speech is not None and not speech.sent
        sent = self._sound.sent(frame) if self._sound else frame
        if sent is None:
            self._sequence = self._sequence + 1 & 0xFFFF
        else:
            self._send(encode(sent), self._agreement.payload_type, self._timestamp, marker)
        if speech is None:
            return
        speech.sent.append(time.time())
        if not speech.frames:
            self._speech = None
            if not speech.done.done():
                speech.done.set_result(None)

    def _send(self, payload: bytes, payload_type: int, timestamp: int, marker: bool) -> None:
        assert self._agreement is not None and self._datagrams is not None
        packet = RtpPacket(payload_type, self._sequence, timestamp, self._ssrc, payload, marker)
        self._sequence = self._sequence + 1 & 0xFFFF
        target = (self._agreement.remote_address, self._agreement.remote_port)
        self._datagrams.send(bytes(packet), target)

    def _take(self, datagram: bytes, _source: Address, waited: float) -> None:
        received = time.time() - waited
        assert self._agreement is not None
        try:
            packet = RtpPacket.parse(datagram)
        except RtpError:
            return
        if packet.payload_type != self._agreement.payload_type:
            return
        decode = decode_alaw if self._agreement.codec == "PCMA" else decode_ulaw
        pcm = decode(packet.payload)
        if self._first_timestamp is None:
            self._first_timestamp = packet.timestamp
        # Signed difference: packets before the first one and a wrapped counter both come out right.
        ahead = (packet.timestamp - self._first_timestamp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        per_ms = SAMPLE_RATE // 1000
        heard = HeardPacket(received, ahead // per_ms, len(pcm) // per_ms, dbfs(pcm))
        self._on_audio(heard, pcm)


def _even_port(address: str) -> socket.socket:
    """A socket on a free even port, as RTP asks for (RFC 3550, section 11)."""
    while True:
        candidate = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        candidate.setblocking(False)
        candidate.bind((address, 0))
        if candidate.getsockname()[1] % 2 == 0:
            return candidate
        candidate.close()


def _frames(pcm: Pcm) -> Iterator[Pcm]:
    """Packets of 20 ms, the last one filled up with silence."""
    for start in range(0, len(pcm), FRAME_SAMPLES):
        frame = pcm[start : start + FRAME_SAMPLES]
        missing = FRAME_SAMPLES - len(frame)
        yield frame if not missing else _padded(frame, missing)


def _padded(frame: Pcm, missing: int) -> Pcm:
    whole = silence(len(frame) + missing)
    whole[: len(frame)] = frame
    return whole
