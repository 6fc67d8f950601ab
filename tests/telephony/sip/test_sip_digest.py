"""Digest: the published vectors, and what a server must refuse."""

from __future__ import annotations

import pytest

from tests.telephony.sip.virtual_network import seeded
from voice.telephony.sip import Credentials, SipSyntaxError
from voice.telephony.sip.authenticator import (
    MAX_CREDENTIALS,
    NONCE_SECONDS,
    DigestAuthenticator,
    DigestVerdict,
)
from voice.telephony.sip.digest import (
    answer_challenge,
    digest_response,
    parse_digest,
    serialise_digest,
)

MUFASA = Credentials("Mufasa", "Circle of Life")


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: str, expected: str) -> None:
    values = {
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "nc": "00000001",
        "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        "qop": "auth",
    }
    realm, uri = "http-auth@example.org", "/dir/index.html"
    assert digest_response(MUFASA, realm, "GET", uri, values, algorithm) == expected


def test_the_example_of_rfc_2069_without_qop() -> None:
    values = {"nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"}
    who = Credentials("Mufasa", "CircleOfLife")
    got = digest_response(who, "testrealm@host.com", "GET", "/dir/index.html", values)
    assert got == "1949323746fe6a43ef61f9606e7febea"


def test_parameters_may_hold_commas_and_quotes() -> None:
    header = 'Digest realm="a, \\"b\\"", nonce=x , qop="auth,auth-int",algorithm=MD5'
    values = {"realm": 'a, "b"', "nonce": "x", "qop": "auth,auth-int", "algorithm": "MD5"}
    assert parse_digest(header) == values
    assert parse_digest(serialise_digest(values)) == values


@pytest.mark.parametrize("header", ["Basic abc", "Digest", "Digest a", 'Digest a="1", a="2"'])
def test_what_is_not_digest_is_a_syntax_error(header: str) -> None:
    with pytest.raises(SipSyntaxError):
        parse_digest(header)


URI = "sip:b@192.0.2.9"
HOST = "192.0.2.1"


class Server:
    """An authenticator with a clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.digest = DigestAuthenticator(
            {"alice": "secret"},
            "voice",
            algorithms=("SHA-256", "MD5"),
            wall_clock=lambda: self.now,
            random=seeded(1),
        )

    def credentials(
        self, user: str = "alice", password: str = "secret", which: int = 0, uri: str = URI
    ) -> str:
        challenge = self.digest.challenges(HOST)[which]
        header = answer_challenge([challenge], Credentials(user, password), "INVITE", uri, "c")
        assert header is not None
        return header

    def without_qop(self, password: str = "secret") -> str:
        """As a client writes it that knows RFC 2069 only."""
        nonce = parse_digest(self.digest.challenges(HOST)[1])["nonce"]
        who = Credentials("alice", password)
        response = digest_response(who, "voice", "INVITE", URI, {"nonce": nonce})
        given = {"username": "alice", "realm": "voice", "nonce": nonce, "uri": URI}
        return serialise_digest({**given, "response": response})

    def verdict(
        self, header: str, method: str = "INVITE", uri: str = URI, host: str = HOST
    ) -> DigestVerdict:
        (given,) = self.digest.read([header])
        return self.digest.check(given, method, uri, host)


@pytest.mark.parametrize("which", [0, 1])
def test_right_credentials_are_good_once(which: int) -> None:
    server = Server()
    header = server.credentials(which=which)
    assert server.verdict(header) is DigestVerdict.GOOD
    assert server.verdict(header) is DigestVerdict.STALE


def test_credentials_without_qop_are_good_once() -> None:
    server = Server()
    header = server.without_qop()
    assert "qop" not in header and "nc=" not in header
    assert server.verdict(header) is DigestVerdict.GOOD
    assert server.verdict(header) is DigestVerdict.STALE
    assert server.verdict(server.without_qop("guess")) is DigestVerdict.WRONG


def test_wrong_credentials_are_told_from_those_that_cannot_be_used() -> None:
    server = Server()
    good = server.credentials()
    assert server.verdict(server.credentials(password="wrong")) is DigestVerdict.WRONG
    assert server.verdict(server.credentials(user="nobody")) is DigestVerdict.WRONG
    assert server.verdict(good, method="BYE") is DigestVerdict.WRONG
    assert server.verdict(good.replace("qop=auth, ", "")) is DigestVerdict.WRONG
    assert server.verdict(good.replace("qop=auth", "qop=auth-int")) is DigestVerdict.UNUSABLE
    assert server.verdict(good.replace("nc=", "x=")) is DigestVerdict.UNUSABLE
    assert server.verdict(good.replace("SHA-256", "SHA-512")) is DigestVerdict.UNUSABLE
    assert server.verdict(good) is DigestVerdict.GOOD


@pytest.mark.parametrize(
    ("signed", "requested", "verdict"),
    [
        (URI, URI, DigestVerdict.GOOD),
        (URI, "sip:%62@192.0.2.9:5060;transport=udp", DigestVerdict.GOOD),
        ("sip:b@192.0.2.9;user=phone", URI, DigestVerdict.GOOD),
        ("sip:b@Voice.Example", "sip:b@voice.example", DigestVerdict.GOOD),
        ("tel:+1-201-555", "tel:+1201555", DigestVerdict.GOOD),
        ("sip:premium@192.0.2.9", URI, DigestVerdict.UNUSABLE),
        ("sip:b@192.0.2.10", URI, DigestVerdict.UNUSABLE),
        ("sip:b@192.0.2.9:5070", URI, DigestVerdict.UNUSABLE),
        ("sips:b@192.0.2.9", URI, DigestVerdict.UNUSABLE),
        ("sip:192.0.2.9", URI, DigestVerdict.UNUSABLE),
        ("sip:B@192.0.2.9", URI, DigestVerdict.UNUSABLE),
        ("/", URI, DigestVerdict.UNUSABLE),
    ],
)
def test_credentials_are_for_the_request_that_they_were_made_for(
    signed: str, requested: str, verdict: DigestVerdict
) -> None:
    server = Server()
    assert server.verdict(server.credentials(uri=signed), uri=requested) is verdict


@pytest.mark.parametrize(
    ("count", "verdict"), [("1", DigestVerdict.GOOD), ("0000000g", DigestVerdict.STALE)]
)
def test_a_count_is_a_hexadecimal_number(count: str, verdict: DigestVerdict) -> None:
    server = Server()
    nonce = parse_digest(server.digest.challenges(HOST)[1])["nonce"]
    values = {"nonce": nonce, "nc": count, "cnonce": "c", "qop": "auth"}
    response = digest_response(Credentials("alice", "secret"), "voice", "INVITE", URI, values)
    header = serialise_digest(
        {"username": "alice", "realm": "voice", "uri": URI, **values, "response": response}
    )
    assert server.verdict(header) is verdict


def test_only_credentials_for_our_realm_are_looked_at_and_not_too_many() -> None:
    server = Server()
    good = server.credentials()
    others = ["Basic abc", "Digest x", good.replace('realm="voice"', 'realm="other"')]
    assert server.digest.read(others) == []
    assert len(server.digest.read([*others, good])) == 1
    assert len(server.digest.read([good] * 50)) == MAX_CREDENTIALS


def test_an_old_nonce_is_stale_and_a_foreign_one_too() -> None:
    server = Server()
    header = server.credentials()
    server.now += NONCE_SECONDS + 1
    assert server.verdict(header) is DigestVerdict.STALE
    other = Server()
    other.digest._key = b"another key"
    assert server.verdict(other.credentials()) is DigestVerdict.STALE
    assert "stale=true" in server.digest.challenges(HOST, stale=True)[0]


@pytest.mark.parametrize("password", ["secret", "guess"])
def test_a_nonce_is_good_only_from_the_address_that_it_was_sent_to(password: str) -> None:
    """Forged packets carry no nonce of their victim, so they count as no wrong password of his."""
    server = Server()
    header = server.credentials(password=password)

    assert server.verdict(header, host="198.51.100.7") is DigestVerdict.STALE
    assert server.verdict(header.replace('nonce="', 'nonce="0')) is DigestVerdict.STALE


def test_a_client_takes_the_first_challenge_that_it_understands() -> None:
    unknown = 'Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth"'
    integrity = 'Digest realm="r", nonce="n", qop="auth-int"'
    plain = 'Digest realm="r", nonce="n"'
    assert answer_challenge([unknown, integrity, "Basic x"], MUFASA, "INVITE", "sip:b", "c") is None
    header = answer_challenge([unknown, plain], MUFASA, "INVITE", "sip:b", "c")
    assert header is not None and "qop" not in header
