"""The one way out: each HTTP connection is checked against `[network] allow`."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache

import httpx2

from voice.errors import VoiceError
from voice.network import is_allowed, is_public, lies_in

_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 30.0
"""A source that sends nothing for so long hangs."""
_UNENCODED = (b"Accept-Encoding", b"identity")
"""A short answer that was packed may be a very long one."""


class UnfitAnswer(httpx2.ReadError):
    """A redirect, an encoded answer, or one that is too long; the message says which."""


@dataclass(frozen=True)
class Reach:
    """Which of the hosts of `[network] allow` may be called, where, and how much may come back."""

    allow: Sequence[str]
    hosts: Sequence[str]
    networks: Sequence[str] = ()
    """Where their addresses may lie beside the public ones; only there TLS may be left out."""
    most_bytes: int = 2**20
    """Of an answer."""


@cache
def _certificates() -> ssl.SSLContext:
    """The system's, as an operator's own servers need them."""
    return ssl.create_default_context()


class _Gate:
    """Refuses every request, redirects included, to a host that is not allowed."""

    def __init__(self, allow: Sequence[str], refusal: type[VoiceError]) -> None:
        self._allow = allow
        self._refusal = refusal

    def check(self, request: httpx2.Request) -> None:
        host = request.url.host
        if not is_allowed(host, self._allow):
            raise self._refusal(f"{host} is not in [network] allow")


class _AllowedHosts(httpx2.HTTPTransport):
    def __init__(self, gate: _Gate) -> None:
        super().__init__(verify=_certificates())
        self._gate = gate

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._gate.check(request)
        return super().handle_request(request)


class _AsyncAllowedHosts(httpx2.AsyncHTTPTransport):
    def __init__(self, gate: _Gate) -> None:
        super().__init__(verify=_certificates())
        self._gate = gate

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._gate.check(request)
        return await super().handle_async_request(request)


class _WithinReach(httpx2.AsyncHTTPTransport):
    """Connects to the very address that was checked: a name that means another one a moment later
    changes nothing. The certificate is checked for the name all the same.
    """

    def __init__(self, reach: Reach, refusal: type[VoiceError]) -> None:
        super().__init__(verify=_certificates())
        self._gate = _Gate(reach.allow, refusal)
        self._reach = reach
        self._refusal = refusal

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._gate.check(request)
        host = request.url.host
        if not is_allowed(host, self._reach.hosts):
            raise self._refusal(f"{host} is not among the hosts of this tool")
        *others, last = await self._addresses(request.url)
        for address in others:
            try:
                return await self._ask(request, address)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                pass  # as if that address were not there
        return await self._ask(request, last)

    async def _addresses(self, url: httpx2.URL) -> list[str]:
        """Those of the host; raises `refusal` when one of them may not be connected to."""
        port = url.port or (443 if url.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise httpx2.ConnectError(f"{url.host} has no address") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if lies_in(address, self._reach.networks):
                continue
            if not is_public(address):
                raise self._refusal(f"{url.host} lies in a network that is not listed")
            if url.scheme != "https":
                raise self._refusal(f"{url.host} would be called without TLS")
        return addresses

    async def _ask(self, request: httpx2.Request, address: str) -> httpx2.Response:
        pinned = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=[*request.headers.raw, _UNENCODED],
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        response = await super().handle_async_request(pinned)
        try:
            self._check(response)
        except UnfitAnswer:
            await response.aclose()
            raise
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream, self._reach.most_bytes)
        return response

    def _check(self, response: httpx2.Response) -> None:
        if response.has_redirect_location:
            raise UnfitAnswer(f"status {response.status_code}: redirects are not followed")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise UnfitAnswer("an encoded answer")
        length = response.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._reach.most_bytes:
            raise UnfitAnswer(_too_long(self._reach.most_bytes))


class _Bounded(httpx2.AsyncByteStream):
    """Breaks off what grows too long, so that it is never held."""

    def __init__(self, stream: httpx2.AsyncByteStream, most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for part in self._stream:
            length += len(part)
            if length > self._most_bytes:
                raise UnfitAnswer(_too_long(self._most_bytes))
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def _too_long(most_bytes: int) -> str:
    return f"an answer of more than {most_bytes} bytes"


def connect(allow: Sequence[str], refusal: type[VoiceError]) -> httpx2.Client:
    """A client for fetching from the hosts of `[network] allow`, and from no others.

    A request to another host raises `refusal` instead of connecting.
    """
    return httpx2.Client(
        transport=_AllowedHosts(_Gate(allow, refusal)),
        follow_redirects=True,
        timeout=httpx2.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
    )


def connect_async(
    allow: Sequence[str], refusal: type[VoiceError], connect_seconds: float
) -> httpx2.AsyncClient:
    """The same for requests that carry something out: no redirect is followed, no .netrc is read.

    Only connecting has a limit here; whoever waits for the answer sets one.
    """
    return _carrying_out(_AsyncAllowedHosts(_Gate(allow, refusal)), connect_seconds)


def connect_within(
    reach: Reach, refusal: type[VoiceError], connect_seconds: float
) -> httpx2.AsyncClient:
    """The same for what a tool asks: of its own hosts, at addresses that it may have.

    A redirect, an encoded answer and one that is too long raise UnfitAnswer.
    """
    return _carrying_out(_WithinReach(reach, refusal), connect_seconds)


def _carrying_out(
    transport: httpx2.AsyncBaseTransport, connect_seconds: float
) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=transport,
        trust_env=False,
        timeout=httpx2.Timeout(None, connect=connect_seconds),
    )
