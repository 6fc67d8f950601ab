"""An INVITE of ours without a final answer, as it can be kept beyond the life of a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.errors import SipSyntaxError
from voice.telephony.sip.message import SipRequest
from voice.telephony.sip.wire import RefusedRequest, parse


@dataclass(frozen=True)
class Invitation:
    """The request as it was sent, and where to."""

    request: SipRequest
    destination: Endpoint

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "invite": bytes(self.request).decode("latin-1"),
            "destination": list(self.destination),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Invitation:
        """The inverse of `to_dict`; raises SipSyntaxError when it is not one."""
        try:
            host, port = values["destination"]
            request = parse(values["invite"].encode("latin-1"))
            if not isinstance(request, SipRequest) or request.method != "INVITE":
                raise SipSyntaxError("this is no INVITE")
            return cls(request, (str(host), int(port)))
        except (KeyError, TypeError, ValueError, AttributeError, RefusedRequest):
            raise SipSyntaxError("this is not a stored INVITE") from None
