"""RTP packets (RFC 3550, section 5.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from voice.errors import VoiceError

CLOCK_HZ = 8000
"""The RTP clock of G.711 and of telephone-event beside it."""

MAX_DROPOUT, MAX_MISORDER = 3000, 100
"""Sequence jumps beyond these are a sender's new beginning (RFC 3550, A.1)."""

_HEADER = struct.Struct("!BBHII")
_VERSION = 2


class RtpError(VoiceError):
    """A datagram is not a valid RTP packet."""


@dataclass(frozen=True)
class RtpPacket:
    """One packet; padding, contributing sources and extensions are skipped."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    def __bytes__(self) -> bytes:
        return (
            _HEADER.pack(
                _VERSION << 6,
                self.payload_type | self.marker << 7,
                self.sequence,
                self.timestamp,
                self.ssrc,
            )
            + self.payload
        )

    @classmethod
    def parse(cls, data: bytes) -> RtpPacket:
        """Read a datagram; raises RtpError when it is truncated or not RTP version 2."""
        if len(data) < _HEADER.size:
            raise RtpError(f"RTP packet of {len(data)} bytes is truncated")
        flags, kind, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        if flags >> 6 != _VERSION:
            raise RtpError(f"RTP version {flags >> 6}")
        start = _HEADER.size + 4 * (flags & 0x0F)
        if flags & 0x10:
            start = _after_extension(data, start)
        end = len(data) - (data[-1] if flags & 0x20 else 0)
        if end < start or (flags & 0x20 and data[-1] == 0):
            raise RtpError("RTP packet: header or padding is longer than the packet")
        payload = data[start:end]
        return cls(kind & 0x7F, sequence, timestamp, ssrc, payload, marker=bool(kind & 0x80))


def sequence_after(earlier: int, later: int) -> int:
    """How far `later` lies after `earlier` on the 16-bit circle, -32768 to 32767."""
    return ((later - earlier + 0x8000) & 0xFFFF) - 0x8000


def _after_extension(data: bytes, start: int) -> int:
    if len(data) < start + 4:
        raise RtpError("RTP packet: header extension is truncated")
    words = int.from_bytes(data[start + 2 : start + 4], "big")
    return start + 4 + 4 * words
