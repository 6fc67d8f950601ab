"""A PIN is in nothing that a call leaves: events, their files, the feed, logs, the model."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from tests.calls.conftest import SETTINGS, Say
from tests.calls.event_log import EventLog, attempt
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import PIN_DIGITS, SaidWords, ScriptedIdentity, ScriptedResponder
from voice.calls.engines import Engines
from voice.calls.event_files import EventFiles
from voice.calls.server import CallServer
from voice.events import (
    CallEnded,
    CallStarted,
    DtmfReceived,
    EngineFailed,
    FinalTranscript,
    IdentityDecided,
    IdentityRequested,
    from_json,
)
from voice.feed import EventFeed, FeedFrame, FeedPeer, FeedServer, Watch
from voice.identity import Caller
from voice.supervision.board import Board

pytestmark = pytest.mark.calls

IN_ANY_FORM = re.compile(
    r"4\W*2\W*7\W*1|\bfour\b(?!-digit)|\bforty\b(?! gigabytes)|\bseven|\bhundred\b", re.IGNORECASE
)
"""The PIN 4271 in figures, or a word with which one says it and the assistant never does."""

TOLD_UNASKED = (
    ["my code is four two seven one"],
    ["the secret number is forty-two seventy-one, which plan am I on"],
    ["it's four two seven one"],
    ["It's 42, 71."],
    ["four thousand two hundred and seventy one"],
    ["my PIN is", "four two", "it goes on with seven", "and one"],
    ["forty two", "uh, seventy one"],
)
"""What callers say turn by turn."""


class Failing(ScriptedIdentity):
    """Raises what is set for the number of the caller."""

    def __init__(self, errors: dict[str, Exception]) -> None:
        super().__init__()
        self._errors = errors

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        raise self._errors[caller.number or ""]


class Watched:
    """A call process with all that listens to its calls, and what they leave behind."""

    def __init__(
        self, folder: Path, engines: Engines, log: EventLog, lines: pytest.LogCaptureFixture
    ) -> None:
        self._folder = folder
        self._engines = engines
        self._log = log
        self._lines = lines
        self._fed: list[str] = []
        self.socket = folder / "calls.sock"

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[Path]:
        self._lines.set_level(logging.DEBUG)
        files = EventFiles(self._folder / "records")
        feed = EventFeed(self._folder / "feed.sock", lambda frame: server.attended(frame))
        reader = FeedServer(self._folder / "feed.sock", self._take)
        server = CallServer(self.socket, SETTINGS, self._engines, [self._log, files, feed])
        async with AsyncExitStack() as stack:
            stack.callback(files.close)
            await stack.enter_async_context(reader)
            stack.push_async_callback(feed.close)
            feed.start()
            await stack.enter_async_context(server)
            yield self.socket
            await server.idle()
            async with asyncio.timeout(5):
                while len(self._fed) < len(self._log.events) + len(self._log.passing):
                    await asyncio.sleep(0.01)

    def _take(self, peer: FeedPeer, frame: FeedFrame) -> None:
        """Keep it, and watch each call from its first event on."""
        self._fed.append(str(frame))
        event = from_json(str(frame))
        if isinstance(event, CallStarted):
            peer.send(Watch(event.call_id, on=True))

    def left(self) -> dict[str, str]:
        """What there is, by the place where it lies."""
        board = Board(1)
        for line in self._fed:
            board.apply(from_json(line))
        calls = {event.call_id: board.call(event.call_id) for event in self._log.of(CallStarted)}
        files = [file.read_text() for file in (self._folder / "records").rglob("events.jsonl")]
        responder = self._engines.responder
        assert isinstance(responder, ScriptedResponder)
        return {
            "events": "\n".join(
                event.to_json() for event in (*self._log.events, *self._log.passing)
            ),
            "keys": "".join(event.digit for event in self._log.of(DtmfReceived)),
            "files": "\n".join(files),
            "feed": "\n".join(self._fed),
            "pages": json.dumps([call.changes_since(0) for call in calls.values() if call]),
            "logs": self._lines.text,
            "model": "\n".join(turn.text for turn in responder.turns),
        }

    def expect_no_pin(self) -> None:
        left = self.left()
        assert all(left[place] for place in ("events", "files", "feed", "pages"))
        # Ids and times are figures, too, but none of what the caller said.
        left = {place: re.sub(r'"wall_time": [\d.]+', "", text) for place, text in left.items()}
        found = {place: IN_ANY_FORM.findall(text) for place, text in left.items()}
        assert not any(found.values()), found


WatchedProcess = Callable[..., Watched]


@pytest.fixture
def watch(
    tmp_path: Path, engines: Engines, log: EventLog, caplog: pytest.LogCaptureFixture
) -> WatchedProcess:
    """Prepares a call process whose engines are replaced as named."""
    return lambda **replaced: Watched(
        tmp_path, dataclasses.replace(engines, **replaced), log, caplog
    )


async def test_a_pin_said_unasked_is_kept_nowhere(
    watch: WatchedProcess, log: EventLog, say: Say
) -> None:
    async def call(name: str, turns: int) -> None:
        own = log.only(name)
        async with greeted(watched.socket, own, name) as caller:
            for _ in range(turns):
                before = len(own.events)
                await caller.say(say("I want to speak to a person."))
                await own.wait(FinalTranscript, after=before)
                await caller.heard_out()

    watched = watch(recogniser=SaidWords(TOLD_UNASKED))
    async with watched.serve():
        calls = (call(f"call-{n}", len(turns)) for n, turns in enumerate(TOLD_UNASKED))
        await asyncio.gather(*calls)
    assert len(log.of(FinalTranscript)) == sum(map(len, TOLD_UNASKED))
    assert log.passing  # and much of it was read while it was said
    watched.expect_no_pin()


async def test_a_pin_said_before_it_is_asked_for_is_kept_nowhere(
    watch: WatchedProcess, log: EventLog, say: Say
) -> None:
    """Real speech, really recognised."""
    watched = watch()
    async with watched.serve() as socket, LegCaller(socket, "early") as caller:
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say("My code is four, two, seven, one."))
        heard = await log.wait(FinalTranscript)
        caller.hang_up()
        await log.wait(CallEnded)
    assert "[hidden]" in heard.text
    watched.expect_no_pin()


async def test_keys_after_the_last_try_and_keys_that_nobody_asked_for_are_kept_nowhere(
    watch: WatchedProcess, log: EventLog, say: Say
) -> None:
    watched = watch()
    async with watched.serve() as socket, LegCaller(socket, "keys") as caller:
        await log.clause("Hello")
        caller.key(PIN_DIGITS)
        await caller.heard_out()
        await caller.say(say("How much is my bill?"))
        for number in (1, 2, 3):
            await log.wait(IdentityRequested, attempt(number))
            caller.key("9999")
        await log.wait(IdentityDecided, lambda event: len(log.of(IdentityDecided)) == 3)
        caller.key(PIN_DIGITS)
        await log.wait(CallEnded)
    assert len(log.of(DtmfReceived)) == 5 * len(PIN_DIGITS)
    watched.expect_no_pin()


async def test_a_pin_keyed_where_the_customer_number_is_asked_for_is_kept_nowhere(
    watch: WatchedProcess, log: EventLog, say: Say
) -> None:
    watched = watch()
    async with watched.serve() as socket, LegCaller(socket, "early", number=None) as caller:
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say("How much is my bill?"))
        await log.clause("customer number")
        caller.key(PIN_DIGITS)
        await log.wait(DtmfReceived, lambda event: len(log.of(DtmfReceived)) == len(PIN_DIGITS))
        caller.hang_up()
        await log.wait(CallEnded)
    watched.expect_no_pin()


def refused_request() -> Exception:
    return LookupError(f"GET /customers/353155/verify?pin={PIN_DIGITS}: 502 Bad Gateway")


def refused_answer() -> Exception:
    """As pydantic words it, with the input."""
    try:
        TypeAdapter(bool).validate_python(f"pin {PIN_DIGITS}")
    except ValueError as error:
        return error
    raise AssertionError("it was accepted")


def refused_body() -> Exception:
    try:
        json.loads(f'{{"pin": {PIN_DIGITS}')
    except ValueError as error:
        return error
    raise AssertionError("it was accepted")


def error_group() -> Exception:
    return ExceptionGroup(PIN_DIGITS, [KeyError(PIN_DIGITS)])


async def test_an_error_that_quotes_the_pin_leaves_its_class_and_an_id(
    watch: WatchedProcess, log: EventLog, say: Say
) -> None:
    async def call(number: str) -> None:
        own = log.only(number)
        async with greeted(watched.socket, own, number, number=number) as caller:
            await caller.say(say("How much is my bill?"))
            await own.clause("PIN")
            caller.key(PIN_DIGITS)
            failed = await own.wait(EngineFailed)
        assert re.fullmatch(rf"{type(errors[number]).__name__} [0-9a-f]{{6}}", failed.reason)

    makes = (refused_request, refused_answer, refused_body, error_group)
    errors = {f"49155500{n}": make() for n, make in enumerate(makes)}
    watched = watch(identity=Failing(errors))
    async with watched.serve():
        await asyncio.gather(*map(call, errors))
    watched.expect_no_pin()
