"""Whether each service and trunk that the settings name can be reached."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import shutil
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx2

from voice.doctor.finding import Finding, Level
from voice.doctor.purpose import Purpose
from voice.engine_services import ServiceFailed, ServiceLink, reading_link, speaking_link
from voice.errors import ConfigError
from voice.http_client import Reach, UnfitAnswer, connect_async, connect_within
from voice.settings import Settings
from voice.settings.telephony import Sip
from voice.settings.tools import Mcp, OpenApi
from voice.settings.values import LOCAL, host_and_port
from voice.telephony.sip.addresses import DEFAULT_PORT, Endpoint, Uri, bracketed

ANSWER_SECONDS = 3.0
_AGAIN_SECONDS = (0.5, 1.0, 1.5)
"""Between the tries of a request over UDP, which may be lost (RFC 3261, 17.1.2.2)."""
_ALLOW = "[network] allow"


async def peers(settings: Settings, purpose: Purpose = Purpose.CALLS) -> list[Finding]:
    """All at once, so that silent ones are waited for together."""
    match purpose:
        case Purpose.BOARD:  # which shows nothing without it
            named = settings.supervision.region.url is not None
            return [await _region(settings, "fault")] if named else []
        case Purpose.ENGINES:
            return []
    findings = await asyncio.gather(*_asked(settings))
    return [*_commands(settings), *findings]


def _asked(settings: Settings) -> Iterator[Awaitable[Finding]]:
    if settings.response.engine == "openai":
        yield _response_server(settings)
    if settings.recognition.at != LOCAL:
        yield _engine_service("recognition.at", lambda: reading_link(settings))
    if settings.speech.at != LOCAL:
        yield _engine_service("speech.at", lambda: speaking_link(settings))
    if settings.telemetry.traces is not None:
        yield _collector(settings.telemetry.traces, settings)
    if settings.supervision.region.url is not None:
        yield _region(settings)
    for kind, services in (("openapi", settings.tools.openapi), ("mcp", settings.tools.mcp)):
        for name, service in services.items():
            for url in _addresses(service):
                yield _tool_service(f"tools.{kind}.{name}", url, service, settings)
    outgoing = _outgoing(settings.sip)
    if outgoing is not None:
        yield ask_sip_peer("sip.outgoing", outgoing)
    for trunk in settings.sip.trunks:
        for network in map(ipaddress.ip_network, trunk.networks):
            if network.num_addresses == 1:
                peer = (str(network.network_address), DEFAULT_PORT)
                yield ask_sip_peer(f"sip.trunks: {trunk.name}", peer, "advice")


def _outgoing(sip: Sip) -> Endpoint | None:
    """Where an INVITE to the person would go; None where no name is looked up."""
    if sip.outgoing.address is not None:
        return host_and_port(sip.outgoing.address)
    return Uri.parse(sip.person).endpoint if sip.person else None


def _addresses(service: OpenApi | Mcp) -> list[str]:
    known = service.server if isinstance(service, OpenApi) else service.url
    return [known] if known else [f"https://{host}" for host in service.hosts]


def _commands(settings: Settings) -> Iterator[Finding]:
    """What is started or read here, and not reached."""
    for name, mcp in settings.tools.mcp.items():
        if mcp.command and shutil.which(mcp.command[0]) is None:
            key = f"tools.mcp.{name}.command"
            yield Finding("fault", key, f"{mcp.command[0]} is not found", "install it")
    for name, openapi in settings.tools.openapi.items():
        key, document = f"tools.openapi.{name}.document", openapi.document
        if "://" not in document and not Path(document).is_file():
            yield Finding("fault", key, f"{document} is not there", "name the file")


async def _response_server(settings: Settings) -> Finding:
    key, server, model = "response.server", settings.response.server, settings.response.model
    try:
        secret = server.read_key()
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        allow, seconds = settings.network.allow, server.connect_seconds
        async with connect_async(allow, ConfigError, seconds) as client:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await client.get(f"{server.url}/models", headers=headers)
        served = [one["id"] for one in answer.json()["data"]] if answer.status_code == 200 else []
    except (httpx2.HTTPError, TimeoutError) as error:
        return Finding("fault", key, f"{server.url}: {_reason(error)}", "start it, or correct url")
    except ConfigError as error:
        return _unusable(key, error)
    except (ValueError, KeyError, TypeError):
        return Finding("fault", key, f"{server.url}: no list of models came", "correct url")
    if answer.status_code in (401, 403):
        return Finding("fault", key, f"{server.url}: the key is refused", "correct key_file")
    if answer.status_code != 200:
        words = f"{server.url}/models: status {answer.status_code}"
        return Finding("fault", key, words, "correct url: up to and with /v1")
    if model not in served:
        names = ", ".join(map(ascii, served[:5])) or "none"
        return Finding("fault", key, f"has no model {model}, but {names}", "set response.model")
    return Finding("ok", key, f"{server.url} has {model}")


async def _engine_service(key: str, link: Callable[[], ServiceLink]) -> Finding:
    """What it says it has is looked at as a call process does; twice: this machine may be busy."""
    try:
        service = link()
        try:
            offered = await service.look()
        except ServiceFailed:
            await asyncio.sleep(_AGAIN_SECONDS[0])
            offered = await service.look()
    except ServiceFailed as error:
        remedy = "start it, or correct what it is or has; until then local models stand in for it"
        return Finding("fault", key, str(error), remedy)
    except ConfigError as error:
        return _unusable(key, error)
    names = ", ".join(ascii(one.name) for one in offered)
    return Finding("ok", key, f"the service has {names}")


async def _tool_service(key: str, url: str, service: OpenApi | Mcp, settings: Settings) -> Finding:
    """Any answer to a HEAD, which changes nothing (RFC 9110, 9.2.1), shows that it is there."""
    reach = Reach(settings.network.allow, service.hosts, service.networks)
    try:
        for name, value in service.headers.items():
            value.read(f"{key}.headers.{name}")
        async with connect_within(reach, ConfigError, service.connect_seconds) as client:
            async with asyncio.timeout(ANSWER_SECONDS):
                await client.head(url)
    except UnfitAnswer:
        pass  # an answer all the same
    except (httpx2.HTTPError, TimeoutError) as error:
        return Finding(
            "fault", key, f"{url}: {_reason(error)}", "see that it is up, and the way to it"
        )
    except ConfigError as error:
        return Finding("fault", key, str(error), "correct hosts, networks or [network] allow")
    return Finding("ok", key, f"{url} answers")


async def _collector(url: str, settings: Settings) -> Finding:
    """Any answer to a HEAD shows that it is there; without it calls are answered all the same."""
    key = "telemetry.traces"
    try:
        async with connect_async(settings.network.allow, ConfigError, ANSWER_SECONDS) as client:
            async with asyncio.timeout(ANSWER_SECONDS):
                await client.head(url)
    except (httpx2.HTTPError, TimeoutError) as error:
        return Finding(
            "advice", key, f"{url}: {_reason(error)}", "start it, or correct the address"
        )
    except ConfigError as error:
        return _unusable(key, error)
    return Finding("ok", key, f"{url} answers")


async def _region(settings: Settings, silent: Level = "advice") -> Finding:
    """Redis is asked for the end of a stream; without it calls are answered all the same."""
    key, url = "supervision.region", settings.supervision.region.url
    try:
        from voice.supervision.region.streams import FRAMES, Streams, reason
    except ModuleNotFoundError:
        return Finding("fault", key, "needs the region extra", 'run `pip install "voice[region]"`')
    try:
        streams = Streams(settings.supervision.region, settings.network.allow)
    except ConfigError as error:
        return _unusable(key, error)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await streams.last(FRAMES)
    except Exception as error:  # noqa: BLE001 - redis-py raises more than its own errors
        remedy = "see that it is up, and correct url, password and authority"
        return Finding(silent, key, f"{url}: {reason(error)}", remedy)
    finally:
        await streams.close()
    return Finding("ok", key, f"{url} answers")


async def ask_sip_peer(key: str, peer: Endpoint, silent: Level = "fault") -> Finding:
    """Any answer to an OPTIONS (RFC 3261, 11) shows that it is there."""
    host, port = peer
    address = f"{bracketed(host)}:{port}"
    loop = asyncio.get_running_loop()
    with socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM
    ) as ours:
        ours.setblocking(False)
        try:
            ours.connect(peer)
            request = _options(address, ours)
            for seconds in _AGAIN_SECONDS:
                await loop.sock_sendall(ours, request)
                try:
                    async with asyncio.timeout(seconds):
                        answer = await loop.sock_recv(ours, 65_535)
                except TimeoutError:
                    continue
                if answer.startswith(b"SIP/2.0 "):
                    return Finding("ok", key, f"{address} answers OPTIONS")
            words = "does not answer OPTIONS"
        except OSError as error:
            words = _reason(error)
    remedy = "look at the way there, its firewall, and whether it takes requests from this machine"
    return Finding(silent, key, f"{address}: {words}", remedy)


def _options(address: str, ours: socket.socket) -> bytes:
    host, port = ours.getsockname()[:2]
    own = f"{bracketed(host)}:{port}"
    lines = (
        f"OPTIONS sip:{address} SIP/2.0",
        f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        f"From: <sip:doctor@{own}>;tag={secrets.token_hex(4)}",
        f"To: <sip:{address}>",
        f"Call-ID: {secrets.token_hex(12)}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:doctor@{own}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _unusable(key: str, error: ConfigError) -> Finding:
    """For what is not even asked, because of our own settings."""
    remedy = f"add it to {_ALLOW}" if _ALLOW in str(error) else "correct it"
    return Finding("fault", key, str(error), remedy)


def _reason(error: Exception) -> str:
    """One line; an error that says nothing is one of time."""
    return (getattr(error, "strerror", None) or str(error) or "no answer in time").splitlines()[0]
