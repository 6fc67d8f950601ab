"""Who may call: trunks by their networks, users by digest, loopback when neither is set up."""

from __future__ import annotations

import ipaddress
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.authenticator import EVERY_PHONE, DigestAuthenticator, DigestVerdict
from voice.telephony.sip.guess_limit import GuessLimit
from voice.telephony.sip.message import SipRequest

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class PeerTrunk:
    """A carrier or PBX that calls from its networks without credentials."""

    name: str
    networks: Sequence[str]
    trusted: bool = False
    """Believe its P-Asserted-Identity (RFC 3325)."""
    media: str | Sequence[str] = "strict"
    """From where audio may come besides the hosts of SDP and SIP: strict, symmetric, networks."""

    def holds(self, address: IpAddress) -> bool:
        """Whether the address is in one of its networks."""
        return any(address in network for network in self._parsed)

    @cached_property
    def _parsed(self) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        return [ipaddress.ip_network(network) for network in self.networks]


@dataclass(frozen=True)
class Admitted:
    """The request may go on; `account` is the digest user or the trunk's name."""

    account: str | None = None
    trusted: bool = False
    media: str | Sequence[str] = "strict"
    """As of the trunk."""


@dataclass(frozen=True)
class Challenged:
    """The request must come again with credentials for one of these challenges."""

    challenges: list[str]
    pause: float = 0.0
    """Seconds that this answer is to wait, because the password was wrong."""


@dataclass(frozen=True)
class Forbidden:
    """The request comes from nobody whom we know, or from one who guesses passwords."""


class AccessPolicy:
    """Decides on each request that would begin something."""

    def __init__(
        self,
        trunks: Sequence[PeerTrunk] = (),
        users: Mapping[str, str] | None = None,
        realm: str = "voice",
        *,
        algorithms: tuple[str, ...] = EVERY_PHONE,
        wall_clock: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.trunks = tuple(trunks)
        self._guesses = GuessLimit(wall_clock)
        self._digest = (
            DigestAuthenticator(
                users, realm, algorithms=algorithms, wall_clock=wall_clock, random=random
            )
            if users
            else None
        )

    def protects(self, host: str) -> bool:
        """Whether an edge with this policy may listen on the address."""
        address = ipaddress.ip_address(host.strip("[]"))
        return address.is_loopback or bool(self.trunks) or self._digest is not None

    @property
    def has_users(self) -> bool:
        """Whether anybody can register."""
        return self._digest is not None

    def identify(self, request: SipRequest, source: Endpoint) -> Admitted | Challenged | Forbidden:
        """The user whom a REGISTER is from: by credentials, whatever network it comes from."""
        if self._digest is None:
            return Forbidden()
        return self._authenticate(self._digest, request, str(_address(source[0])))

    def decide(self, request: SipRequest, source: Endpoint) -> Admitted | Challenged | Forbidden:
        """Admit, ask for credentials, or refuse."""
        address = _address(source[0])
        for trunk in self.trunks:
            if trunk.holds(address):
                return Admitted(trunk.name, trunk.trusted, trunk.media)
        if self._digest is not None:
            return self._authenticate(self._digest, request, str(address))
        if address.is_loopback and not self.trunks:
            return Admitted()
        return Forbidden()

    def _authenticate(
        self, digest: DigestAuthenticator, request: SipRequest, host: str
    ) -> Admitted | Challenged | Forbidden:
        if self._guesses.refuses(host):
            return Forbidden()
        stale, pause = False, 0.0
        for given in digest.read(request.headers.getlist("Authorization")):
            user = given["username"]
            if self._guesses.refuses(host, user):
                return Forbidden()
            match digest.check(given, request.method, request.uri, host):
                case DigestVerdict.GOOD:
                    self._guesses.right(host, user)
                    return Admitted(user)
                case DigestVerdict.WRONG:
                    pause = self._guesses.wrong(host, user)
                case DigestVerdict.STALE:
                    stale = True
        return Challenged(digest.challenges(host, stale=stale), pause)


def _address(host: str) -> IpAddress:
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
