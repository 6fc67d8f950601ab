"""The response step's engine: a model, its tasks, and what holds them together."""

from __future__ import annotations

from pathlib import Path

from voice.engine_queue import EngineQueue, QueueFactory
from voice.identity import Caller
from voice.languages import Language
from voice.response.conversation import Conversation
from voice.response.embedded import EmbeddedEngine
from voice.response.engine import Engine
from voice.response.exchange import SecondThoughts
from voice.response.session import ResponseSession
from voice.response.tasks import TaskSet
from voice.response.tools import ToolBox

_TOOL_TIMEOUT_SECONDS = 5.0


class Responder:
    """Loaded once per process and shared by all of its calls."""

    def __init__(self, engine: Engine, tasks: TaskSet, tool_timeout_seconds: float) -> None:
        self._engine = engine
        self._tool_timeout_seconds = tool_timeout_seconds
        self.tasks = tasks

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
        tasks = TaskSet.load(Path(tasks_folder))
        engine = EmbeddedEngine.load(
            Path(folder),
            tasks.instruction,
            workers=workers,
            capacity=capacity,
            make_queue=make_queue,
        )
        return cls(engine, tasks, tool_timeout_seconds)

    @property
    def language(self) -> Language:
        """In which the tasks are written, and answers are given."""
        return self.tasks.language

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
    ) -> ResponseSession:
        """One call's conversation; raises ConfigError when a task's tool is missing.

        `has_person`: the call can be handed over. `second_thoughts`: see SecondThoughts.
        """
        tools.require(self.tasks)
        conversation = Conversation(
            self._engine,
            self.tasks,
            tools,
            self._tool_timeout_seconds,
            has_person=has_person,
            second_thoughts=second_thoughts,
        )
        return ResponseSession(conversation, caller)

    async def warm_up(self) -> None:
        """Make ready what all prompts share; raises VoiceError when no reply can be had."""
        await self._engine.warm_up()

    def close(self) -> None:
        """End the engine's threads and let go of the model."""
        self._engine.close()
