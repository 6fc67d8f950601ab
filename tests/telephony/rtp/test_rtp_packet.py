"""RTP packets, well-formed and not."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.telephony.rtp import RtpError, RtpPacket
from voice.telephony.rtp.packet import sequence_after
from voice.telephony.rtp.rtcp import is_rtcp, is_valid_rtcp

PACKETS = st.builds(
    RtpPacket,
    payload_type=st.integers(0, 127),
    sequence=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    ssrc=st.integers(0, 0xFFFFFFFF),
    payload=st.binary(max_size=200),
    marker=st.booleans(),
)


@given(PACKETS)
def test_packet_reads_back(packet: RtpPacket) -> None:
    assert RtpPacket.parse(bytes(packet)) == packet


def test_wire_format() -> None:
    packet = RtpPacket(0, 1, 160, 0xDEADBEEF, b"\xff\xff", marker=True)
    assert bytes(packet).hex() == "80800001000000a0deadbeefffff"


def test_sources_extension_and_padding_are_skipped() -> None:
    header = bytes.fromhex("b1000001000000a0deadbeef")
    source, extension = b"\0\0\0\1", b"\xbe\xde\0\1abcd"
    assert RtpPacket.parse(header + source + extension + b"sound\0\0\3").payload == b"sound"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x00\x00",
        bytes.fromhex("40000001000000a0deadbeef"),  # version 1
        bytes.fromhex("81000001000000a0deadbeef"),  # a source is announced and missing
        bytes.fromhex("90000001000000a0deadbeefbede"),  # extension cut off
        bytes.fromhex("90000001000000a0deadbeefbede0009"),
        bytes.fromhex("a0000001000000a0deadbeef00"),  # padding of nothing
        bytes.fromhex("a0000001000000a0deadbeefff"),  # padding longer than the packet
    ],
)
def test_malformed_packet_is_refused(data: bytes) -> None:
    with pytest.raises(RtpError):
        RtpPacket.parse(data)


@given(st.binary(max_size=100))
def test_any_bytes_are_a_packet_or_an_rtp_error(data: bytes) -> None:
    with contextlib.suppress(RtpError):
        RtpPacket.parse(data)


def test_sequence_distance_wraps() -> None:
    assert sequence_after(65535, 0) == 1
    assert sequence_after(0, 65535) == -1
    assert sequence_after(10, 20) == 10


def test_packets_of_other_stacks(recorded_data: Path) -> None:
    folder = recorded_data / "rtp"
    assert len(RtpPacket.parse((folder / "rtp.bin").read_bytes()).payload) == 160
    assert len(RtpPacket.parse((folder / "rtp_with_csrc.bin").read_bytes()).payload) == 160
    assert RtpPacket.parse((folder / "rtp_only_padding.bin").read_bytes()).payload == b""
    reports = [file.read_bytes() for file in folder.glob("rtcp_[sr]r.bin")]
    assert reports and all(is_rtcp(report) and is_valid_rtcp(report) for report in reports)
