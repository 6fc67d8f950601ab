"""Where a call's audio may come from, as the trunk's settings have it, through the edge process."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from tests.telephony.edge.edge_caller import Caller, calling
from tests.telephony.edge.edge_programs import EdgeStarter, Program
from voice.telephony.rtp import RtpPacket
from voice.telephony.rtp.telephone_event import key_packets

pytestmark = pytest.mark.calls

GATEWAY = "127.0.0.2"


def trunk(media: object) -> str:
    return json.dumps([{"name": "pbx", "networks": ["127.0.0.1/32"], "media": media}])


async def send_key_from_gateway(caller: Caller, digit: str) -> None:
    """Ten packets of silence and a key, from an address that neither SDP nor SIP has named."""
    packets = [(0, b"\xff" * 160)] * 10 + [(101, each.payload) for each in key_packets(digit)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gateway:
        gateway.bind((GATEWAY, 0))
        for number, (kind, payload) in enumerate(packets):
            timestamp = min(number, 10) * 160
            gateway.sendto(
                bytes(RtpPacket(kind, number, timestamp, 77, payload)), caller.edge_audio
            )
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("media", ["symmetric", ["127.0.0.2/32"]])
async def test_audio_from_elsewhere_is_heard_where_the_trunk_admits_it(
    start_edge: EdgeStarter, call_process: Program, media: object
) -> None:
    async with (
        start_edge(VOICE_SIP__TRUNKS=trunk(media)) as edge,
        calling(edge.address, has_audio=False) as caller,
    ):
        await call_process.line("Answered()")
        await send_key_from_gateway(caller, "9")
        await call_process.line("Dtmf(digit='9')")


async def test_audio_from_elsewhere_is_refused_with_a_line_that_says_what_to_set(
    start_edge: EdgeStarter, call_process: Program
) -> None:
    async with (
        start_edge(VOICE_SIP__TRUNKS=trunk("strict")) as edge,
        calling(edge.address, has_audio=False) as caller,
    ):
        await call_process.line("Answered()")
        await send_key_from_gateway(caller, "9")
        line = await edge.program.line("is not heard")
        assert f"media = ['{GATEWAY}']" in line and "[[sip.trunks]]" in line
        assert sum("is not heard" in each for each in edge.program.lines) == 1
    assert not any("Dtmf" in each for each in call_process.lines)
