"""Requests and responses: what was received, and what is built to be sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property

from sipmessage import CSeq

from voice.telephony.sip.addresses import Endpoint, NameAddress, Via
from voice.telephony.sip.errors import SipSyntaxError
from voice.telephony.sip.grammar import MAX_MEMBERS, split
from voice.telephony.sip.headers import HeaderList, Headers

SDP = "application/sdp"
ALLOW = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "NOTIFY")
KNOWN_METHODS = frozenset(
    (*ALLOW, "REGISTER", "UPDATE", "PRACK", "REFER", "SUBSCRIBE", "MESSAGE", "PUBLISH")
)
MAX_CSEQ = 2**31

PHRASES = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 407: "Proxy Authentication Required", 408: "Request Timeout",
    414: "Request-URI Too Long", 415: "Unsupported Media Type", 416: "Unsupported URI Scheme",
    420: "Bad Extension", 423: "Interval Too Brief",
    480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected",
    486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
    491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented",
    503: "Service Unavailable", 505: "Version Not Supported", 600: "Busy Everywhere",
    603: "Decline",
}  # fmt: skip


@dataclass
class Message(ABC):
    """What requests and responses have in common; the views raise SipSyntaxError."""

    headers: Headers
    body: bytes

    def one(self, name: str) -> str:
        """The value of a header that must be there."""
        value = self.headers.get(name)
        if value is None:
            raise SipSyntaxError(f"{name} is missing")
        return value

    def members(self, name: str) -> list[str]:
        """The members of a list header over all its lines; raises SipSyntaxError when too many."""
        found: list[str] = []
        for line in self.headers.getlist(name):
            found += split(line, ",")
            if len(found) > MAX_MEMBERS:
                raise SipSyntaxError(f"{name} has more than {MAX_MEMBERS} members")
        return found

    @cached_property
    def via(self) -> Via:
        """The topmost hop."""
        return Via.parse(split(self.one("Via"), ",")[0])

    @cached_property
    def sender(self) -> NameAddress:
        """The From header."""
        return NameAddress.parse(self.one("From"))

    @cached_property
    def to(self) -> NameAddress:
        """The To header."""
        return NameAddress.parse(self.one("To"))

    @cached_property
    def call_id(self) -> str:
        """The Call-ID header."""
        return self.one("Call-ID")

    @cached_property
    def cseq(self) -> CSeq:
        """The CSeq header."""
        try:
            value = CSeq.parse(self.one("CSeq"))
        except ValueError:
            raise SipSyntaxError("CSeq is not valid") from None
        if value.sequence >= MAX_CSEQ:
            raise SipSyntaxError("CSeq is out of range")
        return value

    @cached_property
    def contact(self) -> NameAddress | None:
        """The first Contact, if any."""
        members = self.members("Contact")
        return NameAddress.parse(members[0]) if members else None

    @property
    def content_type(self) -> str:
        """The body's media type in lower case, without parameters."""
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()

    @abstractmethod
    def start_line(self) -> str:
        """The first line, without its end."""

    def __bytes__(self) -> bytes:
        self.headers.setlist("Content-Length", [str(len(self.body))])
        head = f"{self.start_line()}\r\n{self.headers}"
        return head.encode("utf-8", "surrogateescape") + self.body


@dataclass
class SipRequest(Message):
    """A request; `uri` is the Request-URI as written."""

    method: str = field(kw_only=True)
    uri: str = field(kw_only=True)

    def stamp(self, source: Endpoint) -> None:
        """Note in the topmost Via where the request really came from."""
        self.headers.setlist("Via", [str(self.via.seen_from(source)), *self.members("Via")[1:]])

    def start_line(self) -> str:
        """`METHOD URI SIP/2.0`."""
        return f"{self.method} {self.uri} SIP/2.0"


@dataclass
class SipResponse(Message):
    """A response."""

    status: int = field(kw_only=True)
    phrase: str = field(kw_only=True)

    def start_line(self) -> str:
        """`SIP/2.0 STATUS PHRASE`."""
        return f"SIP/2.0 {self.status} {self.phrase}"


def make_response(
    request: SipRequest,
    status: int,
    *,
    to_tag: str | None = None,
    phrase: str | None = None,
    headers: HeaderList = (),
    body: bytes = b"",
) -> SipResponse:
    """The response to a request (RFC 3261 8.2.6); `to_tag` is added unless To has one."""
    to = request.one("To")
    if to_tag is not None and not _has_tag(request):
        to += f";tag={to_tag}"
    copied = [("Via", value) for value in request.headers.getlist("Via")]
    copied += [("From", request.one("From")), ("To", to)]
    copied += [(name, request.one(name)) for name in ("Call-ID", "CSeq")]
    if phrase is None:
        phrase = PHRASES.get(status, "Unknown")
    return SipResponse(Headers([*copied, *headers]), body, status=status, phrase=phrase)


def retry_after_header(seconds: float) -> tuple[str, str]:
    """When a sender may try again."""
    return "Retry-After", str(max(1, round(seconds)))


def _has_tag(request: SipRequest) -> bool:
    try:
        return request.to.tag is not None
    except SipSyntaxError:
        return "tag=" in request.one("To").lower()
