"""Where the requests of a dialog go: routes, strict routers, peers behind NAT, forked answers."""

from __future__ import annotations

import asyncio

import pytest

from tests.telephony.sip.hand_written import message
from tests.telephony.sip.virtual_network import Network, Peer, run_virtual, seeded
from voice.telephony.sip import (
    CallRejected,
    Credentials,
    Dialog,
    EndCause,
    LocalMedia,
    UserAgent,
    make_offer,
)
from voice.telephony.sip.message import SipRequest
from voice.telephony.sip.wire import parse

SOURCE = ("198.51.100.7", 40_000)


def dialog(extra: str = "", contact: str = "<sip:them@192.0.2.1:5070>", via: str = "") -> Dialog:
    text = message(extra=extra).replace("<sip:them@127.0.0.1:5070>", contact)
    text = text.replace("127.0.0.1:5070;branch", f"{via or SOURCE[0]};branch")
    request = parse(text.replace("\n", "\r\n").encode())
    assert isinstance(request, SipRequest)
    return Dialog.of_server(request, "us", SOURCE, 1)


def test_a_request_goes_to_the_contact() -> None:
    made = dialog()
    assert made.destination() == ("192.0.2.1", 5070)
    bye = made.request("BYE", via="SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1")
    assert bytes(bye).startswith(b"BYE sip:them@192.0.2.1:5070 SIP/2.0\r\n")
    assert bye.one("CSeq") == "2 BYE" and bye.one("To").endswith(";tag=them")


def test_a_peer_behind_nat_is_answered_where_it_came_from() -> None:
    assert dialog(via="10.0.0.5").destination() == SOURCE


def test_a_contact_with_a_name_is_not_looked_up() -> None:
    assert dialog(contact="<sip:them@phone.example>").destination() == SOURCE


def test_a_contact_of_the_other_ip_version_is_not_tried() -> None:
    assert dialog(contact="<sip:them@[2001:db8::1]>").destination() == SOURCE


def test_a_loose_router_is_a_route() -> None:
    made = dialog("Record-Route: <sip:192.0.2.2;lr>, <sip:192.0.2.3:5062;lr>\n")
    assert made.destination() == ("192.0.2.2", 5060)
    bye = made.request("BYE", via="v")
    assert bye.uri == "sip:them@192.0.2.1:5070"
    assert bye.headers.getlist("Route") == ["<sip:192.0.2.2;lr>", "<sip:192.0.2.3:5062;lr>"]


def test_a_strict_router_is_the_request_uri() -> None:
    bye = dialog("Record-Route: <sip:192.0.2.2>\n").request("BYE", via="v")
    assert bye.uri == "sip:192.0.2.2"
    assert bye.headers.getlist("Route") == ["<sip:them@192.0.2.1:5070>"]


US, THEM = ("127.0.0.1", 5070), ("127.0.0.1", 5060)


class CalledByHand:
    """Our agent calls a peer whose responses are written by the test."""

    def __init__(self, credentials: Credentials | None = None) -> None:
        self.network = Network()
        self.peer = Peer(self.network, THEM)
        self.agent = UserAgent(random=seeded(5))
        self.agent.attach(self.network.port(US, self.agent.receive))
        offer = make_offer(LocalMedia("127.0.0.1", 4000))
        self.call = self.agent.invite("sip:b@127.0.0.1:5060", offer, credentials=credentials)

    async def respond(self, status: int, tag: str, extra: str = "", body: bytes = b"") -> None:
        await asyncio.sleep(0.1)
        invite = [text for text in self.peer.got if text.startswith("INVITE")][-1]
        copied = [
            line + (f";tag={tag}" if line.startswith("To:") else "")
            for line in invite.split("\r\n\r\n")[0].split("\r\n")
            if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
        ]
        head = "\r\n".join([f"SIP/2.0 {status} Text", *copied])
        self.peer.send(f"{head}\r\n{extra}\r\n".encode() + body, US)
        await asyncio.sleep(0.1)

    @property
    def methods(self) -> list[str]:
        return [text.split()[0] for text in self.peer.got]


ANSWER = make_offer(LocalMedia("127.0.0.1", 6000), codecs=("PCMU",))
CONTACT = "Contact: <sip:b@127.0.0.1:5060>\r\n"


def test_the_second_answer_of_a_forked_call_is_ended() -> None:
    async def scenario() -> None:
        scene = CalledByHand()
        await scene.respond(200, "first", CONTACT, ANSWER)
        await scene.respond(200, "first", CONTACT, ANSWER)
        await scene.respond(200, "second", CONTACT, ANSWER)
        assert scene.methods == ["INVITE", "ACK", "ACK", "ACK", "BYE"]
        assert ";tag=second" in scene.peer.got[-1]
        assert (await scene.call.answered()).media[0].port == 6000

    run_virtual(scenario)


def test_a_proxy_is_given_its_credentials() -> None:
    async def scenario() -> None:
        scene = CalledByHand(Credentials("alice", "secret"))
        challenge = 'Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n'
        await scene.respond(407, "x", challenge)
        assert scene.methods == ["INVITE", "ACK", "INVITE"]
        assert "\r\nProxy-Authorization: Digest " in scene.peer.got[-1]
        await scene.respond(407, "x", challenge)
        with pytest.raises(CallRejected, match="407"):
            await scene.call.answered()

    run_virtual(scenario)


def test_an_answer_without_a_description_ends_the_call() -> None:
    async def scenario() -> None:
        scene = CalledByHand()
        await scene.respond(200, "first", CONTACT)
        with pytest.raises(CallRejected, match="488"):
            await scene.call.answered()
        assert scene.methods == ["INVITE", "ACK", "BYE"]
        assert scene.call.end is not None and scene.call.end.cause is EndCause.FAILED

    run_virtual(scenario)


def test_a_cancel_waits_for_a_first_response() -> None:
    async def scenario() -> None:
        scene = CalledByHand()
        scene.call.cancel()
        await asyncio.sleep(0.1)
        assert "CANCEL" not in scene.methods
        await scene.respond(100, "x")
        assert scene.methods[-1] == "CANCEL"
        await asyncio.sleep(70)
        assert scene.call.end is not None and scene.call.end.cause is EndCause.CANCELLED

    run_virtual(scenario)
