"""Serves this process's engines to others by the Wyoming protocol."""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import Self

from prometheus_client import CollectorRegistry
from wyoming.error import Error

from voice.engine_services.connection import BUSY, Connection, bounded_reader
from voice.engine_services.requests import Requests
from voice.engine_services.served import ServedEngines
from voice.errors import ConfigError
from voice.foreign_code import error_note
from voice.settings.values import host_and_port
from voice.telemetry import ServedMetrics

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
"""More are told that it is busy: each may bring three minutes of sound."""
_CLOSING_SECONDS = 1.0


class EngineServer:
    """Listens, as an async context manager; keeps nothing of what is asked."""

    def __init__(
        self,
        listen: str,
        engines: ServedEngines,
        tls: ssl.SSLContext | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        """With `tls`, which asks for certificates, clients have to prove who they are."""
        self._listen = listen
        self._engines = engines
        self._tls = tls
        self._connections: set[asyncio.Task[None]] = set()
        self._metrics = ServedMetrics(registry or CollectorRegistry())
        self._metrics.connected(lambda: len(self._connections))
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """Where it listens, as the settings of others name it."""
        assert self._server is not None, "it listens"
        host, port = self._server.sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        return f"{'tls' if self._tls else 'tcp'}://{shown}:{port}"

    async def __aenter__(self) -> Self:
        """Listen; raises ConfigError when the address cannot be used."""
        loop = asyncio.get_running_loop()
        host, port = host_and_port(self._listen)

        def protocol() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(bounded_reader(), self._connected, loop=loop)

        try:
            self._server = await loop.create_server(protocol, host, port, ssl=self._tls)
        except OSError as error:
            raise ConfigError(f"engines.listen: {self._listen}: {error.strerror}") from None
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(serving)
        serving.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        try:
            if len(self._connections) > MOST_CONNECTIONS:
                await connection.write(Error("too many connections", BUSY))
            else:
                await Requests(connection, self._engines, self._metrics).serve()
        except OSError:
            pass  # nobody is there any more
        except Exception as error:  # noqa: BLE001 - of one client; the others go on
            log.error("a client ended by a fault: %s", error_note(error))
        finally:
            await _closed(writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Let what is written go out, unless nobody reads it."""
    writer.close()
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
