"""A web service on the loopback that answers as a test says, faults included."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

INVOICE = {
    "state": "OPEN",
    "total": {"amount": 42.17, "currency": "EUR"},
    "dueDate": "2026-12-14T00:00:00Z",
    "count": 3,
    "plan": "Smart",
    "items": ["calls"],
}


@dataclass
class Asked:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Crm:
    """Keeps what it was asked; the last answer is for all further requests."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Its address by the name that the tests have for it."""
        return f"http://crm.test:{self.port}/v2"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        number = len(self.asked)
        body = await request.json() if request.can_read_body else None
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.method, request.raw_path, headers, body))
        return await self.answers[min(number, len(self.answers) - 1)](request)


def json(content: object, status: int = 200) -> Answer:
    """An answer as JSON."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(content, status=status)

    return answer


def plain(text: str, kind: str = "text/html", status: int = 200, **headers: str) -> Answer:
    """An answer as it is written here."""

    async def answer(request: web.Request) -> web.StreamResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(text=text, content_type=kind, status=status, headers=names)

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    """The connection ends before an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def crm(*answers: Answer, certificate: ssl.SSLContext | None = None) -> AsyncIterator[Crm]:
    """Serve on a free port."""
    service = Crm(list(answers))
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", service.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate)
        await site.start()
        service.port = runner.addresses[0][1]
        yield service
    finally:
        await runner.cleanup()
