"""What a service tells of itself, to this machine and its scrapers: /metrics, /healthz, /readyz.

Each process of `voice serve` writes its metrics to a file in the runtime directory every few
seconds; here they are read, marked with the process's name and served together. No process is
disturbed by a scrape.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from voice.errors import ConfigError
from voice.network import lies_in
from voice.service.child import ChildProcess
from voice.settings import Settings
from voice.settings.telemetry import Telemetry
from voice.settings.values import host_and_port

_THIS_MACHINE = ("127.0.0.0/8", "::1/128")

Unready = Callable[[], str]
"""Why nothing new can be taken; empty when it can."""


class _Server(uvicorn.Server):
    """Leaves the signals to the process that it runs in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Called by uvicorn."""
        yield


class Monitoring:
    """Serves from `start` to `stop`."""

    def __init__(self, settings: Telemetry, registry: CollectorRegistry, unready: Unready) -> None:
        self._listen = settings.listen
        self._app = application(registry, unready, settings.scrapers)
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen; returns the URL. Raises ConfigError when the address is in use."""
        listener = _listening_socket(self._listen)
        self._server = _Server(
            uvicorn.Config(
                self._app,
                access_log=False,
                log_config=None,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._serving = asyncio.create_task(self._server.serve([listener]))
        host, port = listener.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def stop(self) -> None:
        """Close the address."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await asyncio.gather(self._serving, return_exceptions=True)


class ServiceCollector(Collector):
    """The metrics of all processes, and what only their parent knows."""

    def __init__(
        self, settings: Settings, children: Sequence[ChildProcess], unready: Unready
    ) -> None:
        self._settings = settings
        self._children = children
        self._unready = unready

    def collect(self) -> Iterator[Metric]:
        """Called by prometheus_client."""
        yield GaugeMetricFamily(
            "voice_ready", "Whether new calls are taken.", value=float(not self._unready())
        )
        yield GaugeMetricFamily(
            "voice_calls_limit", "Calls that are taken at once.", value=self._limit()
        )
        up = GaugeMetricFamily(
            "voice_process_up", "Whether it runs and is ready.", labels=["process"]
        )
        starts = CounterMetricFamily(
            "voice_process_starts", "How often it started.", labels=["process"]
        )
        age = GaugeMetricFamily(
            "voice_process_figures_age_seconds",
            "Since it last wrote its metrics; a process that stands still writes none.",
            labels=["process"],
        )
        forwarded: dict[str, Metric] = {}
        for child in self._children:
            up.add_metric([child.name], float(child.ready))
            starts.add_metric([child.name], child.starts)
            file = self._settings.runtime.statistics(child.name).with_suffix(".prom")
            with contextlib.suppress(OSError):
                if child.ready:
                    age.add_metric([child.name], max(0.0, time.time() - file.stat().st_mtime))
                    _add(forwarded, file, child.name)
        yield from (up, starts, age, *forwarded.values())

    def _limit(self) -> float:
        calls = self._settings.calls
        return float(min(self._settings.sip.max_calls, calls.processes * calls.max_calls))


def _add(families: dict[str, Metric], file: Path, process: str) -> None:
    """Read a process's metrics and put them to those of the others."""
    for family in text_string_to_metric_families(file.read_text(encoding="utf-8")):
        known = families.setdefault(
            family.name, Metric(family.name, family.documentation, family.type)
        )
        known.samples += [
            sample._replace(labels={**sample.labels, "process": process})
            for sample in family.samples
        ]


def application(
    registry: CollectorRegistry, unready: Unready, scrapers: Sequence[str] = ()
) -> Starlette:
    """The three addresses as a web application; strangers are answered 403."""

    def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        reason = unready()
        return PlainTextResponse(f"{reason or 'ready'}\n", 503 if reason else 200)

    return Starlette(
        routes=[
            Route("/metrics", metrics),  # reads files: on a thread
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=[Middleware(_KnownOnly, networks=[*_THIS_MACHINE, *scrapers])],
    )


class _KnownOnly:
    """Answers 403 to whoever connects from none of some networks."""

    def __init__(self, app: ASGIApp, networks: Sequence[str]) -> None:
        self._app = app
        self._networks = networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by Starlette."""
        host, _ = scope["client"]
        app = self._app if lies_in(host, self._networks) else PlainTextResponse("forbidden\n", 403)
        await app(scope, receive, send)


def _listening_socket(address: str) -> socket.socket:
    host, port = host_and_port(address)
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason = os.strerror(error.errno or 0)
        raise ConfigError(f"telemetry.listen: {address}: {reason}") from None
    return listener
