"""Our user agent calls our user agent, in virtual time, over a network that can lose datagrams."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest

from tests.telephony.sip.two_agents import CLIENT, HERE, SERVER, URI, World, answer
from tests.telephony.sip.virtual_network import Network, run_virtual
from voice.telephony.sip import (
    AccessPolicy,
    CallEnd,
    CallRejected,
    Credentials,
    EndCause,
    IncomingCall,
    SipCallState,
    make_offer,
)


def test_a_call_is_set_up_answered_and_ended_by_the_caller() -> None:
    async def scenario() -> None:
        world = World()
        world.open()
        ringing: list[int] = []
        call = world.dial(display_name='Eve "x"', from_uri="sip:+353123@127.0.0.1")
        call.on_ringing = lambda status, _sdp: ringing.append(status)
        sdp = await call.answered()
        await asyncio.sleep(0.1)
        incoming = world.calls[0]
        assert (ringing, sdp.media[0].port) == ([180], 5000)
        assert incoming.state is call.state is SipCallState.CONFIRMED
        assert (incoming.caller.number, incoming.display_name) == ("+353123", 'Eve "x"')
        assert incoming.called == "bot" and incoming.source == CLIENT
        call.bye("thank you")
        assert await incoming.wait_ended() == CallEnd(EndCause.REMOTE_BYE, None, "thank you")
        await asyncio.sleep(40)
        assert world.network.first_lines() == [
            f"INVITE {URI} SIP/2.0",
            "SIP/2.0 100 Trying",
            "SIP/2.0 180 Ringing",
            "SIP/2.0 200 OK",
            "ACK sip:voice@127.0.0.1:5060 SIP/2.0",
            "BYE sip:voice@127.0.0.1:5060 SIP/2.0",
            "SIP/2.0 200 OK",
        ]
        assert not world.server.calls and not world.client.calls

    run_virtual(scenario)


def test_the_called_side_ends_the_call() -> None:
    async def scenario() -> None:
        world = World()
        call = await world.connected()
        world.calls[0].bye("goodbye", cause=16)
        end = await call.wait_ended()
        assert (end.cause, end.text) == (EndCause.REMOTE_BYE, "goodbye")
        assert world.ends == [CallEnd(EndCause.LOCAL_BYE, None, "goodbye")]

    run_virtual(scenario)


def test_a_bye_before_the_ack_waits_for_it() -> None:
    async def scenario() -> None:
        world = World()

        def behave(call: IncomingCall) -> None:
            answer(call)
            call.bye()

        world.behave = behave
        world.open()
        call = world.dial()
        await call.wait_ended()
        lines = world.network.first_lines()
        assert [line.split()[0] for line in lines[3:5]] == ["ACK", "BYE"]

    run_virtual(scenario)


@pytest.mark.parametrize("seed", range(12))
def test_a_call_survives_the_loss_of_a_third_of_all_datagrams(seed: int) -> None:
    async def scenario() -> None:
        dice = random.Random(seed)
        world = World(Network(lambda _i, _d: dice.random() < 0.33))
        world.policy = AccessPolicy(users={"alice": "secret"})
        world.open()
        call = world.dial(credentials=Credentials("alice", "secret"))
        await asyncio.wait_for(call.answered(), 60)
        await asyncio.sleep(20)
        assert world.calls[0].state is SipCallState.CONFIRMED
        call.bye()
        await asyncio.wait_for(world.calls[0].wait_ended(), 40)
        assert len(world.calls) == 1 and world.ends[0].cause is EndCause.REMOTE_BYE

    run_virtual(scenario)


def test_an_answer_is_repeated_until_its_ack_and_then_the_call_is_ended() -> None:
    async def scenario() -> None:
        world = World(Network(lambda _i, data: data.startswith((b"ACK", b"BYE sip:voice"))))
        world.open()
        call = world.dial()
        await call.answered()
        end = await world.calls[0].wait_ended()
        assert end.cause is EndCause.NO_ACK
        assert (await call.wait_ended()).cause is EndCause.REMOTE_BYE
        answers = [t for t, who, _, d in world.network.sent if b" 200 " in d[:12] and who == SERVER]
        steps = [round(b - a, 1) for a, b in itertools.pairwise(answers)]
        assert steps[:7] == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0]
        assert 31 < world.network.sent[-1][0] < 33

    run_virtual(scenario)


def test_an_invite_to_nobody_is_repeated_seven_times_and_fails_after_32_seconds() -> None:
    async def scenario() -> None:
        world = World(Network(lambda _i, _d: True))
        world.open()
        with pytest.raises(CallRejected, match="408"):
            await world.dial().answered()
        times = [round(t, 1) for t, *_ in world.network.sent]
        assert times == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
        assert asyncio.get_running_loop().time() == pytest.approx(32)

    run_virtual(scenario)


def test_cancel_ends_a_ringing_call_with_487() -> None:
    async def scenario() -> None:
        world = World(behave=lambda call: call.ring())
        world.open()
        call = world.dial()
        call.cancel()
        with pytest.raises(CallRejected, match="487"):
            await call.answered()
        await asyncio.sleep(40)
        assert world.ends == [CallEnd(EndCause.CANCELLED, 487, "")]
        answer(world.calls[0])
        assert world.network.first_lines(SERVER)[-2:] == [
            "SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated",
        ]  # fmt: skip

    run_virtual(scenario)


def test_a_cancel_that_crosses_the_answer_leads_to_ack_and_bye() -> None:
    async def scenario() -> None:
        world = World(behave=lambda call: call.ring())
        world.open()
        call = world.dial()
        await asyncio.sleep(0.1)
        call.cancel()
        answer(world.calls[0])
        end = await world.calls[0].wait_ended()
        assert end.cause is EndCause.REMOTE_BYE
        with pytest.raises(CallRejected):
            await call.answered()
        assert call.end is not None and call.end.cause is EndCause.CANCELLED

    run_virtual(scenario)


def test_a_refusal_carries_its_status_and_retry_after() -> None:
    async def scenario() -> None:
        world = World(behave=lambda call: call.reject(503, "Engines are down", retry_after=7))
        world.open()
        with pytest.raises(CallRejected, match="503 Engines are down"):
            await world.dial().answered()
        assert b"Retry-After: 7\r\n" in world.network.sent[2][3]
        await asyncio.sleep(40)
        refusals = [d for *_, d in world.network.sent if d.startswith(b"SIP/2.0 503")]
        assert len(refusals) == 1

    run_virtual(scenario)


def test_while_full_an_invite_gets_503_and_a_running_call_goes_on() -> None:
    async def scenario() -> None:
        world = World()
        world.open()
        running = world.dial()
        await running.answered()
        world.wait = 12.0
        with pytest.raises(CallRejected, match="503"):
            await world.dial().answered()
        assert b"Retry-After: 12\r\n" in world.network.sent[-2][3]
        assert running.state is SipCallState.CONFIRMED and len(world.calls) == 1

    run_virtual(scenario)


def test_digest_credentials_are_asked_for_and_wrong_ones_refused() -> None:
    async def scenario() -> None:
        both = ("SHA-256", "MD5")
        world = World(policy=AccessPolicy(users={"alice": "secret"}, algorithms=both))
        world.open()
        for credentials in (None, Credentials("alice", "wrong"), Credentials("bob", "secret")):
            with pytest.raises(CallRejected, match="401"):
                await world.dial(credentials=credentials).answered()
        await world.dial(credentials=Credentials("alice", "secret")).answered()
        assert [call.account for call in world.calls] == ["alice"]
        authorised = [d for *_, d in world.network.sent if b"\r\nAuthorization: Digest " in d]
        assert b"algorithm=SHA-256" in authorised[-1] and b"secret" not in authorised[-1]

    run_virtual(scenario)


@pytest.mark.parametrize("moment", ["call", "offer", "confirmed"])
def test_a_fault_in_one_call_ends_that_call_and_no_other(moment: str) -> None:
    async def scenario() -> None:
        world = World()

        def fail(*_: object) -> bytes:
            raise RuntimeError("a fault in the owner's code")

        def behave(call: IncomingCall) -> None:
            if len(world.calls) == 1:
                answer(call)
            elif moment == "call":
                fail()
            else:
                setattr(call.handlers, f"on_{moment}", fail)
                answer(call)

        world.behave = behave
        world.open()
        healthy, broken = world.dial(), world.dial()
        await healthy.answered()
        if moment == "call":
            with pytest.raises(CallRejected, match="500"):
                await broken.answered()
        else:
            await broken.answered()
            if moment == "offer":
                await asyncio.sleep(0.1)
                with pytest.raises(CallRejected, match="500"):
                    await broken.reinvite(make_offer(HERE))
            await broken.wait_ended()
        assert healthy.state is SipCallState.CONFIRMED
        assert [end.cause for end in world.ends] in ([EndCause.FAILED], [EndCause.REJECTED])

    run_virtual(scenario)


def test_a_blind_transfer_reports_what_the_peer_says() -> None:
    async def scenario() -> None:
        world = World()
        call = await world.connected()
        # A REFER is not among what we answer.
        with pytest.raises(CallRejected, match="405"):
            await world.calls[0].refer("sip:person@127.0.0.1").accepted()
        assert call.state is SipCallState.CONFIRMED

    run_virtual(scenario)
