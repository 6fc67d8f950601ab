"""A peer that vanished while nothing is to be heard of it is found by asking."""

from __future__ import annotations

import asyncio

import pytest

from tests.telephony.sip.two_agents import CLIENT, World
from tests.telephony.sip.virtual_network import run_virtual, seeded
from voice.telephony.edge.presence import PresenceCheck
from voice.telephony.sip import EndCause, SipCallState, UserAgent


async def held_call(world: World) -> PresenceCheck:
    await world.connected()
    check = PresenceCheck(world.calls[0])
    check.switch(True)
    return check


def test_a_peer_that_is_there_is_asked_and_keeps_its_call() -> None:
    async def scenario() -> None:
        world = World()
        check = await held_call(world)
        await asyncio.sleep(600)
        assert world.calls[0].state is SipCallState.CONFIRMED
        asked = [line for line in world.network.first_lines() if line.startswith("OPTIONS")]
        assert len(asked) >= 5
        check.switch(False)
        await asyncio.sleep(600)
        again = [line for line in world.network.first_lines() if line.startswith("OPTIONS")]
        assert again == asked

    run_virtual(scenario)


def test_a_peer_that_vanished_is_found_within_two_minutes() -> None:
    async def scenario() -> None:
        world = World()
        check = await held_call(world)
        world.network.ports.pop(CLIENT)
        end = await asyncio.wait_for(world.calls[0].wait_ended(), 120)
        assert (end.cause, end.text) == (EndCause.TIMEOUT, "the other side is gone")
        assert any(line.startswith("BYE") for line in world.network.first_lines())
        check.switch(False)

    run_virtual(scenario)


def test_a_peer_that_no_longer_knows_the_call_is_found_at_the_first_question() -> None:
    async def scenario() -> None:
        world = World()
        check = await held_call(world)
        world.network.ports.pop(CLIENT)
        restarted = UserAgent(random=seeded(3))
        restarted.attach(world.network.port(CLIENT, restarted.receive))
        end = await asyncio.wait_for(world.calls[0].wait_ended(), 60)
        assert (end.cause, end.status) == (EndCause.TIMEOUT, 481)
        check.switch(False)

    run_virtual(scenario)


@pytest.mark.parametrize("status", [200, 404, 405, 500, 501, 503])
def test_whatever_else_a_peer_answers_shows_that_it_is_there(status: int) -> None:
    async def scenario() -> None:
        world = World()
        check = await held_call(world)
        deliver = world.network.ports[CLIENT].receive

        def answer(data: bytes, source: tuple[str, int]) -> None:
            if not data.startswith(b"OPTIONS"):
                deliver(data, source)
                return
            lines = data.split(b"\r\n")
            kept = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
            headers = [line for line in lines if line.lower().startswith(kept)]
            first = b"SIP/2.0 %d Whatever" % status
            answered = b"\r\n".join([first, *headers, b"Content-Length: 0", b"", b""])
            world.network.carry(answered, CLIENT, source)

        world.network.ports[CLIENT].receive = answer
        await asyncio.sleep(200)
        assert world.calls[0].state is SipCallState.CONFIRMED
        check.switch(False)

    run_virtual(scenario)
