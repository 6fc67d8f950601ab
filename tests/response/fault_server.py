"""A server with OpenAI's interface that answers each request as it was told to, faults included."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

STREAM = "text/event-stream"
CUT = b"<cut>"
"""Stands for the end of the connection, in the middle of an answer."""


@dataclass(frozen=True)
class Plan:
    """How one request is answered."""

    parts: Sequence[bytes | asyncio.Event] = ()
    """Sent one by one; an event is waited for."""
    status: str = "200 OK"
    kind: str = STREAM
    headers: tuple[str, ...] = ()


@dataclass
class Request:
    """What was asked."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


def event(value: object) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(value)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


def chat(*deltas: dict[str, Any], finish: str | None = "stop") -> list[bytes]:
    """The events of a Chat Completions stream."""
    choices = [[{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas]
    last = [[{"index": 0, "delta": {}, "finish_reason": finish}]] if finish else []
    return [*(event({"choices": each}) for each in [*choices, *last]), *([DONE] if finish else [])]


def saying(*texts: str) -> Plan:
    """An answer in words."""
    return Plan(chat(*({"content": text} for text in texts)))


def calling(name: str | None, arguments: str = "{}") -> Plan:
    """A call of a tool, its arguments in two parts."""
    half = len(arguments) // 2
    first = {"index": 0, "id": "x", "function": {"name": name, "arguments": arguments[:half]}}
    rest = {"index": 0, "function": {"arguments": arguments[half:]}}
    return Plan(chat({"tool_calls": [first]}, {"tool_calls": [rest]}, finish="tool_calls"))


@dataclass
class FaultServer:
    """Listens on the loopback; the last plan is for all further requests."""

    plans: list[Plan] = field(default_factory=list)
    choose: Callable[[Request], Plan] | None = None
    """Instead of the plans: what is answered depends on what is asked, and not on how often."""
    requests: list[Request] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody went away before the answer was over."""
    url: str = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        lines = [line.split(": ", 1) for line in head[1:] if line]
        headers = {name.lower(): value for name, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        number, request = len(self.requests), Request(head[0].split()[1], headers, json.loads(body))
        self.requests.append(request)
        plan = self.choose(request) if self.choose else self.plans[min(number, len(self.plans) - 1)]
        framing = "Transfer-Encoding: chunked" if CUT in plan.parts else "Connection: close"
        start = [f"HTTP/1.1 {plan.status}", f"Content-Type: {plan.kind}", *plan.headers, framing]
        writer.write("\r\n".join([*start, "", ""]).encode())
        await writer.drain()
        gone = asyncio.ensure_future(reader.read(1))
        try:
            for part in plan.parts:
                if isinstance(part, asyncio.Event):
                    wait = asyncio.ensure_future(part.wait())
                    await asyncio.wait({wait, gone}, return_when=asyncio.FIRST_COMPLETED)
                    wait.cancel()
                    if gone.done():
                        raise ConnectionError
                elif part == CUT:
                    return
                else:
                    framed = b"%x\r\n%s\r\n" % (len(part), part) if CUT in plan.parts else part
                    writer.write(framed)
                    await writer.drain()
        finally:
            gone.cancel()
