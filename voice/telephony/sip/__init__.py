"""A SIP user agent over UDP (RFC 3261): answers calls for the edge, places them for test callers.

`sipmessage` reads CSeq and knows the short names of headers; the rest is ours, because every reader
is linear and has limits: what a datagram costs grows no faster than the datagram. All timers come
from the running event loop, all randomness from one injected source, so that every behaviour can be
tested in virtual time. Signalling only: the owner opens the RTP socket and passes session
descriptions.

Answering calls
---------------
::

    agent = UserAgent(
        on_call,                        # Callable[[IncomingCall], None], called for each new call
        policy=AccessPolicy(),          # who may call; default: loopback only, no credentials
        admission=lambda: None,         # None admits; a number is 503 with that Retry-After
        available=lambda: True,         # OPTIONS is answered 503 while not, and while draining
        open_invites=32,                # so many new calls without ACK a source may have; then 503
        advertised=None,                # host in Contact and Via; needed when listening on 0.0.0.0
        name="Voice", timers=Timers(), random=secrets.token_bytes)
    await agent.listen("127.0.0.1", 5060)   # OSError when the port is in use; port 0 = any
    agent.address                           # (host, port) that it is bound to
    await agent.drain(seconds)              # new calls get 503; waits for running ones
    await agent.close()                     # BYE or 503 to what is left, then frees the port

    def on_call(call: IncomingCall) -> None:
        # 100 has been sent; digest, admission, Require, media type and SDP have been checked:
        # an offer that we cannot answer got 488 and never comes here.
        call.call_id: str                   # Call-ID
        call.caller: voice.identity.Caller  # number and level (CLAIMED only from a trusted trunk)
        call.display_name: str              # as sent; printable(call.display_name) for logs
        call.called: str                    # user part of the Request-URI
        call.diversion: str | None          # user part of the first Diversion / History-Info entry
        call.account: str | None            # digest user, or name of the trunk
        call.offer: SessionDescription | None        # None: the offer is ours to make (late offer)
        call.source: tuple[str, int]
        call.handlers = CallHandlers(on_confirmed=..., on_ended=..., ...)     # set before returning

    call.ring()                             # 180
    call.progress(sdp: bytes)               # 183 with early media
    call.answer(sdp: bytes)                 # 200, repeated until the ACK
    call.reject(486, reason="", retry_after=None)
    call.bye(text="", cause=16)             # Reason: Q.850; waits for the ACK by itself; 480 if
                                            # not yet answered. Safe in every state, idempotent.
    await call.reinvite(sdp) -> SessionDescription     # our own hold/resume; raises CallRejected
    referral = call.refer("sip:person@192.0.2.7", credentials=None, on_progress=...)
    await referral.accepted()               # blind transfer; CallRejected when the peer refuses it
    await referral.outcome() -> int         # the final status that it reports (NOTIFY); 202 when it
                                            # reports none. Then bye().
    call.ask_presence()                     # OPTIONS in the dialog; the call ends (TIMEOUT) if the
                                            # other side does not answer or does not know it
    call.state: CallState                   # RINGING, ANSWERED, CONFIRMED, ENDED
    await call.wait_ended() -> CallEnd
    # ring/progress/answer/reject on a call that is already over (CANCEL won the race) do nothing.

    CallHandlers (all optional, all plain functions; an exception in one ends that call only):
        on_acknowledged()                   # an ACK arrived: what was answered holds from now on
        on_confirmed()                      # it was the first one
        on_answer(sdp: SessionDescription)  # late offer: the caller's answer, in the ACK
        on_offer(offer: SessionDescription | None) -> bytes    # re-INVITE (hold, resume, new
                                            # address): return our description; raise NotAcceptable
                                            # for 488; None = the peer asks for an offer
        on_info(content_type: str, body: bytes)                # e.g. application/dtmf-relay
        on_ended(end: CallEnd)              # exactly once, however the call ends
    CallEnd(cause: EndCause, status: int | None, text: str)
        EndCause: CANCELLED, REJECTED, REMOTE_BYE, LOCAL_BYE, NO_ACK, TIMEOUT, FAILED

Session descriptions
--------------------
::

    local = LocalMedia(address="127.0.0.1", port=16384, session_id=1, version=1)
    agreed = answer_offer(call.offer, local, codecs=("PCMU", "PCMA"))   # NotAcceptable -> 488
    make_offer(local, codecs=("PCMU", "PCMA"), direction="sendrecv") -> bytes
    accept_answer(answer: SessionDescription, local) -> MediaAgreement
    MediaAgreement: codec "PCMU" | "PCMA", payload_type, dtmf_payload_type: int | None,
        remote_address, remote_port, sends: bool, receives: bool (ours, after hold), sdp: bytes
    For a re-INVITE answer with dataclasses.replace(local, version=local.version + 1).

Placing calls
-------------
::

    agent = UserAgent()                     # without on_call every INVITE is answered 480
    await agent.listen("127.0.0.1", 0)
    call = agent.invite(
        "sip:bot@127.0.0.1:5060", make_offer(local), credentials=Credentials("alice", "secret"),
        from_uri="sip:+35312345@127.0.0.1", display_name="", headers=(("P-...", "..."),),
        handlers=CallHandlers(...))         # -> OutgoingCall, the INVITE is on its way
    sdp = await call.answered()             # SessionDescription; CallRejected(status, phrase)
    call.on_ringing = lambda status, sdp_or_none: ...
    call.cancel()                           # before the answer; answered() raises CallRejected(487)
    call.bye()                              # BYE, or cancel() when not yet answered

After a restart
---------------
::

    agent.dialogs() -> list[Dialog]         # confirmed dialogs, for the journal
    Dialog.to_dict() / Dialog.from_dict(d)  # plain JSON
    await agent.end_orphan(dialog) -> int   # BYE with Reason; status (408 when nobody answers)
    agent.invitations() -> list[Invitation] # our INVITEs without a final answer, for the same
    await agent.withdraw(invitation, credentials) -> int    # CANCEL, or BYE when it was answered

Who may call
------------
::

    AccessPolicy(trunks=(Trunk("carrier", ("192.0.2.0/24",), trusted=True),),
                 users={"alice": "secret"}, realm="voice", algorithms=("MD5",))
    policy.protects(host) -> bool           # may the edge listen on this address with this policy?

Without trunks and users only loopback sources may call. With users, whoever is in no trunk's
network must give digest credentials, loopback included.

Malformed datagrams are answered or dropped as the RFC says; nothing raises out of the socket. What
the decision on a caller does not need (lists, addresses, the body) is read after it.
"""

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.agent import UserAgent
from voice.telephony.sip.call import CallEnd, CallHandlers, EndCause, SipCall, SipCallState
from voice.telephony.sip.dialog import Dialog
from voice.telephony.sip.digest import Credentials
from voice.telephony.sip.errors import CallRejected, NotAcceptable, SipSyntaxError
from voice.telephony.sip.grammar import printable
from voice.telephony.sip.incoming_call import IncomingCall
from voice.telephony.sip.invitation import Invitation
from voice.telephony.sip.offer_answer import (
    LocalMedia,
    MediaAgreement,
    accept_answer,
    answer_offer,
    make_offer,
)
from voice.telephony.sip.outgoing_call import OutgoingCall
from voice.telephony.sip.policy import AccessPolicy, PeerTrunk
from voice.telephony.sip.referral import Referral
from voice.telephony.sip.sdp import SessionDescription
from voice.telephony.sip.timers import Timers

__all__ = [
    "AccessPolicy",
    "CallEnd",
    "CallHandlers",
    "CallRejected",
    "Credentials",
    "Dialog",
    "EndCause",
    "Endpoint",
    "IncomingCall",
    "Invitation",
    "LocalMedia",
    "MediaAgreement",
    "NotAcceptable",
    "OutgoingCall",
    "PeerTrunk",
    "Referral",
    "SessionDescription",
    "SipCall",
    "SipCallState",
    "SipSyntaxError",
    "Timers",
    "UserAgent",
    "accept_answer",
    "answer_offer",
    "make_offer",
    "printable",
]
