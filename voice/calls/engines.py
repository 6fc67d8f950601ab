"""The engines of a call process: loaded once, warmed up, shared by all of its calls."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from voice.audio import write_wav
from voice.calls import phrases
from voice.calls.pin_tries import PinTries
from voice.engine_queue import EngineQueue, QueueFactory
from voice.engine_services import (
    RESPONSE,
    Change,
    ServedRecogniser,
    ServedSpeaker,
    Services,
    reading_link,
    speaking_link,
)
from voice.engine_threads import threads_for
from voice.errors import ConfigError, ModelError
from voice.identity import IdentityCheck
from voice.languages import language
from voice.model_folders import find_model
from voice.models import ChosenVoice, chosen_voices
from voice.recognition import (
    Recogniser,
    UnknownLanguage,
    UnusableComputeType,
    UnusableDevice,
    UnusableIdentification,
    UnusableVariant,
    WhisperRecogniser,
)
from voice.response import Responder, load_responder
from voice.settings import Recognition, Settings
from voice.settings.places import blamed_on
from voice.settings.values import LOCAL
from voice.smart_turn import SmartTurn
from voice.speech import CACHED_CLAUSES, PiperSpeaker, Voices
from voice.tasks import TaskSet
from voice.tools import ToolBox, load_tools

_RATE = 8000
_BLAMED: dict[type[ModelError], str] = {
    UnknownLanguage: "language",
    UnusableComputeType: "compute_type",
    UnusableDevice: "device",
    UnusableVariant: "variants",
    UnusableIdentification: "identification",
}
"""Which key of `[recognition]` has to be mended."""


@dataclass(frozen=True)
class Engines:
    """What all calls of a process share."""

    recogniser: Recogniser
    responder: Responder
    voices: Voices
    tools: ToolBox
    identity: IdentityCheck
    pin_tries: PinTries
    smart_turn: SmartTurn | None = None
    """None: the ends of turns are told by words and pauses alone."""
    services: Services = field(default_factory=Services)
    """Those that do the work of some of the engines."""

    def adopt(self, tasks: TaskSet) -> None:
        """Answer new calls by other tasks; raises VoiceError, and changes nothing, if it cannot.

        Blocks, perhaps for seconds; may be called by any thread.
        """
        self.tools.require(tasks)
        self.responder.adopt(tasks)

    def close(self) -> None:
        """End the engines' threads; running work ends first."""
        for engine in (self.recogniser, self.responder, self.voices, self.smart_turn):
            if engine is not None:
                engine.close()

    async def aclose(self) -> None:
        """The same, and what the tools keep open."""
        self.close()
        await self.tools.aclose()


async def load_engines(
    settings: Settings, make_queue: QueueFactory = EngineQueue, services: Services | None = None
) -> Engines:
    """Load and warm up all engines; raises ModelError or ConfigError with what is wrong.

    With `services` those that the settings name are used and added; else the engines of this
    process do all of the work.
    """
    tools, identity = await load_tools(settings)
    async with AsyncExitStack() as unless_loaded:
        unless_loaded.push_async_callback(tools.aclose)
        engines = await _load_beside(settings, make_queue, tools, identity, services)
        unless_loaded.pop_all()
    return engines


async def _load_beside(
    settings: Settings,
    make_queue: QueueFactory,
    tools: ToolBox,
    identity: IdentityCheck,
    services: Services | None,
) -> Engines:
    tell = partial(_tell_of_response, services) if services is not None else None
    tries = PinTries(settings.identity.database, settings.identity.tries_per_hour)
    await asyncio.to_thread(tries.prepare)
    recogniser, responder, voices = await asyncio.gather(
        asyncio.to_thread(load_recogniser, settings, make_queue),
        asyncio.to_thread(load_responder, settings, make_queue, tell),
        asyncio.to_thread(load_voices, settings, make_queue),
    )
    tools.require(responder.tasks)
    smart_turn = SmartTurn.load(make_queue) if settings.turns.smart_turn else None
    engines = Engines(recogniser, responder, voices, tools, identity, tries, smart_turn)
    if services is not None:
        engines = await served(engines, settings, services)
    await warm_up(engines, settings)
    return engines


def _tell_of_response(services: Services, reason: str) -> None:
    services.tell(Change(RESPONSE, reason))


async def served(engines: Engines, settings: Settings, services: Services) -> Engines:
    """The same engines, with services in front of those that the settings say.

    Raises ConfigError for a service that may not be reached; one that is away is waited for later.
    """
    engines = replace(engines, services=services)
    if settings.response.engine == "openai" and settings.response.fallback:
        services.engines.append(RESPONSE)
    if settings.recognition.at != LOCAL:
        own = engines.recogniser
        link = reading_link(settings, [*own.dialects], services.tell)
        engines = replace(engines, recogniser=ServedRecogniser(link, own))
        services.engines.append(link.engine)
    if settings.speech.at != LOCAL:
        link = speaking_link(settings, services.tell)
        await link.begin()
        services.engines.append(link.engine)
        engines = replace(engines, voices=engines.voices.replaced(partial(ServedSpeaker, link)))
    return engines


def load_recogniser(
    settings: Settings, make_queue: QueueFactory = EngineQueue
) -> WhisperRecogniser:
    """The recogniser of the settings, for those who need no other engine.

    Raises ModelError, and ConfigError where callers speak a dialect that it does not tell apart.
    """
    wanted = settings.recognition
    with ExitStack() as unless_fit:
        recogniser = _open_recogniser(settings, make_queue)
        unless_fit.callback(recogniser.close)
        for row in wanted.callers:
            if row.dialect is not None and row.dialect not in recogniser.dialects:
                known = ", ".join(sorted(recogniser.dialects)) or "none"
                raise ConfigError(
                    f"recognition.callers: {row.dialect} is no dialect that is told apart: {known}"
                )
        unless_fit.pop_all()
    return recogniser


def _open_recogniser(settings: Settings, make_queue: QueueFactory) -> WhisperRecogniser:
    wanted = settings.recognition
    try:
        return WhisperRecogniser.load(
            find_model("asr_models", wanted.model),
            variants=[find_model("asr_models", name) for name in wanted.variants],
            identification=_identification(wanted),
            workers=wanted.workers,
            capacity=wanted.capacity,
            beam_size=wanted.beam_size,
            languages=list(map(language, wanted.offered)),
            device=wanted.device,
            compute_type=wanted.compute_type,
            threads=wanted.threads,
            make_queue=make_queue,
        )
    except ModelError as error:
        key = _BLAMED.get(type(error), "model")
        if key == "language" and wanted.languages:
            key = "languages"
        raise ModelError(f"recognition.{key}: {error}") from None


def _identification(wanted: Recognition) -> Path | None:
    """The folder of what tells languages and dialects apart, where they are to be told apart."""
    if wanted.identification == "none":
        return None
    if wanted.identification is not None:
        return Path(find_model("asr_models", wanted.identification))
    if len(wanted.offered) < 2 and not wanted.variants:
        return None
    shipped = Path(find_model("asr_models", f"{wanted.model}-identification"))
    return shipped if shipped.is_dir() else None


def load_voices(
    settings: Settings, make_queue: QueueFactory = EngineQueue, cached: int = CACHED_CLAUSES
) -> Voices:
    """A voice for each language that is offered or spoken besides, all on one queue.

    Each keeps so many short clauses for when they are said again. Raises ModelError for a voice
    that is missing or damaged, ConfigError for a language without a voice and a voice of another
    language.
    """
    chosen, wanted = chosen_voices(settings), settings.speech
    with ExitStack() as unless_loaded:
        queue = make_queue("speech", wanted.workers, wanted.capacity)
        unless_loaded.callback(queue.close)
        threads = wanted.threads or threads_for(wanted.workers * settings.calls.processes)
        voices = Voices(
            {tag: _speaker(voice, queue, cached, threads) for tag, voice in chosen.items()}
        )
        unless_loaded.pop_all()
    return voices


def _speaker(voice: ChosenVoice, queue: EngineQueue, cached: int, threads: int) -> PiperSpeaker:
    with blamed_on(voice.key):
        return PiperSpeaker.load(
            voice.name, cached=cached, threads=threads, make_queue=lambda *_: queue
        )


async def warm_up(engines: Engines, settings: Settings) -> None:
    """Run every engine once, and keep the sound of all that the call itself says."""
    for tag in engines.voices.languages:
        speaker, spoken = engines.voices.speaker_for(tag), language(tag)
        own = settings.greeting_in(tag)
        greeting = [clause for clause, _ in phrases.greeting(own, spoken, False)]
        for text in (*greeting, *spoken.phrases.fixed, *phrases.in_emergencies(settings, spoken)):
            await speaker.keep(text, _RATE)
    if engines.smart_turn is not None:
        await engines.smart_turn.finality(np.zeros(_RATE, np.int16))
    await engines.recogniser.warm_up()
    await engines.responder.warm_up()


async def write_apology(engines: Engines, settings: Settings) -> None:
    """Write what the edge plays when this process has died; raises AudioFileError."""
    tag = settings.recognition.language
    speaker, spoken = engines.voices.speaker_for(tag), language(tag).phrases
    clauses = [await speaker.synthesise(text, _RATE) for text in (spoken.apology, spoken.goodbye)]
    write_wav(settings.runtime.apology, np.concatenate([clause.pcm for clause in clauses]), _RATE)
