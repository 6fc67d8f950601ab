"""Who may call: loopback alone, trunks by network, users by digest."""

from __future__ import annotations

from tests.telephony.sip.virtual_network import seeded
from voice.telephony.sip import AccessPolicy, Credentials, PeerTrunk
from voice.telephony.sip.digest import answer_challenge
from voice.telephony.sip.headers import Headers
from voice.telephony.sip.message import SipRequest
from voice.telephony.sip.policy import Admitted, Challenged, Forbidden

CARRIER = PeerTrunk("carrier", ("192.0.2.0/24", "2001:db8::/32"), trusted=True)
INSIDE, OUTSIDE, LOOPBACK = ("192.0.2.7", 5060), ("198.51.100.7", 5060), ("127.0.0.1", 5060)


def invite(authorization: str | None = None) -> SipRequest:
    values = [] if authorization is None else [("Authorization", authorization)]
    return SipRequest(Headers(values), b"", method="INVITE", uri="sip:b@192.0.2.9")


def test_without_trunks_and_users_only_loopback_may_call() -> None:
    policy = AccessPolicy()
    assert policy.decide(invite(), LOOPBACK) == Admitted()
    assert policy.decide(invite(), ("::1", 5060)) == Admitted()
    assert policy.decide(invite(), OUTSIDE) == Forbidden()
    assert policy.protects("127.0.0.1") and policy.protects("[::1]")
    assert not policy.protects("0.0.0.0") and not policy.protects("192.0.2.9")


def test_a_trunk_calls_from_its_networks() -> None:
    policy = AccessPolicy([CARRIER])
    assert policy.decide(invite(), INSIDE) == Admitted("carrier", trusted=True)
    assert policy.decide(invite(), ("2001:db8::5", 5060)) == Admitted("carrier", trusted=True)
    assert policy.decide(invite(), ("::ffff:192.0.2.7", 1)) == Admitted("carrier", trusted=True)
    assert policy.decide(invite(), OUTSIDE) == Forbidden()
    assert policy.decide(invite(), LOOPBACK) == Forbidden()
    assert policy.protects("192.0.2.9")


def test_a_user_is_challenged_from_anywhere_and_then_admitted() -> None:
    policy = AccessPolicy(
        [CARRIER], {"alice": "secret"}, algorithms=("SHA-256", "MD5"), random=seeded(1)
    )
    assert policy.decide(invite(), INSIDE) == Admitted("carrier", trusted=True)
    assert isinstance(policy.decide(invite(), LOOPBACK), Challenged)
    asked = policy.decide(invite(), OUTSIDE)
    assert isinstance(asked, Challenged) and len(asked.challenges) == 2
    header = answer_challenge(
        asked.challenges, Credentials("alice", "secret"), "INVITE", "sip:b@192.0.2.9", "c"
    )
    assert policy.decide(invite(header), OUTSIDE) == Admitted("alice")
    again = policy.decide(invite(header), OUTSIDE)
    assert isinstance(again, Challenged) and "stale=true" in again.challenges[0]
