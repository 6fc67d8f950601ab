"""Where in a datagram a text of any length can stand, and which agent gets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

from tests.telephony.sip.hand_written import SDP, Inside, message, wired


@dataclass
class EntryPoint:
    """A place in a datagram that a text of any length can stand in."""

    place: Callable[[str], str]
    """The whole datagram with the text in it."""
    receiver: str = "admitted"
    """The policy of the agent that gets it, or `calling` (an INVITE of ours waits for answers) or
    `in a call`."""
    repeated: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()


def header(name: str, valid: str, method: str = "INVITE") -> Callable[[str], str]:
    """In a header, in place of the one that stands there, behind `valid`."""
    lines = wired(message(method)).split("\r\n")
    kept = [line for line in lines if not line.lower().startswith(f"{name.lower()}:")]

    def place(text: str) -> str:
        return "\r\n".join([kept[0], f"{name}: {valid}{text}", *kept[1:]])

    return place


HEADERS: dict[str, tuple[str, ...]] = {
    "Via": ("", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1", 'SIP/2.0/UDP 127.0.0.1:5070;a="'),
    "From": ("", "<sip:a@b>;tag=1", '"', "<sip:"),
    "To": ("", "<sip:a@b>", '"', "<sip:"),
    "Call-ID": ("", "x"),
    "CSeq": ("", "1", "1 INVITE"),
    "Max-Forwards": ("", "7"),
    "Contact": ("", "<sip:a@b>", '"', "sip:a@b"),
    "Record-Route": ("", "<sip:a@b>", '"', "<sip:a@b>, "),
    "Route": ("", "<sip:a@b>"),
    "P-Asserted-Identity": ("", "<tel:+1>", '"', "tel:+1"),
    "Diversion": ("", "<sip:a@b>", '"'),
    "History-Info": ("", "<sip:a@b>"),
    "Privacy": ("", "id"),
    "Require": ("", "a"),
    "Content-Type": ("", "application/sdp"),
    "Content-Encoding": ("", "identity"),
    "Content-Length": ("", "1"),
    "Authorization": ("", "Digest ", 'Digest username="alice", realm="voice", nonce="', "Basic "),
    "X-Unknown": ("",),
}

OFFER = SDP.replace("\n", "\r\n")


def body(
    before: str, method: str = "INVITE", kind: str = "application/sdp", **inside: Unpack[Inside]
) -> Callable[[str], str]:
    """At the end of a body, whose length is counted."""

    def place(text: str) -> str:
        content = before + text
        kept = [
            line
            for line in wired(message(method, body="", **inside)).split("\r\n")
            if line and not line.startswith("Content-")
        ]
        length = len(content.encode("utf-8", "surrogateescape"))
        return "\r\n".join(
            [*kept, f"Content-Type: {kind}", f"Content-Length: {length}", "", content]
        )

    return place


def response(status: int, name: str, valid: str) -> Callable[[str], str]:
    """In a header of an answer to our INVITE; `{...}` is filled in by the receiver."""

    def place(text: str) -> str:
        return (
            f"SIP/2.0 {status} X\r\nVia: {{Via}}\r\nFrom: {{From}}\r\nTo: {{To}};tag=them\r\n"
            f"Call-ID: {{Call-ID}}\r\nCSeq: {{CSeq}}\r\n{name}: {valid}{text}\r\n\r\n"
        )

    return place


INSIDE = Inside(to_tag=";tag={tag}", branch="z9hG4bK7", cseq=7)
SDP_SHAPES = (
    (
        "a=x\r\n",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\n",
        "a=rtpmap:0 PCMU/8000\r\n",
        " 0",
        "m=audio 9 RTP/AVP 0\r\n",
        "c=IN IP4 127.0.0.1\r\n",
        "a=sendrecv\r\n",
        "\r\n",
        "\n\n",
    ),
    (
        "a=rtpmap:{} X/8000\r\n",
        "a=candidate:{} 1 UDP 1 127.0.0.1 9 typ host\r\n",
        "m=audio {} RTP/AVP 0\r\n",
    ),
)

ENTRY_POINTS: dict[str, EntryPoint] = {
    f"{name}: {valid}": EntryPoint(header(name, valid))
    for name in HEADERS
    for valid in HEADERS[name]
}
ENTRY_POINTS |= {
    f"{who}, {name}": EntryPoint(header(name, HEADERS[name][1]), who)
    for who in ("challenged", "forbidden")
    for name in ("Via", "From", "Record-Route", "Contact", "Authorization")
}
ENTRY_POINTS |= {
    "start": EntryPoint(lambda text: text),
    "Request-URI": EntryPoint(
        lambda text: wired(message(uri="sip:{text}")).replace("{text}", text)
    ),
    "Request-URI's parameters": EntryPoint(
        lambda text: wired(message(uri="sip:b@h;{text}")).replace("{text}", text)
    ),
    "header's name": EntryPoint(
        lambda text: wired(message(extra="{text}: x\n")).replace("{text}", text)
    ),
    "OPTIONS": EntryPoint(header("Record-Route", "<sip:a@b>", "OPTIONS"), "forbidden"),
    "REGISTER": EntryPoint(header("Contact", "<sip:a@b>", "REGISTER")),
    "CANCEL": EntryPoint(header("Reason", "SIP;text=", "CANCEL")),
}
ENTRY_POINTS |= {
    f"offer, {before[-24:]!r}": EntryPoint(body(before), "admitted", *SDP_SHAPES)
    for before in (
        "",
        "v=0\r\n",
        OFFER,
        "v=0\r\nc=IN IP4 ",
        "v=0\r\nc=IN IP6 ::",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=",
        OFFER.rstrip(),
        f"{OFFER}a=",
        f"{OFFER}a=rtpmap:",
        f"{OFFER}a=rtpmap:0 ",
        f"{OFFER}m=audio 9 ",
    )
}
ENTRY_POINTS |= {
    f"{status} {name}": EntryPoint(response(status, name, valid), "calling")
    for status, name, valid in (
        (200, "Contact", "<sip:a@b>"),
        (200, "Record-Route", "<sip:a@b>"),
        (180, "Record-Route", "<sip:a@b>"),
        (401, "WWW-Authenticate", "Digest "),
        (401, "WWW-Authenticate", 'Digest realm="'),
        (302, "Contact", "<sip:a@b>"),
        (486, "Reason", "SIP;text="),
        (200, "X-Unknown", ""),
    )
}
ENTRY_POINTS |= {
    "BYE": EntryPoint(
        lambda t: wired(message("BYE", **INSIDE, extra="Reason: SIP;{t}\n")).replace("{t}", t),
        "in a call",
    ),
    "re-INVITE": EntryPoint(body(OFFER, **INSIDE), "in a call", *SDP_SHAPES),
    "re-INVITE's Contact": EntryPoint(
        lambda t: wired(message(**INSIDE)).replace("Contact: ", f"Contact: {t}"), "in a call"
    ),
    "NOTIFY": EntryPoint(body("SIP/2.0 ", "NOTIFY", "message/sipfrag", **INSIDE), "in a call"),
}
ENTRY_POINTS |= {
    f"INFO {kind}, {before!r}": EntryPoint(body(before, "INFO", kind, **INSIDE), "in a call")
    for kind in ("application/dtmf-relay", "application/dtmf", "text/plain", "application/dtmf;x=y")
    for before in ("", "Signal=", "Signal=5\r\nDuration=", "5")
}
