"""What a call process is told of a call that is offered to it."""

from __future__ import annotations

from voice.telephony.leg import Offer
from voice.telephony.sip import IncomingCall, printable
from voice.telephony.sip.addresses import bracketed

LONGEST_CALL_ID = 255


def offer_of(call_id: str, sip: IncomingCall, sample_rate: int) -> Offer:
    """All text that the caller's side chose is cut and made printable."""
    host, port = sip.source
    return Offer(
        call_id=call_id,
        caller_number=sip.caller.number,
        caller_display=printable(sip.display_name),
        called=printable(sip.called),
        sample_rate=sample_rate,
        identity=sip.caller.level.name.lower(),
        diversion=printable(sip.diversion) if sip.diversion else None,
        sip_call_id=printable(sip.call_id, LONGEST_CALL_ID),
        trunk=sip.account,
        source=f"{bracketed(host)}:{port}",
    )
