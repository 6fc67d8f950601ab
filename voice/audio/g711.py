"""G.711: 8-bit companded telephone audio, mu-law (PCMU) and A-law (PCMA), by table look-up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice.audio.pcm import Pcm

_ULAW_BIAS = 33
"""Added to the 14-bit magnitude before its segment is looked up."""
_ULAW_SEGMENT_ENDS = np.array([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF])
_ALAW_SEGMENT_ENDS = np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF])


def encode_ulaw(pcm: Pcm) -> bytes:
    """One byte per sample."""
    return _TO_ULAW[pcm.view(np.uint16)].tobytes()


def decode_ulaw(data: bytes | memoryview) -> Pcm:
    """One sample per byte."""
    return _FROM_ULAW[np.frombuffer(data, np.uint8)]


def encode_alaw(pcm: Pcm) -> bytes:
    """One byte per sample."""
    return _TO_ALAW[pcm.view(np.uint16)].tobytes()


def decode_alaw(data: bytes | memoryview) -> Pcm:
    """One sample per byte."""
    return _FROM_ALAW[np.frombuffer(data, np.uint8)]


def _all_samples() -> NDArray[np.int64]:
    """Every int16 value, in the order of its bit pattern read as uint16."""
    return np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int64)


def _ulaw_encoder() -> NDArray[np.uint8]:
    fourteen_bits = _all_samples() >> 2
    magnitude = np.minimum(np.abs(fourteen_bits) + _ULAW_BIAS, _ULAW_SEGMENT_ENDS[-1])
    segment = np.searchsorted(_ULAW_SEGMENT_ENDS, magnitude)
    step = magnitude >> (segment + 1) & 0x0F
    code = segment << 4 | step
    table: NDArray[np.uint8] = (code ^ np.where(fourteen_bits < 0, 0x7F, 0xFF)).astype(np.uint8)
    return table


def _ulaw_decoder() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.int64) & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    table: Pcm = np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)
    return table


def _alaw_encoder() -> NDArray[np.uint8]:
    thirteen_bits = _all_samples() >> 3
    negative = thirteen_bits < 0
    magnitude = np.where(negative, -thirteen_bits - 1, thirteen_bits)
    segment = np.searchsorted(_ALAW_SEGMENT_ENDS, magnitude)
    step = magnitude >> np.maximum(segment, 1) & 0x0F
    code = segment << 4 | step
    table: NDArray[np.uint8] = (code ^ np.where(negative, 0x55, 0xD5)).astype(np.uint8)
    return table


def _alaw_decoder() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.int64) ^ 0x55
    segment = code >> 4 & 7
    magnitude = ((code & 0x0F) << 4) + np.where(segment > 0, 0x108, 8)
    magnitude = magnitude << np.maximum(segment - 1, 0)
    table: Pcm = np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)
    return table


_TO_ULAW = _ulaw_encoder()
_FROM_ULAW = _ulaw_decoder()
_TO_ALAW = _alaw_encoder()
_FROM_ALAW = _alaw_decoder()
