"""The one way out: each HTTP connection is checked against `[network] allow`."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from functools import cache

import httpx

from voice.errors import VoiceError
from voice.network import is_allowed

_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 30.0
"""A source that sends nothing for so long hangs."""


@cache
def _certificates() -> ssl.SSLContext:
    """The system's, as an operator's own servers need them."""
    return ssl.create_default_context()


class _Gate:
    """Refuses every request, redirects included, to a host that is not allowed."""

    def __init__(self, allow: Sequence[str], refusal: type[VoiceError]) -> None:
        self._allow = allow
        self._refusal = refusal

    def check(self, request: httpx.Request) -> None:
        host = request.url.host
        if not is_allowed(host, self._allow):
            raise self._refusal(f"{host} is not in [network] allow")


class _AllowedHosts(httpx.HTTPTransport):
    def __init__(self, gate: _Gate) -> None:
        super().__init__(verify=_certificates())
        self._gate = gate

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._gate.check(request)
        return super().handle_request(request)


class _AsyncAllowedHosts(httpx.AsyncHTTPTransport):
    def __init__(self, gate: _Gate) -> None:
        super().__init__(verify=_certificates())
        self._gate = gate

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._gate.check(request)
        return await super().handle_async_request(request)


def connect(allow: Sequence[str], refusal: type[VoiceError]) -> httpx.Client:
    """A client for fetching from the hosts of `[network] allow`, and from no others.

    A request to another host raises `refusal` instead of connecting.
    """
    return httpx.Client(
        transport=_AllowedHosts(_Gate(allow, refusal)),
        follow_redirects=True,
        timeout=httpx.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
    )


def connect_async(
    allow: Sequence[str], refusal: type[VoiceError], connect_seconds: float
) -> httpx.AsyncClient:
    """The same for requests that carry something out: no redirect is followed, no .netrc is read.

    Only connecting has a limit here; whoever waits for the answer sets one.
    """
    return httpx.AsyncClient(
        transport=_AsyncAllowedHosts(_Gate(allow, refusal)),
        trust_env=False,
        timeout=httpx.Timeout(None, connect=connect_seconds),
    )
