"""Framing on the leg socket: kind (one byte), length (two bytes, big endian), payload.

The kinds are AudioSocket's, and one of ours for control messages.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from voice.audio.pcm import Pcm, from_bytes, to_bytes
from voice.telephony.leg_control import (
    CONTROL_MAX_BYTES,
    Control,
    LegError,
    decode_control,
    encode_control,
)

DTMF_DIGITS = "0123456789*#ABCD"
LEG_ID_BYTES = 16
AUDIO_MAX_MS = 200
"""A frame of audio lasts 20 ms; longer ones are taken up to here."""

_HEADER = struct.Struct("!BH")


class FrameKind(IntEnum):
    """The first byte of a frame."""

    HANG_UP = 0x00
    LEG_ID = 0x01
    DTMF = 0x03
    PCM_8K = 0x10
    PCM_16K = 0x12
    CONTROL = 0x40
    ERROR = 0xFF


_RATES = {FrameKind.PCM_8K: 8000, FrameKind.PCM_16K: 16000}
_KINDS = {rate: kind for kind, rate in _RATES.items()}


@dataclass(frozen=True, eq=False)
class Audio:
    """Sound, usually 20 ms of it."""

    pcm: Pcm
    sample_rate: int


@dataclass(frozen=True)
class Dtmf:
    """A key, one of 0-9 * # A-D."""

    digit: str


@dataclass(frozen=True)
class LegId:
    """Names the leg; the first frame on every connection."""

    value: bytes


@dataclass(frozen=True)
class LegEnded:
    """The leg is over in good order; nothing follows. From the edge: the caller hung up."""


@dataclass(frozen=True)
class LegFailed:
    """The other side gives up on the leg."""

    reason: str


LegMessage = Audio | Dtmf | Control | LegEnded | LegFailed | LegId


def encode(message: LegMessage) -> bytes:
    """The message as one frame; raises LegError when it cannot be sent."""
    match message:
        case Audio(pcm, sample_rate):
            if sample_rate not in _KINDS:
                raise LegError(f"leg socket: no audio at {sample_rate} Hz")
            return _frame(_KINDS[sample_rate], to_bytes(pcm))
        case Dtmf(digit):
            return _frame(FrameKind.DTMF, digit.encode("ascii"))
        case LegId(value):
            return _frame(FrameKind.LEG_ID, value)
        case LegEnded():
            return _frame(FrameKind.HANG_UP, b"")
        case LegFailed(reason):
            return _frame(FrameKind.ERROR, reason.encode()[:200])
        case Control():
            return _frame(FrameKind.CONTROL, encode_control(message))


def _frame(kind: FrameKind, payload: bytes) -> bytes:
    return _HEADER.pack(kind, len(payload)) + payload


class FrameDecoder:
    """Turns a stream of bytes into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[LegMessage]:
        """Each message that is complete by now; raises LegError at the first bad frame."""
        self._buffer += data
        start = 0
        try:
            while len(self._buffer) - start >= _HEADER.size:
                number, length = _HEADER.unpack_from(self._buffer, start)
                kind = _known_kind(number)
                _check_length(kind, length)
                begin = start + _HEADER.size
                if len(self._buffer) < begin + length:
                    break
                start = begin + length
                yield _message(kind, bytes(self._buffer[begin:start]))
        finally:
            del self._buffer[:start]


def _known_kind(number: int) -> FrameKind:
    try:
        return FrameKind(number)
    except ValueError:
        raise LegError(f"leg socket: unknown frame kind 0x{number:02x}") from None


def _check_length(kind: FrameKind, length: int) -> None:
    """Refuse a frame by its header, before its payload is collected."""
    rate = _RATES.get(kind)
    if rate is not None:
        fits = length % 2 == 0 and length <= rate * 2 * AUDIO_MAX_MS // 1000
    elif kind is FrameKind.CONTROL:
        fits = length <= CONTROL_MAX_BYTES
    elif kind is FrameKind.ERROR:
        fits = length <= 1024
    else:
        exact = {FrameKind.HANG_UP: 0, FrameKind.LEG_ID: LEG_ID_BYTES, FrameKind.DTMF: 1}
        fits = length == exact[kind]
    if not fits:
        raise LegError(f"leg socket: {kind.name} frame of {length} bytes")


def _message(kind: FrameKind, payload: bytes) -> LegMessage:
    match kind:
        case FrameKind.PCM_8K | FrameKind.PCM_16K:
            return Audio(from_bytes(payload), _RATES[kind])
        case FrameKind.CONTROL:
            return decode_control(payload)
        case FrameKind.DTMF:
            digit = payload.decode("latin-1")
            if digit not in DTMF_DIGITS:
                raise LegError(f"leg socket: DTMF frame with {digit!r}")
            return Dtmf(digit)
        case FrameKind.LEG_ID:
            return LegId(payload)
        case FrameKind.HANG_UP:
            return LegEnded()
        case FrameKind.ERROR:
            return LegFailed(payload.decode(errors="replace"))
