"""RTCP is read only to know that its sender lives: a muted telephone may send nothing else."""

from __future__ import annotations

import struct

_HEADER = struct.Struct("!BBH")
_VERSION = 2
_PADDING = 0x20
_TYPES = range(192, 224)
_REPORTS = (200, 201)
"""Sender report and receiver report; every compound packet begins with one."""


def is_rtcp(data: bytes) -> bool:
    """The datagram is RTCP on the RTP port (RFC 5761, section 4)."""
    return len(data) >= 2 and data[1] in _TYPES


def is_valid_rtcp(data: bytes) -> bool:
    """A compound packet whose parts fill it exactly (RFC 3550, A.2)."""
    if len(data) < 8 or data[0] & _PADDING or data[1] not in _REPORTS:
        return False
    position = 0
    while position + _HEADER.size <= len(data):
        flags, kind, words = _HEADER.unpack_from(data, position)
        position += 4 * (words + 1)
        padded = bool(flags & _PADDING)
        if flags >> 6 != _VERSION or kind not in _TYPES or (padded and position < len(data)):
            return False
    return position == len(data)
