"""From a datagram to a message: framing, folding, and the checks before anything may look at it."""

from __future__ import annotations

import re

from sipmessage.message import COMPACT_FORMS

from voice.telephony.sip import grammar
from voice.telephony.sip.addresses import NameAddress, Uri
from voice.telephony.sip.errors import SipSyntaxError, UnsupportedScheme
from voice.telephony.sip.headers import Headers
from voice.telephony.sip.message import SipRequest, SipResponse

MAX_HEADER_LINES = 256
MAX_HEADER_CHARACTERS = 8192
"""Of one line, unfolded."""
_FOLD = re.compile(r"\r\n[ \t]+")
_REQUEST_LINE = re.compile(r"([^ \t]+) ([^ \t]+) ([A-Za-z]+/[0-9.]+)")
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_SINGLE = ("Call-ID", "CSeq", "From", "To", "Max-Forwards", "Content-Length", "Content-Type")
_MAX_FORWARDS = 255


class RefusedRequest(Exception):
    """A datagram that is recognisably a request but must be refused with this status."""

    def __init__(self, status: int, reason: str, request: SipRequest) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.request = request


def parse(datagram: bytes) -> SipRequest | SipResponse:
    """Read one datagram.

    Raises RefusedRequest where the sender can be answered, SipSyntaxError where nothing can be.
    """
    head, body = _frame(datagram)
    first, *lines = _FOLD.sub(" ", head).split("\r\n")
    if first.startswith("SIP/"):
        return _response(first, lines, body)
    return _request(first, lines, body)


def _frame(datagram: bytes) -> tuple[str, bytes]:
    head, _, body = datagram.lstrip(b"\r\n").partition(b"\r\n\r\n")
    text = head.decode("utf-8", "surrogateescape")
    if re.search(r"[\x00]|\r(?!\n)|(?<!\r)\n", text):
        raise SipSyntaxError("the headers hold a NUL or a lone line break")
    return text, body


def _headers(lines: list[str]) -> tuple[Headers, str | None]:
    """All well-formed header lines, and the first fault among the others."""
    headers, fault = Headers(), None
    if len(lines) > MAX_HEADER_LINES:
        lines, fault = lines[:MAX_HEADER_LINES], "too many header lines"
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.rstrip()
        if len(line) > MAX_HEADER_CHARACTERS:
            fault = fault or f"header line {grammar.printable(line)!r} is too long"
            continue
        if not colon or not grammar.TOKEN.fullmatch(name):
            fault = fault or f"header line {grammar.printable(line)!r} is not valid"
            continue
        headers.add(COMPACT_FORMS.get(name.lower(), name), value.strip())
    return headers, fault


def _request(first: str, lines: list[str], body: bytes) -> SipRequest:
    headers, fault = _headers(lines)
    parts = first.split(" ", 1)
    if not grammar.TOKEN.fullmatch(parts[0]) or len(parts) == 1:
        raise SipSyntaxError("the datagram is neither request nor response")
    request = SipRequest(headers, body, method=parts[0], uri="")
    if len(first) > MAX_HEADER_CHARACTERS:
        raise RefusedRequest(414, "request line is too long", request)
    match = _REQUEST_LINE.fullmatch(first)
    if match and match[3].upper() != "SIP/2.0":
        raise RefusedRequest(505, "SIP version is not supported", request)
    if match is None:
        raise RefusedRequest(400, "request line is not valid", request)
    request.uri = match[2]
    try:
        if fault is not None:
            raise SipSyntaxError(fault)
        check_request(request)
    except UnsupportedScheme as error:
        raise RefusedRequest(416, str(error), request) from None
    except SipSyntaxError as error:
        raise RefusedRequest(400, str(error), request) from None
    return request


def check_request(request: SipRequest) -> None:
    """Touch what is needed to say who asks for what; raises SipSyntaxError.

    Lists and addresses are not read: `check_addresses` does that for whoever may go on.
    """
    headers = request.headers
    for name in _SINGLE:
        if len(headers.getlist(name)) > 1:
            raise SipSyntaxError(f"{name} stands there more than once")
    if not request.sender.text or not request.to.text or not request.call_id:
        raise SipSyntaxError("From, To or Call-ID is empty")
    if not request.via.host or request.cseq.method != request.method:
        raise SipSyntaxError("CSeq does not name the request's method")
    forwards = headers.get("Max-Forwards") or "70"
    if not re.fullmatch(r"[0-9]{1,6}", forwards) or int(forwards) > _MAX_FORWARDS:
        raise SipSyntaxError("Max-Forwards is not a number from 0 to 255")
    _cut_body(request)
    if request.method != "CANCEL":
        Uri.parse(request.uri)


def check_addresses(request: SipRequest) -> None:
    """A dialog can be made of it; raises SipSyntaxError that names the address."""
    for address in (request.sender, request.to, _check_route(request)):
        if address is not None and address.uri.lower().startswith(("sip:", "sips:", "tel:")):
            Uri.parse(address.uri)


def _check_route(message: SipRequest | SipResponse) -> NameAddress | None:
    """Contact, which is returned, and Record-Route are addresses."""
    for value in message.members("Record-Route"):
        NameAddress.parse(value)
    return message.contact


def _cut_body(message: SipRequest | SipResponse) -> None:
    length = message.headers.get("Content-Length")
    if length is None:
        return
    if not re.fullmatch(r"[0-9]{1,6}", length) or int(length) > len(message.body):
        raise SipSyntaxError("Content-Length does not fit the body")
    message.body = message.body[: int(length)]


def _response(first: str, lines: list[str], body: bytes) -> SipResponse:
    headers, fault = _headers(lines)
    match = _STATUS_LINE.fullmatch(first)
    if fault is not None or match is None:
        raise SipSyntaxError(fault or "status line is not valid")
    response = SipResponse(headers, body, status=int(match[1]), phrase=match[2] or "")
    if len(response.members("Via")) != 1:
        raise SipSyntaxError("a response for us has exactly one Via")
    for part in (response.via, response.sender, response.to, response.call_id, response.cseq):
        assert part is not None
    if response.cseq.method == "INVITE" and response.status < 300:
        _check_route(response)
    _cut_body(response)
    return response
