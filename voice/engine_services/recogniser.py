"""Turns are read by a service, and by the model in this process where it does not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from wyoming.asr import Transcribe
from wyoming.asr import Transcript as Answer

from voice.audio import Pcm
from voice.engine_queue import EngineBusy, Priority
from voice.engine_services.connection import Connection, parsed
from voice.engine_services.description import RECOGNITION, Offered, ServiceOffer, called
from voice.engine_services.errors import ServiceBusy, ServiceFailed
from voice.engine_services.link import Change, ServiceLink
from voice.engine_services.own_terms import ServedReading, WantedReading, packed, unpacked
from voice.languages import Language
from voice.recognition import (
    ANYTHING,
    Expectation,
    LanguageBelief,
    PartialPace,
    Recogniser,
    RecognitionSession,
    Transcript,
)
from voice.settings import Settings

log = logging.getLogger(__name__)

UNTOLD_CONFIDENCE = 0.75
"""Of a reading whose service says nothing of how sure it is: neither doubted nor beyond doubt."""
_LONGEST_TEXT = 5_000
"""Characters: more than anybody says in a turn."""
_SECONDS_PER_SECOND = 0.1
"""So much longer may the answer to a longer turn take."""


class ServedRecogniser:
    """Has each turn read by the service behind the link; the local recogniser stands in for it."""

    def __init__(self, link: ServiceLink, local: Recogniser) -> None:
        self._link = link
        self._local = local
        self._pace = PartialPace()

    @property
    def language(self) -> Language:
        """What is read where it is not known what is spoken."""
        return self._local.language

    @property
    def dialects(self) -> Mapping[str, str]:
        """Those of the local recogniser; a service of ours has to tell them apart as well."""
        return self._local.dialects

    @property
    def depth(self) -> int:
        """How many requests wait here; the service has a queue of its own."""
        return self._local.depth

    def session(self) -> RecognitionSession:
        """One call's use of the engine."""
        return RecognitionSession(self, self._pace, self.dialects)

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority = Priority.FINAL,
        expect: Expectation = ANYTHING,
        belief: LanguageBelief | None = None,
    ) -> Transcript:
        """The words in a recording; raises EngineBusy when too much waits here, too."""

        async def exchange(connection: Connection, offered: Sequence[Offered]) -> Transcript:
            asked = WantedReading(priority, expect, belief)
            language = belief.heard if belief is not None else self.language.tag
            await connection.write(Transcribe(language=language, context=packed(asked)))
            await connection.write_sound(pcm, sample_rate)
            event = await connection.expect(Answer)
            heard = _heard(event.data, offered[0], language, len(pcm) / sample_rate)
            return _fitting(heard, language, belief)

        try:
            return await self._link.ask(exchange, len(pcm) / sample_rate * _SECONDS_PER_SECOND)
        except ServiceBusy as error:
            if priority is Priority.PARTIAL:
                raise EngineBusy(str(error)) from None
            log.info("%s: read by the model in this process", error)
        except ServiceFailed:
            pass  # the link has said so
        return await self._local.transcribe(
            pcm, sample_rate, priority=priority, expect=expect, belief=belief
        )

    async def warm_up(self) -> None:
        """Make both ready; only the local recogniser has to be."""
        await self._local.warm_up()
        await self._link.begin()

    def close(self) -> None:
        """End the local engine's threads, and look at the service no more."""
        self._link.close()
        self._local.close()


def _heard(
    data: Mapping[str, object], offered: Offered, language: str, seconds: float
) -> Transcript:
    """What a service answered, as far as it tells; raises ServiceFailed."""
    answer = parsed(Answer, data)
    reading = unpacked(ServedReading, data)
    if reading is None and offered.ours:
        raise ServiceFailed("another service answers there than before")
    if reading is None:
        text = " ".join(answer.text.split())
        nobody, confidence = (0.0, UNTOLD_CONFIDENCE) if text else (1.0, 0.0)
        return Transcript(text, confidence, language, nobody, seconds)
    if reading.sha256 != offered.sha256:
        raise ServiceFailed("another model answers there than before")
    return reading.transcript


def _fitting(heard: Transcript, asked: str, belief: LanguageBelief | None) -> Transcript:
    """The same; raises ServiceFailed where it says what cannot be of what was asked."""
    if len(heard.text) > _LONGEST_TEXT:
        raise ServiceFailed(f"a transcript of {len(heard.text)} characters")
    known = [asked] if belief is None else belief.offered
    strange = heard.belief is not None and (belief is None or heard.belief.before != belief.before)
    if heard.language not in known or strange:
        raise ServiceFailed("a transcript in a language that was not asked for")
    return heard


def reading_link(
    settings: Settings,
    dialects: Sequence[str] = (),
    tell: Callable[[Change], None] = lambda change: None,
) -> ServiceLink:
    """The way to the service of `[recognition] at`; raises ConfigError.

    It has to read all languages that are offered and, if it is one of ours, these dialects.
    """
    wanted, engines = settings.recognition, settings.engines
    name = called(wanted.model)

    def choose(offer: ServiceOffer) -> Sequence[Offered]:
        chosen = offer.found(RECOGNITION, wanted.offered, name, engines.models)
        if chosen.ours:
            offer.found(RECOGNITION, [*wanted.offered, *dialects], name, engines.models)
        return [chosen]

    return ServiceLink(RECOGNITION, wanted.at, engines, settings.network.allow, choose, tell)
