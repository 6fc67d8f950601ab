"""The server's side of digest authentication: challenges, nonces without state, replay counts."""

from __future__ import annotations

import contextlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from voice.telephony.sip.addresses import Uri
from voice.telephony.sip.digest import (
    Credentials,
    digest_response,
    parse_digest,
    serialise_digest,
)
from voice.telephony.sip.errors import SipSyntaxError

NONCE_SECONDS = 60.0
MAX_NONCES = 10_000
EVERY_PHONE = ("MD5",)
"""What is asked for by default: phones in wide use give up at a challenge that names SHA-256, even
beside one for MD5. Where all phones know it, ("SHA-256", "MD5") is better (RFC 8760)."""
MAX_CREDENTIALS = 4
"""So many of a request are looked at: one for each algorithm, and some to spare."""
_NEEDED = ("username", "realm", "nonce", "uri", "response")
_NEEDED_WITH_QOP = ("nc", "cnonce")


class DigestVerdict(Enum):
    """What credentials are worth."""

    GOOD = auto()
    STALE = auto()
    """The nonce is too old, already used, or was given to somebody else: ask once more."""
    WRONG = auto()
    """Not made with the user's password, or there is no such user."""
    UNUSABLE = auto()
    """Not for this request, or not in a form that we know: no password was tried."""


class DigestAuthenticator:
    """Checks credentials with qop=auth, and without qop as old clients send them (RFC 2069).

    Nonces carry their time and are signed, not stored. One is good only from the address that it
    was sent to, so that nobody's forged packets count as wrong passwords of that address.
    """

    def __init__(
        self,
        users: Mapping[str, str],
        realm: str,
        *,
        algorithms: tuple[str, ...] = EVERY_PHONE,
        wall_clock: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.realm = realm
        self._users = dict(users)
        self._algorithms = algorithms
        self._now = wall_clock
        self._random = random
        self._key = random(32)
        self._counts: dict[str, tuple[float, int]] = {}

    def challenges(self, host: str, *, stale: bool = False) -> list[str]:
        """WWW-Authenticate values for an address, the preferred algorithm first (RFC 8760 2.4)."""
        nonce = self._nonce(host)
        values = {"realm": self.realm, "nonce": nonce, "qop": "auth"}
        if stale:
            values["stale"] = "true"
        return [serialise_digest({**values, "algorithm": name}) for name in self._algorithms]

    def read(self, headers: Sequence[str]) -> list[dict[str, str]]:
        """The credentials for our realm among the values of Authorization; each names a user."""
        found = []
        for header in headers:
            with contextlib.suppress(SipSyntaxError):
                given = parse_digest(header)
                if given.get("realm") == self.realm and "username" in given:
                    found.append(given)
            if len(found) == MAX_CREDENTIALS:
                break
        return found

    def check(self, given: Mapping[str, str], method: str, uri: str, host: str) -> DigestVerdict:
        """Judge what `read` found, for a request from an address.

        In constant time with respect to the secret.
        """
        algorithm = given.get("algorithm", "MD5").upper()
        qop = given.get("qop", "auth").lower()
        needed = _NEEDED + _NEEDED_WITH_QOP if "qop" in given else _NEEDED
        if any(name not in given for name in needed) or qop != "auth":
            return DigestVerdict.UNUSABLE
        if algorithm not in self._algorithms or not _same_target(given["uri"], uri):
            return DigestVerdict.UNUSABLE
        made = self._made(given["nonce"], host)
        if made is None:
            return DigestVerdict.STALE
        if not self._right(given, algorithm, method):
            return DigestVerdict.WRONG
        # Without qop there is no count: such a nonce is good once.
        count = given["nc"] if "qop" in given else "1"
        return (
            DigestVerdict.GOOD if self._is_new(given["nonce"], count, made) else DigestVerdict.STALE
        )

    def _right(self, given: Mapping[str, str], algorithm: str, method: str) -> bool:
        password = self._users.get(given["username"])
        # An unknown user costs the same work as a known one.
        credentials = Credentials(given["username"], password or self._key.hex())
        names = ("nonce", "qop", *_NEEDED_WITH_QOP) if "qop" in given else ("nonce",)
        values = {name: given[name] for name in names}
        expected = digest_response(credentials, self.realm, method, given["uri"], values, algorithm)
        offered = given["response"].lower().encode("utf-8", "surrogateescape")
        return hmac.compare_digest(expected.encode(), offered) and password is not None

    def _nonce(self, host: str) -> str:
        body = f"{int(self._now() * 1000):x}.{self._random(8).hex()}"
        return f"{body}.{self._signature(body, host)}"

    def _signature(self, body: str, host: str) -> str:
        data = f"{body}@{host}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._key, data, "sha256").hex()[:32]

    def _made(self, nonce: str, host: str) -> float | None:
        """When the nonce was made; None unless it is young, and we sent it to this address."""
        body, _, signature = nonce.rpartition(".")
        signed = signature.encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(self._signature(body, host).encode(), signed):
            return None
        made = int(body.partition(".")[0], 16) / 1000
        return made if made - 1 <= self._now() <= made + NONCE_SECONDS else None

    def _is_new(self, nonce: str, count: str, made: float) -> bool:
        """Whether the count is above the nonce's last one, which it now becomes."""
        if not re.fullmatch("[0-9A-Fa-f]{1,8}", count):
            return False
        number = int(count, 16)
        if number <= self._counts.get(nonce, (0.0, 0))[1]:
            return False
        self._remember(nonce, made, number, self._now())
        return True

    def _remember(self, nonce: str, made: float, number: int, now: float) -> None:
        if len(self._counts) >= MAX_NONCES:
            limit = now - NONCE_SECONDS
            self._counts = {n: seen for n, seen in self._counts.items() if seen[0] > limit}
        if len(self._counts) >= MAX_NONCES:
            self._counts.pop(next(iter(self._counts)))
        self._counts[nonce] = (made, number)


def _same_target(one: str, other: str) -> bool:
    """Whether two URIs name the same; how it is reached (parameters) plays no part."""
    try:
        return Uri.parse(one).target == Uri.parse(other).target
    except SipSyntaxError:
        return False
