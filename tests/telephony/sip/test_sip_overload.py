"""Floods: what one source may have open, who is heard all the same, and what the log says of it."""

from __future__ import annotations

import asyncio
import logging
from typing import Unpack

import pytest

from tests.telephony.sip.hand_written import Inside, Parts, message, wired
from tests.telephony.sip.two_agents import answer
from tests.telephony.sip.virtual_network import Network, Peer, run_virtual, seeded
from voice.telephony.sip import AccessPolicy, IncomingCall, PeerTrunk, SipCallState, UserAgent
from voice.telephony.sip.call import MAX_SERVED
from voice.telephony.sip.refusal_log import EVERY_SECONDS, MAX_SOURCES
from voice.telephony.sip.transactions import MAX_INVITES

US = ("127.0.0.1", 5060)
OPEN_INVITES = 8
FLOODER, OTHER = ("127.0.0.7", 5070), ("127.0.0.9", 5070)


class Scene:
    """Our agent, which answers calls to `bot` and refuses all others, and peers by address."""

    def __init__(self, policy: AccessPolicy | None = None) -> None:
        self.network = Network()
        self.available = True
        self.calls: list[IncomingCall] = []
        self.agent = UserAgent(
            self.on_call,
            policy=policy or AccessPolicy([PeerTrunk("all", ["127.0.0.0/8"])]),
            available=lambda: self.available,
            open_invites=OPEN_INVITES,
            random=seeded(1),
        )
        self.agent.attach(self.network.port(US, self.agent.receive))
        self._number = 0

    def on_call(self, call: IncomingCall) -> None:
        self.calls.append(call)
        if call.called == "bot":
            answer(call)
        else:
            call.reject(486)

    def peer(self, address: tuple[str, int]) -> Peer:
        return Peer(self.network, address)

    async def send(self, peer: Peer, method: str = "INVITE", **parts: Unpack[Parts]) -> int | None:
        """The last status that a request with a Call-ID of its own gets."""
        self._number += 1
        parts.setdefault("branch", f"z9hG4bK{self._number}")
        text = message(method, **parts).replace("Call-ID: one", f"Call-ID: {self._number}")
        return await self._statuses(peer, text)

    async def inside(self, peer: Peer, method: str, cseq: int) -> int | None:
        """The same inside the call that `call` has set up."""
        parts = Inside(branch=f"z9hG4bKi{cseq}", cseq=cseq, to_tag=self._tag)
        return await self._statuses(peer, message(method, **parts))

    async def call(self, peer: Peer) -> IncomingCall:
        """A call that is confirmed."""
        await self._statuses(peer, message(branch="z9hG4bKcall"))
        self._tag = f";tag={self.calls[-1].dialog.local_tag}"
        await self._statuses(peer, message("ACK", branch="z9hG4bKack", to_tag=self._tag))
        return self.calls[-1]

    @staticmethod
    async def _statuses(peer: Peer, text: str) -> int | None:
        peer.got.clear()
        peer.send(text, US)
        await asyncio.sleep(0.02)
        return peer.statuses[-1] if peer.statuses else None


@pytest.mark.parametrize(("user", "first"), [("refused", 486), ("bot", 200)])
def test_invites_without_ack_keep_nobody_else_out(user: str, first: int) -> None:
    async def scenario() -> None:
        scene = Scene()
        good, flooder, other = scene.peer(("127.0.0.8", 5070)), scene.peer(FLOODER), None
        call = await scene.call(good)
        statuses = [await scene.send(flooder, uri=f"sip:{user}@h") for _ in range(OPEN_INVITES)]
        assert statuses == [first] * OPEN_INVITES
        assert {await scene.send(flooder, uri=f"sip:{user}@h") for _ in range(100)} == {503}
        assert "Retry-After: " in flooder.got[-1]
        assert await scene.send(flooder, "OPTIONS") == 200
        other = scene.peer(OTHER)
        assert await scene.send(other, "OPTIONS") == 200
        assert await scene.send(other) == 200
        assert await scene.inside(good, "BYE", 2) == 200 and call.state is SipCallState.ENDED
        assert len(scene.calls) == 1 + OPEN_INVITES + 1

    run_virtual(scenario)


def test_what_is_refused_in_a_flood_is_answered_once_and_not_kept() -> None:
    async def scenario() -> None:
        scene = Scene()
        flooder = scene.peer(FLOODER)
        for _ in range(OPEN_INVITES + 5):
            await scene.send(flooder, uri="sip:refused@h")
        assert await scene.send(flooder, uri="sip:refused@h", extra="X: last\n") == 503
        last = flooder.got[-1].partition("Call-ID: ")[2].partition("\r\n")[0]
        await asyncio.sleep(40)
        assert sum(f"Call-ID: {last}\r\n" in text for text in flooder.got) == 1
        assert await scene.send(flooder, uri="sip:refused@h") == 486

    run_virtual(scenario)


@pytest.mark.parametrize("user", ["refused", "bot"])
def test_who_acknowledges_may_call_as_often_as_they_like(user: str) -> None:
    async def scenario() -> None:
        scene = Scene()
        peer = scene.peer(OTHER)
        for number in range(5 * OPEN_INVITES):
            branch = f"z9hG4bKn{number}"
            assert await scene.send(peer, uri=f"sip:{user}@h", branch=branch) in (486, 200)
            tag = f";tag={scene.calls[-1].dialog.local_tag}"
            ack = message("ACK", uri=f"sip:{user}@h", branch=branch, to_tag=tag)
            peer.send(ack.replace("Call-ID: one", f"Call-ID: {number + 1}"), US)
            await asyncio.sleep(0.02)

    run_virtual(scenario)


def test_all_sources_together_fill_no_more_than_the_table_and_calls_go_on() -> None:
    async def scenario() -> None:
        scene = Scene()
        good = scene.peer(OTHER)
        await scene.call(good)
        for number in range(MAX_INVITES + 50):
            text = message(uri="sip:refused@h", branch=f"z9hG4bKf{number}")
            text = wired(text.replace("Call-ID: one", f"Call-ID: f{number}"))
            source = (f"127.1.{number // 200}.{number % 200}", 5070)
            scene.agent.receive(text.encode(), source)
        assert len(scene.calls) == MAX_INVITES
        assert await scene.send(good, "OPTIONS") == 200
        assert await scene.inside(good, "INFO", 2) == 200
        assert await scene.inside(good, "BYE", 3) == 200

    run_virtual(scenario)


def test_requests_inside_a_call_all_pass_and_only_the_latest_are_kept() -> None:
    async def scenario() -> None:
        scene = Scene()
        peer = scene.peer(OTHER)
        call = await scene.call(peer)
        for number in range(3 * MAX_SERVED):
            assert await scene.inside(peer, "INFO", number + 2) == 200
        kept = scene.agent._running.transactions._servers
        assert len(kept) <= MAX_SERVED + 1
        assert await scene.inside(peer, "INFO", 3 * MAX_SERVED + 1) == 200  # the last one again
        assert await scene.inside(peer, "BYE", 9999) == 200 and call.state is SipCallState.ENDED

    run_virtual(scenario)


def test_options_say_that_no_calls_are_taken() -> None:
    async def scenario() -> None:
        scene = Scene()
        peer, caller = scene.peer(FLOODER), scene.peer(OTHER)
        assert await scene.send(peer, "OPTIONS") == 200
        scene.available = False
        assert await scene.send(peer, "OPTIONS") == 503 and "Retry-After: " in peer.got[-1]
        scene.available = True
        await scene.call(caller)
        draining = asyncio.ensure_future(scene.agent.drain(60))
        await asyncio.sleep(0)
        assert await scene.send(peer, "OPTIONS") == 503
        assert await scene.inside(caller, "OPTIONS", 2) == 200
        assert await scene.inside(caller, "BYE", 3) == 200
        await draining

    run_virtual(scenario)


def refusals(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [text for text in caplog.messages if text.startswith("SIP requests from")]


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        (
            AccessPolicy(users={"a": "b"}),
            "SIP requests from 127.0.0.7 are answered 401 Unauthorized",
        ),
        (
            AccessPolicy([PeerTrunk("other", ["192.0.2.0/24"])]),
            "SIP requests from 127.0.0.7 are answered 403 Forbidden",
        ),
    ],
)
def test_a_refusal_is_logged_once_for_each_source_and_minute(
    policy: AccessPolicy, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        scene = Scene(policy)
        peer = scene.peer(FLOODER)
        for _ in range(20):
            await scene.send(peer)
        assert refusals(caplog) == [line]
        await scene.send(scene.peer(OTHER))
        assert len(refusals(caplog)) == 2
        await asyncio.sleep(EVERY_SECONDS)
        await scene.send(peer)
        assert refusals(caplog)[2:] == [line]

    with caplog.at_level(logging.INFO, "voice.telephony.sip"):
        run_virtual(scenario)


def test_a_503_of_the_owner_and_of_a_flood_are_logged_and_other_refusals_are_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        scene = Scene()
        flooder, other = scene.peer(FLOODER), scene.peer(OTHER)
        for _ in range(OPEN_INVITES):
            await scene.send(flooder, uri="sip:refused@h")
        assert refusals(caplog) == []
        await scene.send(flooder)
        scene.agent._on_call = lambda call: call.reject(503)
        await scene.send(other)
        assert [text.split()[3] for text in refusals(caplog)] == ["127.0.0.7", "127.0.0.9"]

    with caplog.at_level(logging.INFO, "voice.telephony.sip"):
        run_virtual(scenario)


def test_forged_sources_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        scene = Scene(AccessPolicy(users={"a": "b"}))
        for number in range(MAX_SOURCES + 200):
            text = wired(message(branch=f"z9hG4bK{number}"))
            scene.agent.receive(text.encode(), (f"198.18.{number // 250}.{number % 250}", 5070))
        assert len(refusals(caplog)) == MAX_SOURCES
        await asyncio.sleep(EVERY_SECONDS)
        await scene.send(scene.peer(FLOODER))
        assert len(refusals(caplog)) == MAX_SOURCES + 1

    with caplog.at_level(logging.INFO, "voice.telephony.sip"):
        run_virtual(scenario)
