"""How an agent stops: calls ended, drained, or ended by the successor of one that died."""

from __future__ import annotations

import asyncio

import pytest

from tests.telephony.sip.two_agents import SERVER, World
from tests.telephony.sip.virtual_network import run_virtual, seeded
from voice.telephony.sip import CallRejected, Dialog, SipCallState, SipSyntaxError, UserAgent


def test_a_successor_ends_the_dialogs_of_an_edge_that_died() -> None:
    async def scenario() -> None:
        world = World()
        call = await world.connected()
        stored = world.server.dialogs()[0].to_dict()
        successor = UserAgent(random=seeded(3))
        successor.attach(world.network.port(SERVER, successor.receive))
        assert await successor.end_orphan(Dialog.from_dict(stored)) == 200
        assert (await call.wait_ended()).text == "restarted"

    run_virtual(scenario)


@pytest.mark.parametrize("damage", [{"peer": "x"}, {"route_set": ["<"]}, {"local_cseq": "x"}, None])
def test_a_damaged_journal_is_told_apart(damage: dict[str, object] | None) -> None:
    peer = ["127.0.0.1", 5070]
    whole = {
        "call_id": "c", "local": "<sip:a@b>;tag=1", "local_tag": "1", "remote": "<sip:c@d>;tag=2",
        "remote_tag": "2", "remote_target": "sip:c@d", "route_set": [], "local_cseq": 1,
        "remote_cseq": None, "peer": peer, "behind_nat": False,
    }  # fmt: skip
    assert Dialog.from_dict(whole).to_dict() == whole
    with pytest.raises(SipSyntaxError):
        Dialog.from_dict({**whole, **damage} if damage else {})


def test_closing_ends_every_call_and_refuses_new_ones() -> None:
    async def scenario() -> None:
        world = World()
        call = await world.connected()
        await world.server.close()
        assert (await call.wait_ended()).text == "shutting down"
        assert SERVER not in world.network.ports and not world.server.calls

    run_virtual(scenario)


def test_closing_ends_a_call_whose_ack_is_on_its_way() -> None:
    async def scenario() -> None:
        world = World()
        world.open()
        call = world.dial()
        while not world.calls or world.calls[0].state is not SipCallState.ANSWERED:
            await asyncio.sleep(0.001)
        await world.server.close()
        assert (await call.wait_ended()).text == "shutting down"

    run_virtual(scenario)


def test_closing_ends_a_call_whose_ack_never_comes() -> None:
    async def scenario() -> None:
        world = World()
        world.network.lose = lambda _, data: data.startswith(b"ACK")
        world.open()
        call = world.dial()
        await call.answered()
        await world.server.close()
        assert (await call.wait_ended()).text == "shutting down"

    run_virtual(scenario)


def test_draining_lets_running_calls_finish() -> None:
    async def scenario() -> None:
        world = World()
        world.open()
        call = world.dial()
        await call.answered()
        asyncio.get_running_loop().call_later(5, call.bye)
        await world.server.drain(60)
        assert 5 < asyncio.get_running_loop().time() < 6
        with pytest.raises(CallRejected, match="503"):
            await world.dial().answered()

    run_virtual(scenario)
