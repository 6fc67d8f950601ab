"""When a service is away, slow, wrong or another one, the engines of this process do its work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from wyoming.asr import Transcript as Answer
from wyoming.event import async_read_event, async_write_event
from wyoming.info import Info

from tests.engine_services.conftest import QUESTION, RATE, port_of, settings_at
from voice.audio import Pcm
from voice.engine_queue import EngineBusy, Priority
from voice.engine_services import (
    Change,
    EngineServer,
    ServedEngines,
    ServedRecogniser,
    ServedSpeaker,
    ServiceFailed,
    reading_link,
    speaking_link,
)
from voice.errors import ConfigError
from voice.evaluation.breakable_way import BreakableWay
from voice.recognition import WhisperRecogniser
from voice.settings import Settings
from voice.speech import PiperSpeaker

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def reader_at(
    settings: Settings, recogniser: WhisperRecogniser, changes: list[Change]
) -> AsyncIterator[ServedRecogniser]:
    link = reading_link(settings, (), changes.append)
    await link.begin()
    try:
        yield ServedRecogniser(link, recogniser)
    finally:
        link.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


async def test_a_service_that_is_not_there_at_the_start_is_used_when_it_comes(
    way: BreakableWay, recogniser: WhisperRecogniser, question: Pcm, changes: list[Change]
) -> None:
    await way.cut()
    async with reader_at(settings_at(way.address), recogniser, changes) as reader:
        assert (await reader.transcribe(question, RATE)).text
        assert [change.reason != "" for change in changes] == [True]
        assert changes[0].reason.startswith(way.address)
        await way.mend()
        await until(lambda: len(changes) == 2)
        before = way.connections
        await reader.transcribe(question, RATE)
        assert way.connections == before + 1


async def test_a_cut_link_costs_no_turn_and_is_told_of_once(
    way: BreakableWay, recogniser: WhisperRecogniser, question: Pcm, changes: list[Change]
) -> None:
    async with reader_at(settings_at(way.address), recogniser, changes) as reader:
        asking = [asyncio.create_task(reader.transcribe(question, RATE)) for _ in range(8)]
        await asyncio.sleep(0)
        await way.cut()
        texts = {(await one).text for one in asking}
        again = await reader.transcribe(question, RATE)
        assert len(texts | {again.text}) == 1
        assert len(changes) == 1
        await way.mend()
        await until(lambda: len(changes) == 2)
    assert changes[1] == Change("recognition", "")


async def test_a_link_that_is_silent_is_given_up_after_its_time(
    way: BreakableWay, speaker: PiperSpeaker, changes: list[Change]
) -> None:
    settings = settings_at(way.address, answer_seconds=0.3)
    link = speaking_link(settings, changes.append)
    await link.begin()
    way.hold_up()
    voice = ServedSpeaker(link, "en", speaker)
    assert len((await voice.synthesise("Good morning, how are you?", RATE)).pcm)
    assert [change.reason for change in changes] == [f"{way.address}: no answer in time"]
    await way.mend()
    await until(lambda: len(changes) == 2)
    link.close()


async def test_one_failure_of_several_leaves_the_service_in_use(
    way: BreakableWay, recogniser: WhisperRecogniser, question: Pcm, changes: list[Change]
) -> None:
    settings = settings_at(way.address, failures=2)
    async with reader_at(settings, recogniser, changes) as reader:
        await way.cut()
        assert (await reader.transcribe(question, RATE)).text
        assert not changes
        await way.mend()
        await reader.transcribe(question, RATE)
        assert not changes


async def test_a_service_with_another_model_is_refused_in_one_line(
    way: BreakableWay,
    recogniser: WhisperRecogniser,
    question: Pcm,
    changes: list[Change],
) -> None:
    settings = settings_at(way.address, models=["0" * 64])
    async with reader_at(settings, recogniser, changes) as reader:
        reason = "its model 'embedded-en' is none of engines.models"
        assert [change.reason for change in changes] == [f"{way.address}: {reason}"]
        assert (await reader.transcribe(question, RATE)).text


async def test_the_named_model_is_used(
    way: BreakableWay, recogniser: WhisperRecogniser, engines: ServedEngines, changes: list[Change]
) -> None:
    named = ["0" * 64, engines.model.sha256]
    async with reader_at(settings_at(way.address, models=named), recogniser, changes):
        assert not changes


async def test_a_model_that_was_exchanged_behind_the_link_is_noticed(
    server: EngineServer,
    engines: ServedEngines,
    recogniser: WhisperRecogniser,
    question: Pcm,
    changes: list[Change],
) -> None:
    exchanged = ServedEngines(
        engines.recogniser,
        engines.model.__class__("embedded-en", "1" * 64, ("en",)),
        engines.voices,
        engines.spoken,
    )
    async with (
        EngineServer("127.0.0.1:0", exchanged) as other,
        BreakableWay(port_of(server)) as way,
        reader_at(settings_at(way.address), recogniser, changes) as reader,
    ):
        way.lead_to(port_of(other))
        assert (await reader.transcribe(question, RATE)).text
        assert changes[0].reason == f"{way.address}: another model answers there than before"
        await until(lambda: len(changes) == 2)
        await reader.transcribe(question, RATE)
        assert len(changes) == 2, "the new one is used after it was looked at"


async def test_a_service_without_the_language_is_refused(
    way: BreakableWay, changes: list[Change]
) -> None:
    settings = settings_at(way.address)
    french = settings.recognition.model_copy(update={"language": "fr"})
    link = reading_link(settings.model_copy(update={"recognition": french}), (), changes.append)
    with pytest.raises(ServiceFailed, match="it offers no recognition of fr"):
        await link.look()
    dialects = reading_link(settings, ["en-IE"], changes.append)
    with pytest.raises(ServiceFailed, match="it offers no recognition of en, en-IE"):
        await dialects.look()


def test_only_a_host_that_may_be_reached_is_asked() -> None:
    settings = settings_at("tcp://192.0.2.1:10300")
    with pytest.raises(ConfigError, match=r"recognition.at: 192.0.2.1 is not in \[network\] allow"):
        reading_link(settings)
    with pytest.raises(ConfigError, match=r"speech.at: 192\.0\.2\.1 is not in"):
        speaking_link(settings)


def test_tls_needs_its_files() -> None:
    with pytest.raises(ConfigError, match=r"engines\.certificate: TLS needs it"):
        reading_link(settings_at("tls://127.0.0.1:1"))


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """A service that answers in its own way."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def wrongly(answer: bytes) -> Handler:
    """Describes itself as it should, and answers a turn with these bytes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (event := await async_read_event(reader)) is not None:
            if event.type == "describe":
                program = {"name": "odd", "models": [{"name": "odd", "languages": ["en"]}]}
                described = Info().event()
                described.data["asr"] = [program]
                await async_write_event(described, writer)
            elif event.type == "audio-stop":
                writer.write(answer)
                await writer.drain()
                break
        writer.close()

    return handle


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no JSON\n",
        b"[]\n",
        b'{"type": 7}\n',
        b'{"data": {}}\n',
        b'{"type": "transcript"}\n',
        b'{"type": "transcript", "data": {"text": 5}}\n',
        b'{"type": "transcript", "data": []}\n',
        b'{"type": "transcript", "data_length": 99999999999}\n',
        b'{"type": "transcript", "data_length": "9"}\n',
        b'{"type": "transcript", "data_length": 500}\n{"text": "cut',
        b'{"type": "transcript", "data": {"text": "a", "context": {"voice": {"sha256": 1}}}}\n',
        b'{"type": "error", "data": {"text": "a secret", "code": "Trouble"}}\n',
        b'{"type": "error"}\n',
        b"[" * 60_000 + b"\n",
        b"x" * 300_000,
        b'{"type": "transcript", "data_length": 6011}\n{"text": "' + b"a" * 6000 + b'"}',
    ],
)
async def test_a_wrong_answer_is_refused_in_one_line_that_quotes_nothing(
    answer: bytes, recogniser: WhisperRecogniser, question: Pcm, changes: list[Change]
) -> None:
    async with (
        answering(wrongly(answer)) as address,
        reader_at(settings_at(address, rest_seconds=60), recogniser, changes) as reader,
    ):
        assert not changes
        heard = await reader.transcribe(question, RATE)
    assert "plan" in heard.text, "it was read here"
    (change,) = changes
    assert change.reason.startswith(f"{address}: ") and "\n" not in change.reason
    assert "secret" not in change.reason and len(change.reason) < 200


async def test_a_busy_service_is_passed_over_and_stays_in_use(
    recogniser: WhisperRecogniser, question: Pcm, changes: list[Change]
) -> None:
    busy = b'{"type": "error", "data": {"text": "full", "code": "busy"}}\n'
    async with (
        answering(wrongly(busy)) as address,
        reader_at(settings_at(address), recogniser, changes) as reader,
    ):
        assert (await reader.transcribe(question, RATE)).text
        with pytest.raises(EngineBusy):
            await reader.transcribe(question, RATE, priority=Priority.PARTIAL)
        assert not changes


async def test_a_service_that_tells_no_confidence_is_neither_doubted_nor_beyond_doubt(
    recogniser: WhisperRecogniser, question: Pcm, changes: list[Change]
) -> None:
    said = b'{"type": "transcript", "data": {"text": " ' + QUESTION.encode() + b' "}}\n'
    assert Answer.is_type("transcript")
    async with (
        answering(wrongly(said)) as address,
        reader_at(settings_at(address), recogniser, changes) as reader,
    ):
        heard = await reader.transcribe(question, RATE)
    assert heard.text == QUESTION and 0.5 < heard.confidence < 0.9
    assert (heard.words, heard.belief, heard.language) == ((), None, "en")
