"""The server's side of digest authentication: challenges, nonces without state, replay counts."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from voice.telephony.sip.digest import (
    HASHES,
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
_NEEDED = ("username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce")


class Verdict(Enum):
    """What credentials are worth."""

    GOOD = auto()
    STALE = auto()
    """Right, but with a nonce that is too old or already used: ask once more."""
    BAD = auto()


@dataclass(frozen=True)
class Checked:
    """The result of a check; `username` is set when the verdict is GOOD."""

    verdict: Verdict
    username: str | None = None


class DigestAuthenticator:
    """Checks credentials with qop=auth; nonces carry their time and are signed, not stored."""

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

    def challenges(self, *, stale: bool = False) -> list[str]:
        """WWW-Authenticate values, the preferred algorithm first (RFC 8760 2.4)."""
        nonce = self._nonce()
        values = {"realm": self.realm, "nonce": nonce, "qop": "auth"}
        if stale:
            values["stale"] = "true"
        return [serialise_digest({**values, "algorithm": name}) for name in self._algorithms]

    def check(self, header: str | None, method: str) -> Checked:
        """Judge an Authorization value in constant time with respect to the secret."""
        bad = Checked(Verdict.BAD)
        if header is None:
            return bad
        try:
            given = parse_digest(header)
        except SipSyntaxError:
            return bad
        algorithm = given.get("algorithm", "MD5").upper()
        if any(name not in given for name in _NEEDED) or given["realm"] != self.realm:
            return bad
        if algorithm not in self._algorithms or algorithm not in HASHES or given["qop"] != "auth":
            return bad
        if not self._right(given, algorithm, method):
            return bad
        if not self._fresh(given["nonce"], given["nc"]):
            return Checked(Verdict.STALE)
        return Checked(Verdict.GOOD, given["username"])

    def _right(self, given: dict[str, str], algorithm: str, method: str) -> bool:
        password = self._users.get(given["username"])
        # An unknown user costs the same work as a known one.
        credentials = Credentials(given["username"], password or self._key.hex())
        values = {name: given[name] for name in ("nonce", "qop", "nc", "cnonce")}
        expected = digest_response(credentials, self.realm, method, given["uri"], values, algorithm)
        offered = given["response"].lower().encode("utf-8", "surrogateescape")
        return hmac.compare_digest(expected.encode(), offered) and password is not None

    def _nonce(self) -> str:
        body = f"{int(self._now() * 1000):x}.{self._random(8).hex()}"
        return f"{body}.{self._signature(body)}"

    def _signature(self, body: str) -> str:
        data = body.encode("utf-8", "surrogateescape")
        return hmac.digest(self._key, data, "sha256").hex()[:32]

    def _fresh(self, nonce: str, count: str) -> bool:
        """Ours, young, and with a count above the last one."""
        body, _, signature = nonce.rpartition(".")
        signed = signature.encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(self._signature(body).encode(), signed):
            return False
        made = int(body.partition(".")[0], 16) / 1000
        now = self._now()
        if not made - 1 <= now <= made + NONCE_SECONDS:
            return False
        try:
            number = int(count, 16)
        except ValueError:
            return False
        if number <= self._counts.get(nonce, (0.0, 0))[1]:
            return False
        self._remember(nonce, made, number, now)
        return True

    def _remember(self, nonce: str, made: float, number: int, now: float) -> None:
        if len(self._counts) >= MAX_NONCES:
            limit = now - NONCE_SECONDS
            self._counts = {n: seen for n, seen in self._counts.items() if seen[0] > limit}
        if len(self._counts) >= MAX_NONCES:
            self._counts.pop(next(iter(self._counts)))
        self._counts[nonce] = (made, number)
