"""Digest: the published vectors, and what a server must refuse."""

from __future__ import annotations

import pytest
from virtual_network import seeded

from voice.telephony.sip import Credentials, SipSyntaxError
from voice.telephony.sip.authenticator import NONCE_SECONDS, DigestAuthenticator, Verdict
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

    def credentials(self, user: str = "alice", password: str = "secret", which: int = 0) -> str:
        challenge = self.digest.challenges()[which]
        header = answer_challenge([challenge], Credentials(user, password), "INVITE", "sip:b", "c")
        assert header is not None
        return header

    def verdict(self, header: str | None, method: str = "INVITE") -> Verdict:
        return self.digest.check(header, method).verdict


@pytest.mark.parametrize("which", [0, 1])
def test_right_credentials_are_good_once(which: int) -> None:
    server = Server()
    header = server.credentials(which=which)
    assert server.digest.check(header, "INVITE").username == "alice"
    assert server.verdict(header) is Verdict.STALE


def test_wrong_credentials_are_bad() -> None:
    server = Server()
    good = server.credentials()
    assert server.verdict(None) is Verdict.BAD
    assert server.verdict(server.credentials(password="wrong")) is Verdict.BAD
    assert server.verdict(server.credentials(user="nobody")) is Verdict.BAD
    assert server.verdict(good, method="BYE") is Verdict.BAD
    assert server.verdict(good.replace("qop=auth, ", "")) is Verdict.BAD
    assert server.verdict(good.replace('realm="voice"', 'realm="other"')) is Verdict.BAD
    assert server.verdict(good.replace("SHA-256", "SHA-512")) is Verdict.BAD


def test_an_old_nonce_is_stale_and_a_foreign_one_too() -> None:
    server = Server()
    header = server.credentials()
    server.now += NONCE_SECONDS + 1
    assert server.verdict(header) is Verdict.STALE
    other = Server()
    other.digest._key = b"another key"
    assert server.verdict(other.credentials()) is Verdict.STALE
    assert "stale=true" in server.digest.challenges(stale=True)[0]


def test_a_client_takes_the_first_challenge_that_it_understands() -> None:
    unknown = 'Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth"'
    integrity = 'Digest realm="r", nonce="n", qop="auth-int"'
    plain = 'Digest realm="r", nonce="n"'
    assert answer_challenge([unknown, integrity, "Basic x"], MUFASA, "INVITE", "sip:b", "c") is None
    header = answer_challenge([unknown, plain], MUFASA, "INVITE", "sip:b", "c")
    assert header is not None and "qop" not in header
