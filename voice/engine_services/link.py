"""The way to one service: deadlines, one event for each change, and a look whether it is well."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from wyoming.info import Describe, Info

from voice.circuit_breaker import CircuitBreaker
from voice.engine_services.connection import Connection, parsed
from voice.engine_services.description import Offered, ServiceOffer
from voice.engine_services.errors import ServiceBusy, ServiceFailed
from voice.errors import ConfigError
from voice.network import is_allowed
from voice.settings.engines import EngineServices
from voice.settings.values import host_and_port

log = logging.getLogger(__name__)

T = TypeVar("T")

_LONGEST_REST_SECONDS = 60.0
"""For a service that seems to be well and answers nothing: it rests twice as long each time."""
Choose = Callable[[ServiceOffer], Sequence[Offered]]
"""What is used of what a service has; raises ServiceFailed when it cannot be used."""


@dataclass(frozen=True)
class Change:
    """A service is left alone from now on, or used again."""

    engine: str
    reason: str
    """Why it is left alone; empty where it is used again."""


class ServiceLink:
    """Asks one service; belongs to one event loop, and may be made by any thread.

    After `failures` in a row it is left alone at once, for all calls of the process, and looked at
    every `rest_seconds` beside them: no turn is spent on finding out whether it is well again.
    """

    def __init__(
        self,
        engine: str,
        address: str,
        settings: EngineServices,
        allow: Sequence[str],
        choose: Choose,
        tell: Callable[[Change], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ConfigError for an address that may not be reached, or cannot be proven."""
        self.engine = engine
        self._address = address
        scheme, _, place = address.partition("://")
        self._host, self._port = host_and_port(place)
        if not is_allowed(self._host, allow):
            raise ConfigError(f"{engine}.at: {self._host} is not in [network] allow")
        self._tls = tls_context(settings, served=False) if scheme == "tls" else None
        self._settings = settings
        self._choose = choose
        self._tell = tell
        self._breaker = CircuitBreaker(settings.failures, settings.rest_seconds, clock)
        self._offered: Sequence[Offered] = ()
        self._rest_seconds = settings.rest_seconds
        self._healing: asyncio.Task[None] | None = None
        self.reason = ""
        """Why it is left alone now; empty where it is used."""

    async def begin(self) -> None:
        """Look at the service before the first call; one that is not well is left alone."""
        try:
            await self.look()
        except ServiceFailed as error:
            self._failed(error, at_once=True)

    async def look(self) -> Sequence[Offered]:
        """What the service has that is to be used; raises ServiceFailed with its address."""
        async with self._asked() as connection:
            await connection.write(Describe())
            answer = await connection.expect(Info)
            self._offered = self._choose(parsed(ServiceOffer, answer.data))
        return self._offered

    async def ask(
        self,
        exchange: Callable[[Connection, Sequence[Offered]], Awaitable[T]],
        more_seconds: float = 0.0,
    ) -> T:
        """What the service answers to one request; raises ServiceFailed, and then it is counted.

        A large request may take `more_seconds`. Cancelling closes the connection, by which the
        service knows that nobody waits.
        """
        if self.reason:
            raise ServiceFailed(self.reason)
        try:
            if not self._offered:
                await self.look()
            async with self._asked(more_seconds) as connection:
                answer = await exchange(connection, self._offered)
        except ServiceBusy:
            raise
        except ServiceFailed as error:
            self._failed(error)
            raise
        self._breaker.succeeded()
        self._rest_seconds = self._settings.rest_seconds
        return answer

    def close(self) -> None:
        """Look at it no more."""
        if self._healing is not None:
            self._healing.cancel()

    @contextlib.asynccontextmanager
    async def _asked(self, more_seconds: float = 0.0) -> AsyncIterator[Connection]:
        """A connection in time; whatever goes wrong on it is a ServiceFailed."""
        wanted = self._settings
        latest = asyncio.get_running_loop().time() + wanted.answer_seconds + more_seconds
        try:
            async with (
                asyncio.timeout(wanted.connect_seconds) as in_time,
                Connection.opened(self._host, self._port, self._tls) as connection,
            ):
                in_time.reschedule(latest)
                yield connection
        except ServiceFailed as error:
            raise type(error)(f"{self._address}: {error}") from None
        except TimeoutError:
            raise ServiceFailed(f"{self._address}: no answer in time") from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ServiceFailed(f"{self._address}: {reason}") from None

    def _failed(self, error: ServiceFailed, at_once: bool = False) -> None:
        self._breaker.failed()
        if self.reason or not (at_once or self._breaker.is_open):
            return
        self.reason = str(error)
        log.warning("%s.at: %s: done by the models in this process", self.engine, error)
        self._healing = asyncio.create_task(self._heal(self._rest_seconds))
        self._rest_seconds = min(2 * self._rest_seconds, _LONGEST_REST_SECONDS)
        self._tell(Change(self.engine, self.reason))

    async def _heal(self, rest_seconds: float) -> None:
        while self.reason:
            await asyncio.sleep(rest_seconds)
            try:
                await self.look()
            except ServiceFailed as error:
                log.debug("%s.at: %s", self.engine, error)
                continue
            self.reason = ""
        self._breaker.succeeded()
        log.warning("%s.at: %s: used again", self.engine, self._address)
        self._tell(Change(self.engine, ""))


def tls_context(settings: EngineServices, served: bool) -> ssl.SSLContext:
    """TLS by which both sides prove who they are; raises ConfigError."""
    certificate, key, authority = settings.certificate, settings.key, settings.authority
    if certificate is None or key is None or authority is None:
        raise ConfigError("engines.certificate: TLS needs it, and engines.key and authority")
    # TLS does not say which of several files it could not read.
    for name, file in (("certificate", certificate), ("key", key), ("authority", authority)):
        try:
            file.open("rb").close()
        except OSError as error:
            raise ConfigError(f"engines.{name}: {file}: {error.strerror}") from None
    purpose = ssl.Purpose.CLIENT_AUTH if served else ssl.Purpose.SERVER_AUTH
    try:
        context = ssl.create_default_context(purpose, cafile=authority)
    except OSError as error:
        raise ConfigError(f"engines.authority: {authority}: {error}") from None
    try:
        # With a password nobody is asked for the one of an encrypted key.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        raise ConfigError(f"engines.certificate: {certificate}: {error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    return context
