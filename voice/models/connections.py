"""The one way out: each connection is checked against `[network] allow`."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import httpx

from voice.models.errors import SourceUnavailable
from voice.network import is_allowed

_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 30.0
"""A source that sends nothing for so long hangs."""


class AllowedHosts(httpx.BaseTransport):
    """Refuses every request, redirects included, to a host that is not allowed."""

    def __init__(self, allow: Sequence[str]) -> None:
        self._allow = allow
        # The system's certificates, as an operator's own package index needs them.
        self._transport = httpx.HTTPTransport(verify=ssl.create_default_context())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises SourceUnavailable instead of connecting."""
        host = request.url.host
        if not is_allowed(host, self._allow):
            raise SourceUnavailable(f"{host} is not in [network] allow")
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()


def connect(allow: Sequence[str]) -> httpx.Client:
    """A client for the hosts of `[network] allow`, and for no others."""
    return httpx.Client(
        transport=AllowedHosts(allow),
        follow_redirects=True,
        timeout=httpx.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
    )
