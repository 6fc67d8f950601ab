"""The requests of one client, one after the other; one that goes away waits for nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine

from wyoming.asr import Transcribe
from wyoming.asr import Transcript as Answer
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe
from wyoming.tts import Synthesize

from voice.engine_queue import EngineBusy
from voice.engine_services.connection import BUSY, Connection, SoundChunks, parsed
from voice.engine_services.own_terms import (
    AskedSpeech,
    ServedSpeech,
    WantedReading,
    packed,
    unpacked,
)
from voice.engine_services.served import ServedEngines
from voice.errors import VoiceError
from voice.telemetry.engine_metrics import Outcome, ServedMetrics

_SILENCE_SECONDS = 60.0
"""A client that sends nothing for so long, or does not read, is left."""
_LONGEST_TEXT = 2_000
"""Characters; some two minutes of speech."""


class _Left(Exception):
    """The client went away before its answer."""


class Requests:
    """Reads what one client asks, and answers it."""

    def __init__(
        self, connection: Connection, engines: ServedEngines, metrics: ServedMetrics
    ) -> None:
        self._connection = connection
        self._engines = engines
        self._metrics = metrics
        self._sound = SoundChunks()
        self._asked = WantedReading()
        self._next: asyncio.Task[Event | None] | None = None
        """Read while an answer is made: by this it is seen that the client goes away."""

    async def serve(self) -> None:
        """Until the client has no more; raises OSError."""
        with contextlib.suppress(_Left, TimeoutError):
            try:
                while (event := await self._event()) is not None:
                    async with asyncio.timeout(_SILENCE_SECONDS):
                        await self._take(event)
            finally:
                if self._next is not None:
                    self._next.cancel()
                    await asyncio.gather(self._next, return_exceptions=True)

    async def _event(self) -> Event | None:
        async with asyncio.timeout(_SILENCE_SECONDS):
            if self._next is None:
                return await self._connection.read()
            event, self._next = await self._next, None
            return event

    async def _take(self, event: Event) -> None:
        """Act on an event; one that is not known is let pass, as the protocol wants it."""
        try:
            if Describe.is_type(event.type):
                await self._connection.write(self._engines.description)
            elif Transcribe.is_type(event.type):
                asked = unpacked(WantedReading, event.data)
                language = parsed(Transcribe, event.data).language
                self._asked = asked or self._engines.reading_in(language)
            elif AudioStart.is_type(event.type):
                self._sound = SoundChunks()
            elif AudioChunk.is_type(event.type):
                self._sound.add(event)
            elif AudioStop.is_type(event.type):
                await self._measured("recognition", self._read())
            elif Synthesize.is_type(event.type):
                await self._measured("speech", self._speak(event))
        except EngineBusy:
            await self._connection.write(Error("too much waits", BUSY))
        except VoiceError as error:
            await self._connection.write(Error(str(error), type(error).__name__))
            self._sound = SoundChunks()

    async def _measured(self, engine: str, answer: Coroutine[None, None, None]) -> None:
        """Make an answer while the client is there, and count how that ends."""
        began = time.monotonic()
        outcome: Outcome = "failed"
        try:
            await self._while_there(answer)
            outcome = "answered"
        except EngineBusy:
            outcome = "busy"
            raise
        except VoiceError:
            outcome = "refused"
            raise
        except (_Left, OSError):
            outcome = "left"
            raise
        finally:
            self._metrics.ended(engine, outcome, time.monotonic() - began)

    async def _while_there(self, answer: Coroutine[None, None, None]) -> None:
        """Make an answer unless the client goes away before it is made."""
        making = asyncio.create_task(answer)
        self._next = self._next or asyncio.create_task(self._connection.read())
        try:
            await asyncio.wait({making, self._next}, return_when=asyncio.FIRST_COMPLETED)
            if not making.done() and self._next.result() is None:
                raise _Left
            await making
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)

    async def _read(self) -> None:
        sound, self._sound = self._sound, SoundChunks()
        reading = await self._engines.read(sound, self._asked)
        transcript = reading.transcript
        await self._connection.write(
            Answer(transcript.text, language=transcript.language, context=packed(reading))
        )

    async def _speak(self, event: Event) -> None:
        asked = unpacked(AskedSpeech, event.data)
        wanted = parsed(Synthesize, event.data)
        if len(wanted.text) > _LONGEST_TEXT:
            raise VoiceError(f"a text of more than {_LONGEST_TEXT} characters")
        clause, sha256 = await self._engines.speak(wanted.text, wanted.voice, asked)
        speech = ServedSpeech(clause.spoken_text, clause.words, sha256)
        end = Event(AudioStop().event().type, {"timestamp": None, "context": packed(speech)})
        await self._connection.write_sound(clause.pcm, clause.sample_rate, end)
