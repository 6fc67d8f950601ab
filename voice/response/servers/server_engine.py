"""A model on a server beside Voice that has OpenAI's interface: vLLM, llama.cpp, Ollama."""

from __future__ import annotations

import asyncio
import email.utils
import logging
import math
import random
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2

from voice.circuit_breaker import CircuitBreaker
from voice.engine_queue import EngineBusy, Priority
from voice.http_client import connect_async
from voice.response.engines.engine import BadReply, Piece, Pieces, ReplyTimeout
from voice.response.prompts.briefing import Briefing, Style, briefing
from voice.response.prompts.harmony import CallerSaid, Message
from voice.response.servers.chat_completions import ChatCompletions
from voice.response.servers.event_stream import Event, events
from voice.response.servers.responses_api import Responses
from voice.response.servers.server_errors import MayPass, RequestTooLong, ServerBusy, ServerFailed
from voice.settings.response import Response
from voice.tasks import TaskSet

log = logging.getLogger(__name__)

_KEY = "response.server.url"
_STREAM = "text/event-stream"
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed in a moment."""
_TOO_LONG = frozenset({400, 413})
_BUSY = 429
_WARM_UP_SECONDS = 120.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
"""Seconds before a further try: doubled each time, and a random part of that."""

Progress = AsyncGenerator[Piece | None, None]
"""Pieces, and None where the server showed that it is at work."""


class StreamReader(Protocol):
    """Reads one streamed answer."""

    def take(self, event: Event) -> Iterator[Piece]:
        """What an event adds."""

    def end(self) -> Iterator[Piece]:
        """What is left when the stream is over; raises ServerFailed when it was cut off."""


class Interface(Protocol):
    """One of OpenAI's interfaces."""

    @property
    def path(self) -> str:
        """Below the server's address."""

    def body(
        self, model: str, briefing: Briefing, turns: Sequence[Sequence[Message]], style: Style
    ) -> dict[str, Any]:
        """What is posted."""

    def reader(self, briefing: Briefing) -> StreamReader:
        """What reads the answer."""


INTERFACES: dict[str, Interface] = {"chat": ChatCompletions(), "responses": Responses()}


@dataclass
class _Running:
    """How many replies are waited for, for whichever tasks."""

    replies: int = 0


class ServerEngine:
    """Asks the server for each reply, and passes on what it streams."""

    def __init__(
        self,
        settings: Response,
        allow: Sequence[str],
        briefing: Briefing,
        *,
        clock: Callable[[], float] = time.monotonic,
        choices: random.Random | None = None,
    ) -> None:
        """`allow`: the hosts that may be reached. Raises ConfigError for a key without use."""
        self._settings = settings
        self._server = settings.server
        self._key = settings.server.read_key()
        self._allow = allow
        self._briefing = briefing
        self._style = Style(settings.reasoning, settings.most_tokens)
        self._breaker = CircuitBreaker(self._server.failures, self._server.rest_seconds, clock)
        self._choices = choices or random.Random()
        self._interface = INTERFACES[self._server.api]
        self._host = urlsplit(self._server.url).netloc
        self._running = _Running()

    languages = None
    """A general model is told which are spoken."""

    def for_tasks(self, tasks: TaskSet) -> ServerEngine:
        """See Engine."""
        told = copy(self)
        told._briefing = briefing(tasks)
        return told

    @property
    def depth(self) -> int:
        """How many replies are waited for."""
        return self._running.replies

    def close(self) -> None:
        """Nothing is kept: each reply has its own connection."""

    async def warm_up(self) -> None:
        """Have one answer written, so that what all prompts share is in the server's cache.

        Takes as long as a server needs that has just started. Raises VoiceError.
        """
        try:
            async with (
                asyncio.timeout(_WARM_UP_SECONDS),
                aclosing(self._stream([[CallerSaid("hello")]])) as pieces,
            ):
                async for _ in pieces:
                    pass
        except BadReply as error:
            log.warning("%s: at the start: %s", self._host, error)
        except TimeoutError:
            raise ReplyTimeout(f"{_KEY}: {self._host}: no answer in time") from None
        except ServerFailed as error:
            raise ServerFailed(f"{_KEY}: {self._host}: {error}") from None

    async def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority = Priority.FINAL
    ) -> Pieces:
        """See Model.reply. Raises ServerFailed, too."""
        host = self._host
        if self._running.replies >= self._settings.capacity:
            raise EngineBusy(f"{host}: {self._running.replies} replies are waited for already")
        if not self._breaker.admits():
            raise ServerFailed(f"{host} has failed often and is left alone for now")
        self._running.replies += 1
        try:
            async with aclosing(self._in_time(turns)) as pieces:
                async for piece in pieces:
                    yield piece
            self._breaker.succeeded()
        except ServerBusy as error:
            raise EngineBusy(f"{host}: {error}") from None
        except ServerFailed as error:
            self._breaker.failed()
            raise ServerFailed(f"{host}: {error}") from None
        except ReplyTimeout:
            self._breaker.failed()
            raise
        finally:
            self._running.replies -= 1

    async def _in_time(self, turns: Sequence[Sequence[Message]]) -> Pieces:
        """The pieces; raises ReplyTimeout when the first one, or a sign of life, is overdue."""
        server, clock = self._server, asyncio.get_running_loop().time
        last = clock() + self._settings.timeout_seconds
        latest = min(last, clock() + server.first_seconds)
        began = False
        async with aclosing(self._persistently(turns, latest)) as pieces:
            while True:
                try:
                    async with asyncio.timeout_at(latest):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise ReplyTimeout(f"{self._host}: it did not answer in time") from None
                if piece is not None:
                    began = True
                    yield piece
                if began:
                    latest = min(last, clock() + server.silence_seconds)

    async def _persistently(self, turns: Sequence[Sequence[Message]], latest: float) -> Progress:
        """Tries again what may pass, as long as nothing has come and the time is not over."""
        clock, pauses, began = asyncio.get_running_loop().time, self._pauses(), False
        while True:
            try:
                async with aclosing(self._stream(turns)) as pieces:
                    async for piece in pieces:
                        began = began or piece is not None
                        yield piece
                return
            except MayPass as error:
                pause = max(next(pauses, math.inf), error.after_seconds)
                if began or clock() + pause >= latest:
                    raise
                log.info("%s: %s: tried again", self._host, error)
                await asyncio.sleep(pause)
            except RequestTooLong:
                if began or len(turns) == 1:
                    raise
                log.info("%s: asked with the last turn alone", self._host)
                turns = turns[-1:]

    def _pauses(self) -> Iterator[float]:
        """Before the second try, the third, and so on, with jitter."""
        for number in range(self._server.tries - 1):
            longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number)
            yield self._choices.uniform(longest / 2, longest)

    async def _stream(self, turns: Sequence[Sequence[Message]]) -> Progress:
        """One try: a request on a connection of its own, which ends with the reply."""
        server, reader = self._server, self._interface.reader(self._briefing)
        body = self._interface.body(self._settings.model, self._briefing, turns, self._style)
        headers = {"Accept": _STREAM}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        url, json = f"{server.url}{self._interface.path}", {**body, **server.extra}
        try:
            async with (
                connect_async(self._allow, ServerFailed, server.connect_seconds) as client,
                client.stream("POST", url, json=json, headers=headers) as response,
            ):
                _check(response)
                async with aclosing(events(response.aiter_bytes())) as stream:
                    async for event in stream:
                        yield None
                        for piece in reader.take(event):
                            yield piece
                for piece in reader.end():
                    yield piece
        except httpx2.HTTPError as error:
            # Its text may name what was sent; its class says enough.
            raise MayPass(type(error).__name__) from None
        except (TypeError, KeyError, AttributeError, ValueError):
            raise MayPass("it answered in a form of its own") from None


def _check(response: httpx2.Response) -> None:
    """Raises ServerFailed unless a stream of events comes."""
    status = response.status_code
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if status in _PASSING:
        failure = ServerBusy if status == _BUSY else MayPass
        raise failure(f"status {status}", _seconds(response.headers.get("retry-after", "")))
    if status in _TOO_LONG:
        raise RequestTooLong(f"status {status}")
    if status != httpx2.codes.OK:
        raise ServerFailed(f"status {status}")
    if kind != _STREAM:
        raise ServerFailed(f"it answered with {kind or 'nothing'} instead of {_STREAM}")


def _seconds(retry_after: str) -> float:
    """Retry-After (RFC 9110 10.2.3): seconds, or a date."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0
