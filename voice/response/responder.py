"""The response step's engine: a model, its tasks, and what holds them together."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voice.engine_queue import EngineQueue, QueueFactory
from voice.identity import Caller
from voice.languages import Language, language
from voice.response.engines.embedded import EmbeddedEngine
from voice.response.engines.engine import Engine, Model
from voice.response.grounding import prepare
from voice.response.rules.conversation import ConversationRules
from voice.response.rules.documents import DocumentSearch
from voice.response.rules.means import SecondThoughts
from voice.response.session import ResponseSession
from voice.tasks import TaskSet, load_tasks
from voice.tools import Audit, ToolBox

_TOOL_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class _Current:
    """What calls that begin now are answered by."""

    model: Model
    tasks: TaskSet
    known: TaskSet
    """The tasks, and that of the documents where there are some."""


class Responder:
    """Loaded once per process and shared by all of its calls."""

    def __init__(
        self,
        engine: Engine,
        tasks: TaskSet,
        tool_timeout_seconds: float,
        documents: DocumentSearch | None = None,
    ) -> None:
        """`engine` was loaded for these tasks, and the `documents`' own where there are some."""
        self._engine = engine
        self._tool_timeout_seconds = tool_timeout_seconds
        self._documents = documents
        known = self._with_documents(tasks)
        prepare(known)
        self._current = _Current(engine, tasks, known)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        tasks_folder: str | Path,
        *,
        workers: int = 1,
        capacity: int = 64,
        tool_timeout_seconds: float = _TOOL_TIMEOUT_SECONDS,
        make_queue: QueueFactory = EngineQueue,
    ) -> Responder:
        """Open a small model that writes the tasks' sentences, and the tasks.

        Raises ModelError or ConfigError with what is wrong.
        """
        tasks = load_tasks(Path(tasks_folder))
        engine = EmbeddedEngine.load(
            Path(folder), tasks, workers=workers, capacity=capacity, make_queue=make_queue
        )
        return cls(engine, tasks, tool_timeout_seconds)

    @property
    def tasks(self) -> TaskSet:
        """The tasks of calls that begin now."""
        return self._current.tasks

    def adopt(self, tasks: TaskSet) -> None:
        """Answer new calls by other tasks; calls under way keep theirs.

        May take seconds and blocks. Raises VoiceError, and goes on as before, when the engine
        cannot work with these.
        """
        known = self._with_documents(tasks)
        model = self._engine.for_tasks(known)
        prepare(known)
        self._current = _Current(model, tasks, known)

    def _with_documents(self, tasks: TaskSet) -> TaskSet:
        return tasks if self._documents is None else self._documents.added_to_tasks(tasks)

    @property
    def language(self) -> Language:
        """In which answers are given where the caller's language is none of `languages`."""
        return language(self.languages[0])

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages in which requests are answered."""
        known = self._engine.languages
        return tuple(tag for tag in self.tasks.languages if known is None or tag in known)

    @property
    def depth(self) -> int:
        """How many requests wait for the model."""
        return self._engine.depth

    def session(
        self,
        tools: ToolBox,
        caller: Caller,
        *,
        has_person: bool = False,
        second_thoughts: SecondThoughts | None = None,
        audit: Audit | None = None,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> ResponseSession:
        """One call's conversation; raises ConfigError when a task's tool is missing.

        `has_person`: the call can be handed over. `second_thoughts`: see SecondThoughts. `audit`
        hears of each run of a tool.
        `today`: what "tomorrow" is counted from.
        """
        current = self._current
        tools.require(current.tasks)
        if self._documents is not None:
            tools = self._documents.added_to_tools(tools)
        conversation = ConversationRules(
            current.model,
            current.known.in_language(self.language),
            tools,
            self._tool_timeout_seconds,
            has_person=has_person,
            second_thoughts=second_thoughts,
            audit=audit,
        )
        return ResponseSession(conversation, caller, today)

    async def warm_up(self) -> None:
        """Make ready what all prompts share; raises VoiceError when no reply can be had."""
        await self._engine.warm_up()

    def close(self) -> None:
        """End the engine's threads and let go of the model."""
        self._engine.close()
        if self._documents is not None:
            self._documents.close()
