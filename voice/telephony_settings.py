"""The settings of the edge: what `[sip]` and `[rtp]` may say."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from voice.errors import ConfigError
from voice.setting_values import Address, Destination, Media, Network, OwnAddress, Section, SipUri


class Trunk(Section):
    """A carrier or PBX that may call us from its networks without credentials."""

    name: str
    networks: list[Network] = Field(min_length=1)
    trusted: bool = False
    """Believe its P-Asserted-Identity (RFC 3325)."""
    media: Media = "strict"
    """Whose audio is heard besides that of the hosts that SDP and SIP name: nobody's (strict),
    whoever sends first (symmetric), or that of these networks."""


class Secret(Section):
    """A password, or the file that holds it."""

    password: SecretStr | None = None
    password_file: Path | None = None

    def read_password(self, place: str) -> str:
        """The password; raises ConfigError naming `place` when it is missing or unreadable."""
        if self.password is not None:
            return self.password.get_secret_value()
        if self.password_file is None:
            raise ConfigError(f"{place} needs password or password_file")
        try:
            return self.password_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not text"
            raise ConfigError(f"{place}: {self.password_file}: {reason}") from None


class User(Secret):
    """A SIP user who calls us with digest credentials (RFC 7616)."""

    name: str

    def secret(self) -> str:
        """The password; raises ConfigError when neither it nor its file can be read."""
        return self.read_password(f"sip.users: {self.name}")


class Outgoing(Secret):
    """The trunk by which the edge calls the person when the caller's side refuses a REFER."""

    address: Destination | None = None
    """Where its INVITEs go; without it to the host of `sip.person`, which must be an address."""
    username: str | None = None
    """Of the digest credentials that INVITE and REFER are repeated with when challenged."""

    @field_validator("username")
    @classmethod
    def _not_empty(cls, username: str | None) -> str | None:
        if username == "":
            raise ValueError("expected a name")
        return username

    def credentials(self) -> tuple[str, str] | None:
        """User name and password; raises ConfigError when one of them is missing."""
        if self.username is not None:
            return self.username, self.read_password("sip.outgoing")
        if self.password is not None or self.password_file is not None:
            raise ConfigError("sip.outgoing: a password without a username")
        return None


class Sip(Section):
    """The SIP side of the edge."""

    listen: Address = "127.0.0.1:5060"
    advertised_address: OwnAddress | None = None
    """What SDP and Contact name when it differs from `listen` (behind NAT)."""
    realm: str = "voice"
    max_calls: int = Field(40, ge=1, le=1000)
    retry_after_seconds: int = Field(10, ge=1)
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
        listen = others.data.get("listen", "")
        if address is not None and listen and (":" in address) != listen.startswith("["):
            raise ValueError(f"{address} and the address of listen, {listen}, differ in IP version")
        return address

    @field_validator("users")
    @classmethod
    def _each_once(cls, users: list[User]) -> list[User]:
        names = [user.name for user in users]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice} is there twice")
        return users


class Rtp(Section):
    """The audio side of the edge."""

    port_min: int = Field(16384, ge=1024, le=65534)
    port_max: int = Field(32766, ge=1024, le=65534, validate_default=True)
    jitter_min_ms: int = Field(40, ge=20, le=200)
    jitter_max_ms: int = Field(160, ge=40, le=500, validate_default=True)
    media_timeout_seconds: float = Field(60.0, gt=0)
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
