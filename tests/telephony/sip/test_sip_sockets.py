"""The user agent on real UDP sockets of the loopback interface."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
import uvloop

from voice.telephony.sip import (
    CallHandlers,
    IncomingCall,
    LocalMedia,
    UserAgent,
    answer_offer,
    make_offer,
)
from voice.telephony.sip.datagrams import DatagramPort


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_call_over_a_real_socket(host: str) -> None:
    ended = asyncio.get_running_loop().create_future()

    def on_call(call: IncomingCall) -> None:
        call.handlers = CallHandlers(on_ended=ended.set_result)
        assert call.offer is not None
        call.answer(answer_offer(call.offer, LocalMedia(host, 9000)).sdp)

    server, client = UserAgent(on_call), UserAgent(name="Caller")
    try:
        await server.listen(host, 0)
    except OSError:
        pytest.skip(f"this machine has no {host}")
    await client.listen(host, 0)
    target = f"[{host}]" if ":" in host else host
    call = client.invite(f"sip:b@{target}:{server.address[1]}", make_offer(LocalMedia(host, 9002)))
    async with asyncio.timeout(5):
        answer = await call.answered()
        call.bye()
        await ended
    assert answer.media[0].port == 9000
    await client.close()
    await server.close()


def test_what_cannot_be_sent_is_lost_and_nothing_else() -> None:
    """On the event loop of the edge, which is not the one of the tests."""

    async def send_to_the_other_ip_version() -> None:
        port = await DatagramPort.open("127.0.0.1", 0, lambda _data, _source: None)
        port.send(b"hello", ("::1", 5060))
        port.close()

    uvloop.run(send_to_the_other_ip_version())


async def test_a_port_in_use_is_an_os_error() -> None:
    first, second = UserAgent(), UserAgent()
    await first.listen("127.0.0.1", 0)
    with pytest.raises(OSError, match="Address already in use"):
        await second.listen(*first.address)
    await first.close()


def test_the_room_imports_nothing_heavy() -> None:
    heavy = {"numpy", "pydantic", "pipecat", "ctranslate2", "onnxruntime", "torch", "piper"}
    code = f"import sys, voice.telephony.sip; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
