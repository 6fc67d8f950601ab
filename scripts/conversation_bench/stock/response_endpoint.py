"""Our response engine behind OpenAI's chat interface, for a client that streams.

Each conversation is one session, known by its `user`; the last message of a request is what the
caller said. Callers count as identified, because the other side has no identification.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from voice.identity import Caller, IdentityLevel
from voice.response import Responder, ResponseSession, SayClause, ToolBox

MODEL = "ours"


class ResponseEndpoint:
    """POST /v1/chat/completions on a free port of the loopback interface."""

    def __init__(self, responder: Responder, tools: ToolBox) -> None:
        self._responder = responder
        self._tools = tools
        self._sessions: dict[str, ResponseSession] = {}

    @property
    def app(self) -> Starlette:
        """As a web application."""
        return Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    def forget(self, user: str) -> None:
        """This conversation is over."""
        self._sessions.pop(user, None)

    async def _complete(self, request: Request) -> JSONResponse | StreamingResponse:
        asked: dict[str, Any] = await request.json()
        said = [message["content"] for message in asked["messages"] if message["role"] == "user"]
        if not said or not asked.get("stream"):
            return JSONResponse({"error": {"message": "one streamed answer at a time"}}, 400)
        number, _, customer = str(asked.get("user", "")).partition(" ")
        if number not in self._sessions:
            self._sessions[number] = self._session(number, customer)
        answer = _chunks(self._sessions[number], _text(said[-1]))
        return StreamingResponse(answer, media_type="text/event-stream")

    def _session(self, number: str, customer: str) -> ResponseSession:
        caller = Caller(number, customer or None, IdentityLevel.VERIFIED)
        return self._responder.session(self._tools, caller)


def _text(content: Any) -> str:
    """Content is a text, or a list of parts that hold texts."""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content)


async def _chunks(session: ResponseSession, text: str) -> AsyncIterator[str]:
    turn = session.begin(text)
    turn.commit()
    async for step in turn:
        if isinstance(step, SayClause):
            yield _event({"role": "assistant", "content": f"{step.clause} "}, None)
    yield _event({}, "stop")
    yield "data: [DONE]\n\n"


def _event(delta: dict[str, str], finish: str | None) -> str:
    chunk = {
        "id": "chatcmpl-ours",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return f"data: {json.dumps(chunk)}\n\n"


class Serving(uvicorn.Server):
    """Serves the endpoint in the running loop; `url` is known once it is started."""

    def __init__(self, endpoint: ResponseEndpoint) -> None:
        super().__init__(
            uvicorn.Config(endpoint.app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
        )
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Called by uvicorn; signals are left to the process that it runs in."""
        yield

    @property
    def url(self) -> str:
        """What OpenAI's clients call the base URL."""
        return f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}/v1"
