"""Offers within and without a call: hold, resume, crossing ones, and an INVITE that brings none."""

from __future__ import annotations

import asyncio

import pytest

from tests.telephony.sip.two_agents import HERE, THERE, URI, World, answer
from tests.telephony.sip.virtual_network import run_virtual
from voice.telephony.sip import (
    CallRejected,
    IncomingCall,
    SessionDescription,
    SipCallState,
    answer_offer,
    make_offer,
)


def test_hold_and_resume_are_answered() -> None:
    async def scenario() -> None:
        world = World()
        directions: list[tuple[bool, bool]] = []

        def behave(call: IncomingCall) -> None:
            def on_offer(offer: SessionDescription | None) -> bytes:
                assert offer is not None
                agreed = answer_offer(offer, THERE)
                directions.append((agreed.sends, agreed.receives))
                return agreed.sdp

            call.handlers.on_offer = on_offer
            answer(call)

        world.behave = behave
        world.open()
        call = world.dial()
        await call.answered()
        held = await call.reinvite(make_offer(HERE, direction="sendonly"))
        assert held.direction_of(held.media[0]) == "recvonly"
        await asyncio.sleep(0.1)
        resumed = await call.reinvite(make_offer(HERE))
        assert resumed.direction_of(resumed.media[0]) == "sendrecv"
        assert directions == [(False, True), (True, True)]
        await asyncio.sleep(40)
        assert call.state is world.calls[0].state is SipCallState.CONFIRMED

    run_virtual(scenario)


def test_an_offer_that_nobody_can_answer_leaves_the_call_as_it_was() -> None:
    async def scenario() -> None:
        world = World()
        call = await world.connected()
        with pytest.raises(CallRejected, match="488"):
            await call.reinvite(make_offer(HERE))
        assert call.state is world.calls[0].state is SipCallState.CONFIRMED

    run_virtual(scenario)


def test_two_offers_that_cross_are_both_refused_491() -> None:
    async def scenario() -> None:
        world = World()
        call = await world.connected()
        both = (call.reinvite(make_offer(HERE)), world.calls[0].reinvite(make_offer(THERE)))
        results = await asyncio.gather(*both, return_exceptions=True)
        assert [r.status for r in results if isinstance(r, CallRejected)] == [491, 491]

    run_virtual(scenario)


def test_an_invite_without_an_offer_gets_ours_and_the_ack_brings_the_answer() -> None:
    async def scenario() -> None:
        world = World()
        answers: list[SessionDescription] = []

        def behave(call: IncomingCall) -> None:
            call.handlers.on_answer = answers.append
            answer(call)

        world.behave = behave
        world.open()
        call = world.client.invite(URI, b"")
        offered = await call.answered()
        assert offered.media[0].port == 5000
        await asyncio.sleep(0.1)
        # Our own caller never sends a late answer: the call is ended for lack of one.
        assert answers == [] and world.calls[0].state is SipCallState.ENDED

    run_virtual(scenario)
