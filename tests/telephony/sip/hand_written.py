"""SIP messages as a peer would write them, one argument for each thing that a test varies."""

from __future__ import annotations

from typing import TypedDict

SDP = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 4000 RTP/AVP 0
"""


class Inside(TypedDict, total=False):
    """What tells a request inside a call from the one that began it."""

    branch: str
    to_tag: str
    cseq: int


class Parts(Inside, total=False):
    """What a test may vary in a request."""

    uri: str
    extra: str
    body: str
    content_type: str
    sender: str


def message(
    method: str = "INVITE",
    *,
    uri: str = "sip:bot@127.0.0.1",
    branch: str = "z9hG4bK1",
    to_tag: str = "",
    cseq: int = 1,
    extra: str = "",
    body: str = SDP,
    content_type: str = "application/sdp",
    sender: str = "<sip:+35312345@127.0.0.1>;tag=them",
) -> str:
    body = body.replace("\n", "\r\n") if method == "INVITE" else ""
    kind = f"Content-Type: {content_type}\n" if body else ""
    return (
        f"{method} {uri} SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch={branch}\n"
        f"Max-Forwards: 70\nFrom: {sender}\nTo: <sip:bot@127.0.0.1>{to_tag}\nCall-ID: one\n"
        f"CSeq: {cseq} {method}\nContact: <sip:them@127.0.0.1:5070>\n{extra}{kind}"
        f"Content-Length: {len(body)}\n\n{body}"
    )


def wired(text: str) -> str:
    """A message as it goes over the wire."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
