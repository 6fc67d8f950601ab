"""RTCP, well-formed and not (RFC 3550, A.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.telephony.rtp.rtcp import is_rtcp, is_valid_rtcp

EMPTY_REPORT = bytes.fromhex("80c9000100000007")
SENDER_REPORT = bytes.fromhex("80c80006") + bytes(24)
DESCRIPTION = bytes.fromhex("81ca0002000000070100 0000")
PADDED_BYE = bytes.fromhex("a1cb00020000000700000004")


def test_rtcp_on_the_port_of_rtp_is_told_apart() -> None:
    assert is_rtcp(bytes([0x80, 200])) and is_rtcp(bytes([0x81, 203]))
    assert not is_rtcp(bytes([0x80, 0x80])) and not is_rtcp(b"")


@pytest.mark.parametrize(
    "data",
    [EMPTY_REPORT, SENDER_REPORT, SENDER_REPORT + DESCRIPTION, EMPTY_REPORT + PADDED_BYE],
)
def test_compound_that_begins_with_a_report_is_valid(data: bytes) -> None:
    assert is_valid_rtcp(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        EMPTY_REPORT[:4],
        DESCRIPTION,  # no report first
        EMPTY_REPORT + b"\0",
        EMPTY_REPORT[:-1],
        b"\x40" + EMPTY_REPORT[1:],  # version 1
        b"\xa0" + EMPTY_REPORT[1:],  # padding in the first packet
        EMPTY_REPORT + PADDED_BYE + EMPTY_REPORT,  # padding before the last
        EMPTY_REPORT + bytes.fromhex("8000000100000007"),  # RTP within
        SENDER_REPORT[:3] + b"\xff" + SENDER_REPORT[4:],  # longer than the datagram
    ],
)
def test_anything_else_is_not(data: bytes) -> None:
    assert not is_valid_rtcp(data)


@given(st.binary(max_size=64))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert not is_valid_rtcp(data) or (is_rtcp(data) and len(data) % 4 == 0)
