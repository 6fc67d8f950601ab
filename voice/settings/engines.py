"""The settings of engines as services: what `[engines]` may say."""

from __future__ import annotations

import ipaddress
from typing import Self

from pydantic import Field, model_validator

from voice.settings.values import (
    Address,
    FilePath,
    Section,
    Sha256,
    host_and_port,
)


class EngineServices(Section):
    """How this machine's engines are served to others, and how theirs are reached (Wyoming)."""

    listen: Address = "127.0.0.1:10300"
    """Where `voice engines serve` listens."""
    certificate: FilePath | None = None
    """PEM; with it and the two others both sides prove who they are by TLS."""
    key: FilePath | None = None
    authority: FilePath | None = None
    """Whose certificates the other side may show."""
    models: list[Sha256] = Field([])
    """Which models and voices a service may have; without any, whatever it has."""
    connect_seconds: float = Field(0.5, gt=0, le=60)
    answer_seconds: float = Field(2.0, gt=0, le=60)
    """A request takes so long at most, connecting included."""
    failures: int = Field(1, ge=1, le=1000)
    """So many in a row, and a service is left alone ..."""
    rest_seconds: float = Field(3.0, gt=0, le=3600)
    """... and looked at so often, until it is well again."""

    @model_validator(mode="after")
    def _proves_who_it_is(self) -> Self:
        files = {"certificate": self.certificate, "key": self.key, "authority": self.authority}
        missing = [name for name, file in files.items() if file is None]
        if 0 < len(missing) < len(files):
            raise ValueError(f"certificate, key and authority belong together: no {missing[0]}")
        host, _ = host_and_port(self.listen)
        if missing and not ipaddress.ip_address(host).is_loopback:
            raise ValueError(
                f"listen: {self.listen} can be reached from other machines: set certificate, key "
                "and authority, by which nodes prove who they are"
            )
        return self
