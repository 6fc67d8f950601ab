"""The response step of the settings: which engine, which model, which tasks."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from voice.embeddings import load_embedder
from voice.engine_queue import EngineQueue, QueueFactory
from voice.errors import ConfigError, ModelError
from voice.languages import languages
from voice.model_folders import find_model, tasks_folder
from voice.network import is_allowed
from voice.response.engines.ctranslate2_engine import DESCRIPTION, CTranslate2Engine
from voice.response.engines.embedded import EmbeddedEngine
from voice.response.engines.engine import Engine
from voice.response.engines.example_engine import ExampleEngine
from voice.response.engines.generation import Hardware
from voice.response.prompts.briefing import Style, briefing
from voice.response.prompts.openai_harmony_prompt import VOCABULARY
from voice.response.responder import Responder
from voice.response.rules.documents import DocumentSearch
from voice.response.servers.fallback import FallbackEngine, Tell
from voice.response.servers.server_engine import ServerEngine
from voice.settings import Settings
from voice.settings.embedding import REQUESTS
from voice.settings.places import blamed_on
from voice.settings.response import BY_EXAMPLES, Response
from voice.tasks import TaskSet, load_tasks
from voice.understanding import LexicalEmbedder, TextEmbedder, kept_folder

log = logging.getLogger(__name__)


def load_responder(
    settings: Settings, make_queue: QueueFactory = EngineQueue, tell: Tell | None = None
) -> Responder:
    """Open what `[response]` names; raises ModelError or ConfigError with the key to be mended.

    `tell` hears when a server fails and when it answers again, see FallbackEngine.
    """
    wanted = settings.response
    with blamed_on("response.tasks", ConfigError):
        tasks = load_tasks(tasks_folder(wanted.tasks))
    with ExitStack() as unless_loaded:
        documents = DocumentSearch.load(settings, make_queue)
        if documents is not None:
            unless_loaded.callback(documents.close)
        all_tasks = tasks if documents is None else documents.added_to_tasks(tasks)
        engine = _engine(settings, all_tasks, make_queue, tell)
        unless_loaded.pop_all()
    return Responder(engine, tasks, wanted.tool_timeout_seconds, documents)


def _engine(
    settings: Settings, tasks: TaskSet, make_queue: QueueFactory, tell: Tell | None
) -> Engine:
    wanted = settings.response
    if wanted.engine == "openai":
        return _beside(settings, tasks, make_queue, tell)
    if wanted.engine == "examples":
        return _by_examples(settings, tasks, make_queue)
    with blamed_on("response.model", ModelError):
        folder = Path(find_model("response_models", wanted.model))
        load = _converted if wanted.engine == "ctranslate2" else _embedded
        return load(folder, wanted, tasks, make_queue)


def _beside(
    settings: Settings, tasks: TaskSet, make_queue: QueueFactory, tell: Tell | None
) -> Engine:
    """A server, and what answers where it does not."""
    wanted, allow = settings.response, settings.network.allow
    host = urlsplit(wanted.server.url).hostname or ""
    if not is_allowed(host, allow):
        raise ConfigError(f"response.server.url: {host} is not in [network] allow")
    server = ServerEngine(wanted, allow, briefing(tasks))
    if not wanted.fallback:
        return server
    if wanted.fallback == BY_EXAMPLES:
        return FallbackEngine(server, _by_examples(settings, tasks, make_queue), tell)
    with blamed_on("response.fallback", ModelError):
        folder = Path(find_model("response_models", wanted.fallback))
        load = _converted if (folder / DESCRIPTION).exists() else _embedded
        return FallbackEngine(server, load(folder, wanted, tasks, make_queue), tell)


def _by_examples(settings: Settings, tasks: TaskSet, make_queue: QueueFactory) -> Engine:
    """Requests are found by what they mean, or by their letters without the default embedding."""
    wanted, embedding = settings.response, settings.embedding.requests
    embedder: TextEmbedder
    if embedding == REQUESTS and not Path(find_model("response_models", embedding)).is_dir():
        log.warning(
            "embedding.requests: %s is not installed (voice models pull %s): requests are found by "
            "their letters and words, and fewer of them",
            *(embedding, embedding),
        )
        embedder = LexicalEmbedder()
    else:
        embedder = load_embedder(settings, make_queue, "requests")
    return ExampleEngine.load(
        tasks,
        dict.fromkeys(languages(), embedder),
        workers=wanted.workers,
        capacity=wanted.capacity,
        timeout_seconds=wanted.timeout_seconds,
        keep_in=kept_folder(),
        make_queue=make_queue,
    )


def _embedded(folder: Path, wanted: Response, tasks: TaskSet, make_queue: QueueFactory) -> Engine:
    return EmbeddedEngine.load(
        folder,
        tasks,
        workers=wanted.workers,
        capacity=wanted.capacity,
        timeout_seconds=wanted.timeout_seconds,
        make_queue=make_queue,
    )


def _converted(folder: Path, wanted: Response, tasks: TaskSet, make_queue: QueueFactory) -> Engine:
    vocabulary = Path(find_model("response_models", wanted.vocabulary))
    return CTranslate2Engine.load(
        folder,
        briefing(tasks),
        style=Style(wanted.reasoning, wanted.most_tokens),
        hardware=Hardware(wanted.workers, wanted.threads, wanted.device, wanted.compute_type),
        vocabulary=vocabulary if (vocabulary / VOCABULARY).is_file() else None,
        capacity=wanted.capacity,
        timeout_seconds=wanted.timeout_seconds,
        make_queue=make_queue,
    )
