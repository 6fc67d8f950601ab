"""The settings of the pages for supervisors: what `[supervision]` may say."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from voice.settings.telephony import Secret
from voice.settings.values import (
    Address,
    FilePath,
    Name,
    Network,
    Origin,
    RedisUrl,
    Section,
)
from voice.user_folders import state_directory


class Region(Secret):
    """The Redis by which the board of a region learns of the calls of its nodes."""

    url: RedisUrl | None = None
    """Its host is in `network.allow`."""
    authority: FilePath | None = None
    """PEM; whose certificate a `rediss` server may show, besides those that the system trusts."""
    node: Name | None = Field(None, validate_default=True)
    """The name of this node among them; without it this is the board of all."""

    @field_validator("authority")
    @classmethod
    def _of_tls(cls, authority: Path | None, others: ValidationInfo) -> Path | None:
        url = others.data.get("url")
        if authority is not None and (url is None or not url.startswith("rediss:")):
            raise ValueError(f"{authority}: only a url that is rediss:// shows a certificate")
        return authority

    @field_validator("node")
    @classmethod
    def _of_a_region(cls, node: str | None, others: ValidationInfo) -> str | None:
        if node is not None and others.data.get("url") is None:
            raise ValueError(f"{node}: without a url there is no region that it is a node of")
        return node


class Supervision(Section):
    """The pages for those who watch and listen to calls."""

    enabled: bool = True
    listen: Address = "127.0.0.1:8060"
    certificate: FilePath | None = None
    """PEM; with it and `key` the pages are served by HTTPS."""
    key: FilePath | None = None
    proxy: Network | None = None
    """Where the reverse proxy that ends HTTPS in front of us connects from; nobody else may."""
    origin: Origin | None = None
    """How browsers name the site when a proxy does not pass on their Host."""
    accounts: FilePath = Field(default_factory=lambda: state_directory() / "accounts.json")
    session_hours: float = Field(12.0, gt=0, le=8760)
    history_hours: float = Field(12.0, gt=0, le=8760)
    """How long a call that is over stays on the board."""
    region: Region = Region()
