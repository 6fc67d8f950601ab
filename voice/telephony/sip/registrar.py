"""A registrar for the configured users (RFC 3261 10.3): a telephone learns that it is registered.

It says who may call and from where a telephone says it can be reached; nobody is called by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.telephony.sip.addresses import NameAddress, Uri
from voice.telephony.sip.message import SipRequest

LONGEST_SECONDS, SHORTEST_SECONDS = 3600, 60
"""Of a binding; who asks for more gets the longest, who asks for less is told the shortest."""
MOST_BINDINGS = 10
"""Of one user; with one more the oldest goes."""

Target = tuple[str, str, str, int]


class NotRegistered(Exception):
    """The REGISTER is answered with this status, and no binding has changed."""

    def __init__(self, status: int, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


@dataclass(frozen=True)
class _Binding:
    uri: str
    until: float
    call_id: str
    sequence: int


class Registrar:
    """The bindings of all users; `now` is in seconds."""

    def __init__(self) -> None:
        self._users: dict[str, dict[Target, _Binding]] = {}

    def register(self, request: SipRequest, user: str, now: float) -> list[tuple[str, str]]:
        """Do what `user`, who has proved to be it, asks for; the Contact headers of the 200.

        Raises NotRegistered, or SipSyntaxError for what cannot be read (400).
        """
        if Uri.parse(request.to.uri).user != user:
            raise NotRegistered(403)
        bindings = {
            target: binding
            for target, binding in self._users.get(user, {}).items()
            if binding.until > now
        }
        if [contact.strip() for contact in request.members("Contact")] == ["*"]:
            if request.headers.get("Expires") != "0":
                raise NotRegistered(400)
            for binding in bindings.values():
                _require_newer(request, binding)
            bindings = {}
        else:
            for contact in map(NameAddress.parse, request.members("Contact")):
                _bind(bindings, request, contact, now)
        self._users[user] = bindings
        return [
            ("Contact", f"<{binding.uri}>;expires={round(binding.until - now)}")
            for binding in bindings.values()
        ]


def _bind(
    bindings: dict[Target, _Binding], request: SipRequest, contact: NameAddress, now: float
) -> None:
    """Add, renew or remove one address (10.3, step 7)."""
    target = Uri.parse(contact.uri).target
    seconds = _seconds(contact.parameters.get("expires"), request.headers.get("Expires"))
    if 0 < seconds < SHORTEST_SECONDS:
        raise NotRegistered(423, [("Min-Expires", str(SHORTEST_SECONDS))])
    known = bindings.pop(target, None)
    if known is not None:
        _require_newer(request, known)
    if seconds:
        until = now + min(seconds, LONGEST_SECONDS)
        bindings[target] = _Binding(contact.uri, until, request.call_id, request.cseq.sequence)
        if len(bindings) > MOST_BINDINGS:
            bindings.pop(next(iter(bindings)))


def _seconds(of_contact: str | None, of_request: str | None) -> int:
    """The contact's own time wins; one that is malformed counts as the longest (10.2.1.1)."""
    asked = of_contact if of_contact is not None else of_request
    if asked is None or not (asked.isascii() and asked.isdigit()) or len(asked) > 10:
        return LONGEST_SECONDS
    return int(asked)


def _require_newer(request: SipRequest, known: _Binding) -> None:
    """A request that was overtaken by a later one of the same telephone changes nothing."""
    if request.call_id == known.call_id and request.cseq.sequence <= known.sequence:
        raise NotRegistered(500)
