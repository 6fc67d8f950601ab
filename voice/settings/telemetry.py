"""The settings of metrics, probes and traces: what `[telemetry]` may say."""

from __future__ import annotations

import ipaddress

from pydantic import Field, ValidationInfo, field_validator

from voice.settings.values import (
    Address,
    Network,
    Section,
    Url,
    host_and_port,
)


class Telemetry(Section):
    """Metrics, probes and traces of the service."""

    enabled: bool = True
    scrapers: list[Network] = Field([])
    """Who may read them, besides this machine."""
    listen: Address = "127.0.0.1:9464"
    """Serves /metrics, /healthz and /readyz by HTTP."""
    traces: Url | None = None
    """Where spans of calls and turns are sent by OTLP over HTTP; its host is in `network.allow`."""

    @field_validator("listen")
    @classmethod
    def _others_are_named(cls, listen: str, others: ValidationInfo) -> str:
        host, _ = host_and_port(listen)
        if not ipaddress.ip_address(host).is_loopback and not others.data.get("scrapers"):
            raise ValueError(
                f"{listen} can be reached from other machines: say in telemetry.scrapers who may "
                'read the metrics, for instance ["192.0.2.30/32"]'
            )
        return listen
