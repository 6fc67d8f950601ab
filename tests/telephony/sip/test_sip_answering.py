"""What a peer gets back for each message, written by hand: the rules of RFC 3261 one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.telephony.sip.hand_written import SDP, Inside, message
from tests.telephony.sip.virtual_network import Network, Peer, run_virtual, seeded
from voice.identity import IdentityLevel
from voice.telephony.sip import (
    AccessPolicy,
    CallHandlers,
    EndCause,
    IncomingCall,
    LocalMedia,
    PeerTrunk,
    SessionDescription,
    SipCallState,
    UserAgent,
    answer_offer,
    make_offer,
    printable,
)

US, THEM = ("127.0.0.1", 5060), ("127.0.0.1", 5070)
OURS = LocalMedia("127.0.0.1", 5000)


class Scene:
    """Our agent and a peer played by hand."""

    def __init__(
        self,
        behave: Callable[[IncomingCall], None] = lambda call: None,
        policy: AccessPolicy | None = None,
    ) -> None:
        self.network = Network()
        self.calls: list[IncomingCall] = []
        self.behave = behave
        self.agent = UserAgent(self.on_call, policy=policy, random=seeded(1))
        self.agent.attach(self.network.port(US, self.agent.receive))
        self.peer = Peer(self.network, THEM)

    def on_call(self, call: IncomingCall) -> None:
        self.calls.append(call)
        self.behave(call)

    async def send(self, *texts: str) -> None:
        for text in texts:
            self.peer.send(text, US)
        await asyncio.sleep(0.1)

    @property
    def tag(self) -> str:
        return f";tag={self.calls[0].dialog.local_tag}"


def answer(call: IncomingCall) -> None:
    call.answer(answer_offer(call.offer, OURS).sdp if call.offer else make_offer(OURS))


def status_of(text: str, behave: Callable[[IncomingCall], None] = answer) -> tuple[int, str]:
    async def scenario() -> tuple[int, str]:
        scene = Scene(behave)
        await scene.send(text)
        return scene.peer.statuses[-1], scene.peer.got[-1]

    return run_virtual(scenario)


@pytest.mark.parametrize(
    ("text", "status", "header"),
    [
        (message(), 200, "Contact: <sip:voice@127.0.0.1:5060>"),
        (message("OPTIONS"), 200, "Allow: INVITE, ACK, BYE, CANCEL"),
        (message("REGISTER"), 405, "Allow: INVITE"),
        (message("DANCE"), 501, ""),
        (message("BYE"), 481, ""),
        (message("BYE", to_tag=";tag=unknown"), 481, ""),
        (message("CANCEL"), 481, ""),
        (message(extra="Require: 100rel, timer\n"), 420, "Unsupported: 100rel, timer"),
        (message(content_type="text/plain"), 415, "Accept: application/sdp"),
        (message(extra="Content-Encoding: gzip\n"), 415, "Accept-Encoding: identity"),
        (message(uri="isbn:2983792873"), 416, ""),
        (message(body="hello"), 400, ""),
        (message(body=SDP.replace("AVP 0", "AVP 96")), 488, "Warning: 304"),
        (message(body=SDP.replace("RTP/AVP", "RTP/SAVP")), 488, ""),
        (message(body=SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP6 ::1")), 488, ""),
        (message().replace("SIP/2.0\n", "SIP/3.0\n", 1), 505, ""),
        (message().replace("Contact: <sip:them@127.0.0.1:5070>\n", ""), 400, ""),
        (message().replace("CSeq: 1 INVITE", "CSeq: 1 BYE"), 400, ""),
        (message().replace("Content-Length: ", "Content-Length: 9"), 400, ""),
        (message(extra="Call-ID: two\n"), 400, ""),
        (message(extra="no colon here\n"), 400, ""),
        (message(extra="Record-Route: <here\n"), 400, ""),
        (message(extra="Record-Route: <sip:a@b>\n" * 65), 400, ""),
        (message(extra="Contact: " + ", ".join(["<sip:a@b>"] * 65) + "\n"), 400, ""),
        (message(extra=f"X: {'x' * 9_000}\n"), 400, ""),
        (message(extra="X: y\n" * 300), 400, ""),
        (message(uri=f"sip:{'b' * 9_000}"), 414, ""),
        (message(body=SDP.replace("AVP 0", "AVP" + " 0" * 65)), 400, ""),
        (message(body=SDP + "m=audio 4000 RTP/AVP 0\n" * 16), 400, ""),
        (message(body=SDP + "a=x\n" * 600), 400, ""),
        (message(body=SDP + f"a={'x' * 17_000}\n"), 400, ""),
    ],
)
def test_each_request_gets_the_status_that_the_rules_name(
    text: str, status: int, header: str
) -> None:
    got, response = status_of(text)
    assert got == status and header in response


def test_a_response_is_built_exactly_like_this() -> None:
    _, response = status_of(message("OPTIONS", extra="Timestamp: 1\n"))
    tag = response.partition("To: <sip:bot@127.0.0.1>;tag=")[2].partition("\r\n")[0]
    assert response == (
        "SIP/2.0 200 OK\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1\r\n"
        "From: <sip:+35312345@127.0.0.1>;tag=them\r\n"
        f"To: <sip:bot@127.0.0.1>;tag={tag}\r\n"
        "Call-ID: one\r\n"
        "CSeq: 1 OPTIONS\r\n"
        "Server: Voice\r\n"
        "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, NOTIFY\r\n"
        "Accept: application/sdp\r\n"
        "Accept-Encoding: identity\r\n"
        "Content-Length: 0\r\n"
        "\r\n"
    )


def test_the_via_tells_where_the_request_came_from() -> None:
    odd = "SIP/2.0/UDP 10.9.8.7:5070;rport;branch=z9hG4bK1"
    text = message("OPTIONS").replace("SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1", odd)
    _, response = status_of(text)
    assert "10.9.8.7:5070;rport=5070;branch=z9hG4bK1;received=127.0.0.1" in response


def test_a_repeated_invite_makes_one_call_and_gets_the_same_response() -> None:
    async def scenario() -> None:
        scene = Scene(lambda call: call.ring())
        await scene.send(message(), message(), message())
        assert len(scene.calls) == 1
        assert scene.peer.statuses == [100, 180, 180, 180]

    run_virtual(scenario)


def test_the_same_invite_over_another_path_is_a_loop() -> None:
    async def scenario() -> None:
        scene = Scene(lambda call: call.ring())
        await scene.send(message(), message(branch="z9hG4bK2"))
        assert scene.peer.statuses == [100, 180, 482] and len(scene.calls) == 1

    run_virtual(scenario)


def test_a_refusal_is_repeated_until_its_ack() -> None:
    async def scenario() -> None:
        scene = Scene(lambda call: call.reject(486))
        await scene.send(message())
        await asyncio.sleep(4)
        assert scene.peer.statuses == [100, 486, 486, 486, 486]
        await scene.send(message("ACK", to_tag=scene.tag))
        await asyncio.sleep(30)
        assert scene.peer.statuses == [100, 486, 486, 486, 486]

    run_virtual(scenario)


@pytest.mark.parametrize("text", [message(), message("OPTIONS"), message("BYE")])
def test_a_stranger_gets_one_answer_for_each_datagram_and_leaves_nothing_behind(text: str) -> None:
    async def scenario() -> None:
        scene = Scene(policy=AccessPolicy(users={"alice": "secret"}))
        await scene.send(text)
        await asyncio.sleep(40)
        assert len(scene.peer.got) == 1
        await scene.send(text)
        first, second = (got.partition("Call-ID")[0] for got in scene.peer.got)
        assert first == second

    run_virtual(scenario)


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (AccessPolicy([PeerTrunk("other", ["192.0.2.0/24"])]), 403),
        (AccessPolicy(users={"a": "b"}), 401),
    ],
)
def test_what_the_decision_on_a_stranger_does_not_need_is_not_read(
    policy: AccessPolicy, status: int
) -> None:
    async def scenario() -> None:
        scene = Scene(policy=policy)
        await scene.send(message(extra="Record-Route: <here\nDiversion: ;;\n", body="no SDP"))
        assert scene.peer.statuses == [status]

    run_virtual(scenario)


@pytest.mark.parametrize("method", ["CANCEL", "BYE"])
def test_a_reason_that_cannot_be_read_ends_the_call_all_the_same(method: str) -> None:
    async def scenario() -> None:
        scene = Scene(lambda call: call.ring())
        await scene.send(message())
        reason = "Reason: SIP" + ";a=b" * 99 + "\n"
        if method == "CANCEL":
            await scene.send(message(method, extra=reason))
        else:
            inside = Inside(cseq=2, to_tag=scene.tag, branch="z9hG4bK2")
            await scene.send(message(method, extra=reason, **inside))
        assert scene.calls[0].end is not None and scene.calls[0].end.text == ""
        assert 487 in scene.peer.statuses

    run_virtual(scenario)


def test_a_late_offer_is_answered_in_the_ack() -> None:
    async def scenario() -> None:
        scene = Scene(answer)
        answers: list[SessionDescription] = []
        await scene.send(message(body=""))
        scene.calls[0].handlers = CallHandlers(on_answer=answers.append)
        assert "m=audio 5000 RTP/AVP 0 8 101" in scene.peer.got[-1]
        ack = message("INVITE", branch="z9hG4bK9", to_tag=scene.tag).replace("INVITE", "ACK")
        await scene.send(ack)
        assert answers[0].media[0].port == 4000
        assert scene.calls[0].state is SipCallState.CONFIRMED

    run_virtual(scenario)


def test_requests_inside_a_call_are_answered_in_the_order_of_their_numbers() -> None:
    async def scenario() -> None:
        scene = Scene(answer)
        told: list[tuple[str, bytes]] = []
        await scene.send(message())
        call = scene.calls[0]
        call.handlers = CallHandlers(on_info=lambda kind, body: told.append((kind, body)))
        await scene.send(message("ACK", branch="z9hG4bK2", to_tag=scene.tag))
        scene.peer.got.clear()
        inside = {"to_tag": scene.tag}
        await scene.send(message("INFO", branch="z9hG4bK3", cseq=5, **inside))
        await scene.send(message("INFO", branch="z9hG4bK4", cseq=4, **inside))
        await scene.send(message("OPTIONS", branch="z9hG4bK5", cseq=6, **inside))
        await scene.send(message("NOTIFY", branch="z9hG4bK6", cseq=7, **inside))
        await scene.send(message("BYE", branch="z9hG4bK7", cseq=8, to_tag=";tag=wrong"))
        assert call.state is SipCallState.CONFIRMED
        await scene.send(message("BYE", branch="z9hG4bK8", cseq=9, **inside))
        await scene.send(message("BYE", branch="z9hG4bK9", cseq=10, **inside))
        assert scene.peer.statuses == [200, 500, 200, 481, 481, 200, 481]
        assert told == [("", b"")] and call.end and call.end.cause is EndCause.REMOTE_BYE

    run_virtual(scenario)


def test_a_bye_while_it_rings_ends_the_call_like_a_cancel() -> None:
    async def scenario() -> None:
        scene = Scene(lambda call: call.ring())
        await scene.send(message())
        await scene.send(message("BYE", branch="z9hG4bK2", cseq=2, to_tag=scene.tag))
        assert sorted(scene.peer.statuses) == [100, 180, 200, 487]
        assert scene.calls[0].end and scene.calls[0].end.cause is EndCause.REMOTE_BYE

    run_virtual(scenario)


def test_the_answer_to_a_cancel_has_the_tag_of_the_487() -> None:
    async def scenario() -> None:
        scene = Scene()
        await scene.send(message(), message("CANCEL"))
        answers = [text for text in scene.peer.got if "CSeq: 1 CANCEL" in text or " 487 " in text]
        assert len(answers) == 2 and all(scene.tag in text for text in answers)

    run_virtual(scenario)


def test_requests_follow_the_route_that_the_invite_recorded() -> None:
    async def scenario() -> None:
        scene = Scene(answer)
        proxy = Peer(scene.network, ("127.0.0.1", 5080))
        route = "Record-Route: <sip:127.0.0.1:5080;lr>, <sip:192.0.2.1;lr>\n"
        await scene.send(message(extra=route))
        assert scene.peer.got[-1].count("Record-Route: ") == 2
        await scene.send(message("ACK", branch="z9hG4bK2", to_tag=scene.tag))
        scene.calls[0].bye()
        await asyncio.sleep(0.1)
        assert proxy.got[0].startswith("BYE sip:them@127.0.0.1:5070 SIP/2.0\r\n")
        assert "Route: <sip:127.0.0.1:5080;lr>\r\nRoute: <sip:192.0.2.1;lr>\r\n" in proxy.got[0]
        assert "Reason: Q.850;cause=16\r\n" in proxy.got[0]

    run_virtual(scenario)


def test_a_transfer_ends_with_the_status_in_the_notify() -> None:
    async def scenario() -> None:
        scene = Scene(answer)
        await scene.send(message())
        await scene.send(message("ACK", branch="z9hG4bK2", to_tag=scene.tag))
        told: list[int] = []
        transfer = scene.calls[0].refer("sip:person@127.0.0.1:5090", on_progress=told.append)
        await asyncio.sleep(0.1)
        assert not transfer.is_accepted
        refer = scene.peer.got[-1]
        assert "Refer-To: <sip:person@127.0.0.1:5090>\r\n" in refer
        accepted = refer.split("\r\n\r\n")[0].replace(
            refer.split("\r\n")[0], "SIP/2.0 202 Accepted"
        )
        await scene.send(accepted + "\n\n")
        for number, fragment in ((2, "SIP/2.0 100 Trying"), (3, "SIP/2.0 486 Busy")):
            notify = message("NOTIFY", branch=f"z9hG4bK{number}n", cseq=number, to_tag=scene.tag)
            sized = notify.replace("Content-Length: 0", f"Content-Length: {len(fragment)}")
            await scene.send(sized + fragment)
        await transfer.accepted()
        assert await transfer.outcome() == 486
        assert told == [100]
        assert scene.calls[0].state is SipCallState.CONFIRMED

    run_virtual(scenario)


def test_only_a_trusted_trunk_is_believed() -> None:
    asserted = "P-Asserted-Identity: <sip:+35399@carrier.example>, <tel:+35399>\n"
    levels = []
    for trusted in (True, False):
        policy = AccessPolicy([PeerTrunk("carrier", ["127.0.0.0/8"], trusted=trusted)])

        async def scenario(policy: AccessPolicy = policy) -> None:
            scene = Scene(policy=policy)
            await scene.send(message(extra=asserted))
            levels.append((scene.calls[0].caller.number, scene.calls[0].caller.level))

        run_virtual(scenario)
    assert levels == [("+35399", IdentityLevel.CLAIMED), ("+35312345", IdentityLevel.UNKNOWN)]


def test_a_caller_without_a_number_or_who_withholds_it_has_none() -> None:
    async def scenario() -> None:
        scene = Scene()
        await scene.send(message(sender="<sip:anonymous@anonymous.invalid>;tag=them"))
        assert scene.calls[0].caller.number is None

    run_virtual(scenario)


def test_a_display_name_cannot_colour_a_log() -> None:
    assert printable("\x1b[31m<script>\r\n\u202e") == "?[31m<script>???"
