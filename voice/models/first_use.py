"""The recogniser and the voice of the settings are there before anything needs them.

Whoever starts the engines' processes calls `at_hand` before: nothing is ever fetched during a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voice.errors import ModelError
from voice.model_folders import ModelKind, find_model
from voice.models.catalogue import Catalogue
from voice.models.entries import Kind
from voice.models.pulling import Origins, Progress, pull
from voice.models.store import ModelStore
from voice.response_settings import BY_EXAMPLES
from voice.setting_places import blamed_on
from voice.settings import EMBEDDED, Settings

_OF_DOCUMENTS = "embedding.model"
_OF_REQUESTS = "embedding.requests"


@dataclass(frozen=True)
class ModelsAtHand:
    """Which recogniser and voice are used, as `[recognition] model` and `[speech] voice` say it."""

    recogniser: str = EMBEDDED
    voice: str = EMBEDDED
    missing: str = ""
    """Why one of the defaults could not be had; empty when all could."""
    no_embedding: str = ""
    """Why requests are found without an embedding model; empty when they are not, or need none."""

    @property
    def environment(self) -> dict[str, str]:
        """What tells other processes to use these; the environment wins over `voice.toml`."""
        return {"VOICE_RECOGNITION__MODEL": self.recogniser, "VOICE_SPEECH__VOICE": self.voice}

    def in_settings(self, settings: Settings) -> Settings:
        """The settings with these models."""
        recognition = settings.recognition.model_copy(update={"model": self.recogniser})
        speech = settings.speech.model_copy(update={"voice": self.voice})
        return settings.model_copy(update={"recognition": recognition, "speech": speech})

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


def at_hand(settings: Settings, progress: Progress) -> ModelsAtHand:
    """The models of the settings, pulled when they are used for the first time.

    Where the default recogniser or voice cannot be had, the embedded ones take its place; a model
    that the settings name, be it the default, and that cannot be had raises ModelError.
    """
    recogniser, voice = settings.recognition.model, settings.speech.voice
    named = "voice" in settings.speech.model_fields_set
    missing, no_embedding = "", _embedding(settings, progress)
    try:
        _require(recogniser, "asr_models", "recogniser", settings, progress)
    except ModelError as error:
        if "model" in settings.recognition.model_fields_set or settings.recognition.variants:
            raise ModelError(f"recognition.model: {error}") from None
        # Without the recogniser nothing is gained by the voice, nor by waiting for it.
        voice = voice if named else EMBEDDED
        return ModelsAtHand(voice=voice, missing=str(error), no_embedding=no_embedding)
    for variant in settings.recognition.variants:
        with blamed_on("recognition.variants", ModelError):
            _require(variant, "asr_models", "recogniser", settings, progress)
    try:
        _require(voice, "tts_voices", "voice", settings, progress)
    except ModelError as error:
        if named:
            raise ModelError(f"speech.voice: {error}") from None
        voice, missing = EMBEDDED, str(error)
    for language, other in settings.speech.voices.items():
        with blamed_on(f"speech.voices.{language}"):
            _require(other, "tts_voices", "voice", settings, progress)
    return ModelsAtHand(recogniser, voice, missing, no_embedding)


def _embedding(settings: Settings, progress: Progress) -> str:
    """Pulled where one is needed; why not, of the one without which requests are found, too."""
    needed = embeddings_needed(settings)
    if _OF_DOCUMENTS in needed:
        embedding_at_hand(settings, progress)
    if _OF_REQUESTS in needed:
        try:
            with blamed_on(_OF_REQUESTS, ModelError):
                _require(needed[_OF_REQUESTS], "response_models", "embedding", settings, progress)
        except ModelError as error:
            return str(error)
    return ""


def embeddings_needed(settings: Settings) -> dict[str, str]:
    """The embedding models that requests and documents are found by, by the setting of each."""
    needed = {}
    if settings.knowledge.store is not None:
        needed[_OF_DOCUMENTS] = settings.embedding.model
    if BY_EXAMPLES in (settings.response.engine, settings.response.fallback):
        needed[_OF_REQUESTS] = settings.embedding.requests
    return needed


def embedding_at_hand(settings: Settings, progress: Progress) -> None:
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
    progress: Progress,
) -> None:
    """Pull `name` when the catalogue has it and it is not there; a path is left to its loader."""
    model = Catalogue.known().of_kind(name, kind)
    # A variant may have changed with this version of Voice, which is where it comes from.
    if model is None or (Path(find_model(folder, name)).exists() and not model.is_difference):
        return
    sources = settings.models
    origins = Origins(settings.network.allow, sources.hub, sources.index, sources.npm)
    pull(model, ModelStore(), origins, progress)
