"""The settings of the edge: what `[sip]` and `[rtp]` may say."""

from __future__ import annotations

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from voice.errors import ConfigError
from voice.settings.values import (
    Address,
    Destination,
    FilePath,
    Media,
    Name,
    Network,
    OwnAddress,
    Section,
    SipUri,
)


class Trunk(Section):
    """A carrier or PBX that may call us from its networks without credentials."""

    name: Name
    networks: list[Network] = Field(min_length=1)
    trusted: bool = False
    """Believe its P-Asserted-Identity (RFC 3325)."""
    media: Media = "strict"
    """Whose audio is heard besides that of the hosts that SDP and SIP name: nobody's (strict),
    whoever sends first (symmetric), or that of these networks."""


class Secret(Section):
    """A password, or the file that holds it."""

    password: SecretStr | None = None
    password_file: FilePath | None = None

    def read_password(self, place: str) -> str:
        """The password; raises ConfigError naming `place` when it is missing or unreadable."""
        if (self.password is None) == (self.password_file is None):
            raise ConfigError(f"{place}: needs password or password_file, one of them")
        if self.password is not None:
            where, password = "password", self.password.get_secret_value()
        else:
            where, password = str(self.password_file), self._from_file(place)
        if not password:
            raise ConfigError(f"{place}: {where}: is empty")
        return password

    def _from_file(self, place: str) -> str:
        assert self.password_file is not None
        try:
            return self.password_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not text"
            raise ConfigError(f"{place}: {self.password_file}: {reason}") from None


class User(Secret):
    """A SIP user who calls us with digest credentials (RFC 7616)."""

    name: Name

    def secret(self) -> str:
        """The password; raises ConfigError when neither it nor its file can be read."""
        return self.read_password(f"sip.users: {self.name}")


class Outgoing(Secret):
    """The trunk by which the edge calls the person when the caller's side refuses a REFER."""

    address: Destination | None = None
    """Where its INVITEs go; without it to the host of `sip.person`, which must be an address."""
    username: Name | None = None
    """Of the digest credentials that INVITE and REFER are repeated with when challenged."""

    def credentials(self) -> tuple[str, str] | None:
        """User name and password; raises ConfigError when one of them is missing."""
        if self.username is not None:
            return self.username, self.read_password("sip.outgoing")
        if self.password is not None or self.password_file is not None:
            raise ConfigError("sip.outgoing.username: missing, though there is a password")
        return None


class Sip(Section):
    """The SIP side of the edge."""

    listen: Address = "127.0.0.1:5060"
    advertised_address: OwnAddress | None = None
    """What SDP and Contact name when it differs from `listen` (behind NAT)."""
    realm: Name = "voice"
    max_calls: int = Field(40, ge=1, le=1000)
    retry_after_seconds: int = Field(10, ge=1, le=3600)
    person: SipUri | None = None
    """SIP URI of the people to whom a call is handed over."""
    transfer_seconds: float = Field(45.0, ge=5, le=600)
    """How long a hand-over may take, from asking for it until a person has answered."""
    outgoing: Outgoing = Outgoing()
    trunks: list[Trunk] = Field([])
    users: list[User] = Field([])

    @field_validator("advertised_address")
    @classmethod
    def _same_family(cls, address: str | None, others: ValidationInfo) -> str | None:
        if address is not None:
            _require_one_family(address, ":" in address, others)
        return address

    @field_validator("outgoing")
    @classmethod
    def _within_reach(cls, outgoing: Outgoing, others: ValidationInfo) -> Outgoing:
        if outgoing.address is not None:
            _require_one_family(outgoing.address, outgoing.address.startswith("["), others)
        return outgoing

    @field_validator("trunks", "users")
    @classmethod
    def _each_once(cls, listed: list[Trunk] | list[User]) -> list[Trunk] | list[User]:
        names = [each.name for each in listed]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice} is there twice")
        return listed


def _require_one_family(address: str, version_6: bool, others: ValidationInfo) -> None:
    listen = others.data.get("listen", "")
    if listen and version_6 != listen.startswith("["):
        raise ValueError(f"{address} and the address of listen, {listen}, differ in IP version")


class Rtp(Section):
    """The audio side of the edge."""

    port_min: int = Field(16384, ge=1024, le=65534)
    port_max: int = Field(32766, ge=1024, le=65534, validate_default=True)
    jitter_min_ms: int = Field(40, ge=20, le=200)
    jitter_max_ms: int = Field(160, ge=40, le=500, validate_default=True)
    media_timeout_seconds: float = Field(60.0, gt=0, le=86400)
    """A caller from whom no packet comes for so long is taken as gone."""
    real_time_priority: bool = True
    """Ask for SCHED_RR, then for nice -10."""

    @field_validator("port_max", "jitter_max_ms")
    @classmethod
    def _above_its_minimum(cls, highest: int, others: ValidationInfo) -> int:
        key = str(others.field_name).replace("_max", "_min")
        if highest <= others.data.get(key, 0):
            raise ValueError(f"{highest} is not above rtp.{key}, which is {others.data[key]}")
        return highest
