"""Clauses are spoken by a service, and by the voice in this process where it does not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event
from wyoming.tts import Synthesize, SynthesizeVoice

from voice.audio import Pcm, resample
from voice.engine_queue import Priority
from voice.engine_services.connection import Connection, SoundChunks
from voice.engine_services.description import SPEECH, Offered, ServiceOffer, called
from voice.engine_services.errors import ServiceBusy, ServiceFailed
from voice.engine_services.link import Change, ServiceLink
from voice.engine_services.own_terms import AskedSpeech, ServedSpeech, packed, unpacked
from voice.models import chosen_voices
from voice.settings import Settings
from voice.speech import ClauseCache, Speaker, SpokenClause, levelled, pieces_of, spoken_as

log = logging.getLogger(__name__)


class ServedSpeaker:
    """Has clauses spoken by the service behind the link; the local voice stands in for it."""

    def __init__(self, link: ServiceLink, tag: str, local: Speaker) -> None:
        """`tag`: of the language that is spoken."""
        self._link = link
        self._tag = tag
        self._local = local
        self._cache = ClauseCache()

    @property
    def depth(self) -> int:
        """How many portions of text wait here; the service has a queue of its own."""
        return self._local.depth

    def close(self) -> None:
        """End the local engine's threads, and look at the service no more."""
        self._link.close()
        self._local.close()

    def forget(self) -> None:
        """Empty the caches, as they are in a new process; what was kept for good stays."""
        self._cache.forget()
        self._local.forget()

    async def keep(self, text: str, sample_rate: int = 8000) -> None:
        """Speak `text` now, by whoever speaks now, and keep its sound for good."""
        self._cache.keep(await self.synthesise(text, sample_rate, Priority.BATCH))

    async def synthesise(
        self,
        text: str,
        sample_rate: int = 8000,
        priority: Priority = Priority.FINAL,
        pace: float = 1.0,
        whole: bool = True,
    ) -> SpokenClause:
        """See Speaker; another service than ours knows one pace, and a service's sound is whole."""
        if (known := self._cache.find(text, sample_rate, pace)) is not None:
            return known
        if not any(map(str.isalnum, text)):
            return await self._local.synthesise(text, sample_rate, priority, pace, whole)

        async def exchange(connection: Connection, offered: Sequence[Offered]) -> SpokenClause:
            voice = next(one for one in offered if one.tag == self._tag)
            return await _spoken(connection, voice, text, AskedSpeech(sample_rate, priority, pace))

        try:
            clause = await self._link.ask(exchange)
        except ServiceBusy as error:
            log.info("%s: spoken by the voice in this process", error)
        except ServiceFailed:
            pass  # the link has said so
        else:
            clause = replace(clause, pace=pace)
            self._cache.note(clause)
            return clause
        return await self._local.synthesise(text, sample_rate, priority, pace, whole)


async def _spoken(
    connection: Connection, voice: Offered, text: str, asked: AskedSpeech
) -> SpokenClause:
    """One clause, as far as the service tells; raises ServiceFailed."""
    pieces = pieces_of(text, voice.tag)
    said = text if voice.ours else " ".join(piece.spoken for piece in pieces)
    # Some say of voices that they could fetch that they have them: the language finds the others.
    by = SynthesizeVoice(**({"name": voice.name} if voice.wanted else {"language": voice.tag}))
    await connection.write(Synthesize(said, voice=by, context=packed(asked)))
    sound, end = await _sound(connection)
    speech = unpacked(ServedSpeech, end.data)
    if speech is not None and speech.sha256 == voice.sha256:
        if sound.sample_rate not in (0, asked.sample_rate):
            raise ServiceFailed(f"sound at {sound.sample_rate} Hz")
        return SpokenClause(text, speech.spoken_text, sound.pcm, asked.sample_rate, speech.words)
    if speech is not None or voice.ours:
        raise ServiceFailed("another voice speaks there than before")
    pcm = _as_ours(sound, asked.sample_rate)
    return spoken_as(text, pieces, pcm, asked.sample_rate)


async def _sound(connection: Connection) -> tuple[SoundChunks, Event]:
    """All chunks of an answer, and the event that ends them."""
    sound = SoundChunks()
    while True:
        event = await connection.expect(AudioChunk, AudioStop)
        if AudioStop.is_type(event.type):
            return sound, event
        sound.add(event)


def _as_ours(sound: SoundChunks, sample_rate: int) -> Pcm:
    """Another service's sound, as loud as our voices are."""
    pcm = sound.pcm
    if not len(pcm) or not np.any(pcm):
        raise ServiceFailed("it answered with silence")
    return resample(levelled(pcm, sound.sample_rate), sound.sample_rate, sample_rate)


def speaking_link(
    settings: Settings, tell: Callable[[Change], None] = lambda change: None
) -> ServiceLink:
    """The way to the service of `[speech] at`; raises ConfigError.

    It has to have a voice for each language; of several the one called as the local one is taken.
    """
    engines = settings.engines
    names = {tag: called(voice.name) for tag, voice in chosen_voices(settings).items()}

    def choose(offer: ServiceOffer) -> Sequence[Offered]:
        return [offer.found(SPEECH, [tag], name, engines.models) for tag, name in names.items()]

    return ServiceLink(SPEECH, settings.speech.at, engines, settings.network.allow, choose, tell)
