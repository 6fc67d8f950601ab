"""Offer and answer: by codec name, one stream, holds, and what cannot be accepted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voice.telephony.sip import (
    LocalMedia,
    NotAcceptable,
    SessionDescription,
    SipSyntaxError,
    accept_answer,
    answer_offer,
    make_offer,
)

LOCAL = LocalMedia("192.0.2.9", 16384, session_id=7)


def offer(*lines: str, address: str = "192.0.2.1") -> SessionDescription:
    head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", f"c=IN IP4 {address}", "t=0 0"]
    return SessionDescription.parse("\r\n".join([*head, *lines]).encode())


def test_an_answer_looks_exactly_like_this() -> None:
    agreed = answer_offer(
        offer(
            "m=audio 4000 RTP/AVP 96 8 0 97",
            "a=rtpmap:96 opus/48000/2",
            "a=rtpmap:97 telephone-event/8000",
            "a=sendonly",
        ),
        LOCAL,
    )
    assert agreed.sdp == (
        b"v=0\r\no=- 7 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
        b"m=audio 16384 RTP/AVP 8 97\r\na=rtpmap:8 PCMA/8000\r\n"
        b"a=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\na=ptime:20\r\na=recvonly\r\n"
    )
    assert (agreed.codec, agreed.payload_type, agreed.dtmf_payload_type) == ("PCMA", 8, 97)
    assert (agreed.remote_address, agreed.remote_port) == ("192.0.2.1", 4000)


def test_codecs_are_known_by_name_not_by_number() -> None:
    agreed = answer_offer(offer("m=audio 4000 RTP/AVP 96", "a=rtpmap:96 pcmu/8000"), LOCAL)
    assert (agreed.codec, agreed.payload_type, agreed.dtmf_payload_type) == ("PCMU", 96, None)


def test_a_static_number_that_is_mapped_to_something_else_is_that() -> None:
    with pytest.raises(NotAcceptable):
        answer_offer(offer("m=audio 4000 RTP/AVP 0", "a=rtpmap:0 opus/48000/2"), LOCAL)


def test_other_streams_are_refused_in_place() -> None:
    agreed = answer_offer(
        offer(
            "m=video 5000 RTP/AVP 31 32",
            "m=audio 4000 RTP/SAVP 0",
            "m=audio 4002 RTP/AVP 0",
            "m=audio 4004 RTP/AVP 0",
            "m=image 6000 udptl t38",
        ),
        LOCAL,
    )
    streams = [line for line in agreed.sdp.decode().split("\r\n") if line.startswith("m=")]
    assert streams == [
        "m=video 0 RTP/AVP 31 32",
        "m=audio 0 RTP/SAVP 0",
        "m=audio 16384 RTP/AVP 0",
        "m=audio 0 RTP/AVP 0",
        "m=image 0 udptl t38",
    ]
    assert agreed.remote_port == 4002


@pytest.mark.parametrize(
    ("lines", "address", "sends", "receives"),
    [
        (["a=sendrecv"], "192.0.2.1", True, True),
        (["a=sendonly"], "192.0.2.1", False, True),
        (["a=recvonly"], "192.0.2.1", True, False),
        (["a=inactive"], "192.0.2.1", False, False),
        ([], "0.0.0.0", False, True),
        (["c=IN IP4 192.0.2.2/127"], "0.0.0.0", True, True),
    ],
)
def test_holds(lines: list[str], address: str, sends: bool, receives: bool) -> None:
    agreed = answer_offer(offer("m=audio 4000 RTP/AVP 0", *lines, address=address), LOCAL)
    assert (agreed.sends, agreed.receives) == (sends, receives)


def test_ipv6_is_answered_with_ipv6() -> None:
    local = LocalMedia("2001:db8::9", 16384)
    agreed = answer_offer(offer("m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::1"), local)
    assert agreed.remote_address == "2001:db8::1" and b"c=IN IP6 2001:db8::9" in agreed.sdp


def test_a_new_answer_has_a_new_version() -> None:
    agreed = answer_offer(offer("m=audio 4000 RTP/AVP 0"), replace(LOCAL, version=2))
    assert b"o=- 7 2 IN IP4" in agreed.sdp


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["m=audio 0 RTP/AVP 0"],
        ["m=audio 4000 RTP/AVP 96"],
        ["m=audio 4000 RTP/AVP 3 101", "a=rtpmap:101 telephone-event/8000"],
        ["m=audio 4000 RTP/AVP 96", "a=rtpmap:96 PCMU/16000"],
        ["m=audio 4000 RTP/SAVP 0"],
        ["m=audio 4000 RTP/SAVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"],
        ["m=audio 4000 RTP/AVP 0", "c=IN IP4 phone.example"],
        ["m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::1"],
        ["m=video 4000 RTP/AVP 0"],
    ],
)
def test_without_a_stream_that_we_speak_there_is_no_answer(lines: list[str]) -> None:
    with pytest.raises(NotAcceptable):
        answer_offer(offer(*lines), LOCAL)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"v=1\r\n",
        b"v=0\r\nm=audio\r\n",
        b"v=0\r\nm=audio 70000 RTP/AVP 0\r\n",
        b"v=0\r\nc=here\r\n",
        b"v=0\r\n" + b"a=x\r\n" * 1000,
        b"v=0\r\nnonsense\r\n",
    ],
)
def test_what_is_no_session_description_is_a_syntax_error(body: bytes) -> None:
    with pytest.raises(SipSyntaxError):
        SessionDescription.parse(body)


def test_our_offer_and_their_answer_agree() -> None:
    theirs = answer_offer(
        SessionDescription.parse(make_offer(LOCAL)), LocalMedia("192.0.2.1", 4000)
    )
    ours = accept_answer(SessionDescription.parse(theirs.sdp), LOCAL)
    assert (ours.codec, ours.dtmf_payload_type, ours.remote_port) == ("PCMU", 101, 4000)


def test_an_answer_that_refuses_our_stream_is_not_acceptable() -> None:
    with pytest.raises(NotAcceptable):
        accept_answer(offer("m=audio 0 RTP/AVP 0"), LOCAL)
