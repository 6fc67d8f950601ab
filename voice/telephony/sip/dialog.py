"""Dialogs (RFC 3261 12): who talks with whom, through which proxies, with which numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voice.telephony.sip.addresses import Endpoint, NameAddress, Uri, is_ip
from voice.telephony.sip.errors import SipSyntaxError
from voice.telephony.sip.headers import HeaderList, Headers
from voice.telephony.sip.message import SipRequest, SipResponse

DialogId = tuple[str, str, str]
"""Call-ID, local tag, remote tag."""

_TEXTS = ("call_id", "local", "local_tag", "remote", "remote_tag", "remote_target")


@dataclass
class Dialog:
    """One dialog; addresses are header values as written, `local_cseq` the last number used."""

    call_id: str
    local: str
    local_tag: str
    remote: str
    remote_tag: str
    remote_target: str
    route_set: tuple[str, ...]
    local_cseq: int
    remote_cseq: int | None
    peer: Endpoint
    """The address that the dialog was made with."""
    behind_nat: bool = False
    """The peer's own idea of its address is wrong: send to `peer`."""

    @classmethod
    def of_server(cls, request: SipRequest, local_tag: str, source: Endpoint, cseq: int) -> Dialog:
        """The dialog that our answer to an INVITE makes (12.1.1); raises SipSyntaxError."""
        if request.contact is None:
            raise SipSyntaxError("Contact is missing")
        host = request.via.host.strip("[]").lower()
        return cls(
            call_id=request.call_id,
            local=f"{request.to.text};tag={local_tag}",
            local_tag=local_tag,
            remote=request.sender.text,
            remote_tag=request.sender.tag or "",
            remote_target=request.contact.uri,
            route_set=tuple(request.members("Record-Route")),
            local_cseq=cseq,
            remote_cseq=request.cseq.sequence,
            peer=source,
            behind_nat=is_ip(host) and host != source[0],
        )

    @classmethod
    def of_client(cls, request: SipRequest, response: SipResponse, peer: Endpoint) -> Dialog:
        """The dialog that an answer to our INVITE makes (12.1.2); raises SipSyntaxError."""
        target = response.contact.uri if response.contact is not None else request.uri
        return cls(
            call_id=request.call_id,
            local=request.sender.text,
            local_tag=request.sender.tag or "",
            remote=response.to.text,
            remote_tag=response.to.tag or "",
            remote_target=target,
            route_set=tuple(reversed(response.members("Record-Route"))),
            local_cseq=request.cseq.sequence,
            remote_cseq=None,
            peer=peer,
        )

    @property
    def id(self) -> DialogId:
        """What an in-dialog request is matched by."""
        return (self.call_id, self.local_tag, self.remote_tag)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**vars(self), "route_set": list(self.route_set), "peer": list(self.peer)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Dialog:
        """The inverse of `to_dict`; raises SipSyntaxError when it is not one."""
        try:
            host, port = values["peer"]
            routes = tuple(NameAddress.parse(route).text for route in values["route_set"])
            texts = {name: str(values[name]) for name in _TEXTS}
            last = values["remote_cseq"]
            return cls(
                **texts,
                route_set=routes,
                local_cseq=int(values["local_cseq"]),
                remote_cseq=None if last is None else int(last),
                peer=(str(host), int(port)),
                behind_nat=bool(values["behind_nat"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise SipSyntaxError("this is not a stored dialog") from None

    def accepts(self, request: SipRequest) -> bool:
        """Whether the request's number is in order (12.2.2); remembers it."""
        number = request.cseq.sequence
        if self.remote_cseq is not None and number <= self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    def refresh(self, message: SipRequest | SipResponse) -> None:
        """A new remote target from a re-INVITE or its answer (12.2.1.2)."""
        if message.contact is not None:
            self.remote_target = message.contact.uri

    def destination(self) -> Endpoint:
        """Where the next request goes: first route, remote target, or where the peer is seen."""
        if self.behind_nat and not self.route_set:
            return self.peer
        first = NameAddress.parse(self.route_set[0]).uri if self.route_set else self.remote_target
        try:
            named = Uri.parse(first).endpoint
        except SipSyntaxError:
            return self.peer
        if named is None or (":" in named[0]) != (":" in self.peer[0]):
            # A name is not looked up, and our socket speaks the IP version of `peer` only.
            return self.peer
        return named

    def request(
        self,
        method: str,
        *,
        via: str,
        headers: HeaderList = (),
        body: bytes = b"",
        cseq: int | None = None,
    ) -> SipRequest:
        """An in-dialog request with the next number (12.2.1.1); `cseq` is for ACK."""
        if cseq is None:
            self.local_cseq += 1
            cseq = self.local_cseq
        uri, routes = self._path()
        values = [("Via", via), ("Max-Forwards", "70")]
        values += [("Route", route) for route in routes]
        values += [("From", self.local), ("To", self.remote), ("Call-ID", self.call_id)]
        values += [("CSeq", f"{cseq} {method}"), *headers]
        return SipRequest(Headers(values), body, method=method, uri=uri)

    def _path(self) -> tuple[str, tuple[str, ...]]:
        """Request-URI and routes; a strict router (without lr) gets its own URI (12.2.1.1)."""
        if not self.route_set:
            return self.remote_target, ()
        first = NameAddress.parse(self.route_set[0])
        if "lr" in _uri_parameters(first.uri):
            return self.remote_target, self.route_set
        return first.uri, (*self.route_set[1:], f"<{self.remote_target}>")


def _uri_parameters(uri: str) -> dict[str, str | None]:
    try:
        return Uri.parse(uri).parameters
    except SipSyntaxError:
        return {}
