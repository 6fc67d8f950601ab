"""An engine without a language model: it finds the request that a caller's words are like.

What callers ask for is learnt from the examples of the task files, when they are loaded; nothing
else has to be trained for a new task. It writes nothing of its own: it names tools and acts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from voice.engine_queue import EngineQueue, Priority, QueueFactory
from voice.languages import language
from voice.response.caller_text import normal_form
from voice.response.engines.engine import End, Piece, Pieces, ReplyTimeout
from voice.response.engines.example_choice import choice
from voice.response.prompts.harmony import CallerSaid, Message
from voice.tasks import TaskSet
from voice.understanding import LearntExamples, RequestReader, TextEmbedder, filled

Examples = dict[str, dict[str, str]]
"""By request: its examples in normal form, each with what was written."""


class ExampleEngine:
    """Finds requests by their examples; its vectors come from an embedding model, or from letters.

    Loaded once and shared by all calls.
    """

    def __init__(
        self,
        tasks: TaskSet,
        embedders: Mapping[str, TextEmbedder],
        queue: EngineQueue,
        timeout_seconds: float | None,
        keep_in: Path | None,
    ) -> None:
        self._embedders = embedders
        self._queue = queue
        self._timeout_seconds = timeout_seconds
        self._keep_in = keep_in
        self._model = self.for_tasks(tasks)

    @classmethod
    def load(
        cls,
        tasks: TaskSet,
        embedders: Mapping[str, TextEmbedder],
        *,
        workers: int = 1,
        capacity: int = 64,
        timeout_seconds: float | None = None,
        keep_in: Path | None = None,
        make_queue: QueueFactory = EngineQueue,
    ) -> ExampleEngine:
        """Learn the tasks' examples, with the embedder of each language (by tag).

        `keep_in`: the folder where their vectors are kept.
        """
        queue = make_queue("response", workers, capacity)
        return cls(tasks, embedders, queue, timeout_seconds, keep_in)

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return self._queue.depth

    @property
    def languages(self) -> tuple[str, ...] | None:
        """The tags of the languages that it understands."""
        return tuple(self._embedders)

    async def warm_up(self) -> None:
        """Read one sentence."""
        async for _ in self.reply([[CallerSaid("hello")]], Priority.BATCH):
            pass

    def close(self) -> None:
        """End the engine's threads, and let go of its embedders."""
        self._queue.close()
        for embedder in {id(each): each for each in self._embedders.values()}.values():
            embedder.close()

    def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority = Priority.FINAL
    ) -> Pieces:
        """See Model.reply."""
        return self._model.reply(turns, priority)

    def for_tasks(self, tasks: TaskSet) -> ExampleModel:
        """See Engine.for_tasks; takes as long as the examples that are new need."""
        tags = [tag for tag in self._embedders if tag in tasks.languages]
        examples = {tag: _examples(tasks, tag) for tag in tags}
        readers = learnt(tasks, examples, self._embedders, self._keep_in)
        return ExampleModel(tasks, readers, self._queue, self._timeout_seconds)


class ExampleModel:
    """The engine for one set of tasks."""

    def __init__(
        self,
        tasks: TaskSet,
        readers: Mapping[str, RequestReader],
        queue: EngineQueue,
        timeout_seconds: float | None,
    ) -> None:
        self._tasks = tasks
        self._readers = readers
        self._queue = queue
        self._timeout_seconds = timeout_seconds

    async def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority = Priority.FINAL
    ) -> Pieces:
        """See Model.reply; the words are read on the engine's own thread."""
        seconds = None if priority is Priority.BATCH else self._timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                pieces = await self._queue.run(self._pieces, turns, priority=priority)
        except TimeoutError:
            raise ReplyTimeout(f"the words were not read within {seconds:g} s") from None
        for piece in pieces:
            yield piece
        yield End()

    def _pieces(self, turns: Sequence[Sequence[Message]]) -> list[Piece]:
        said = next((one for one in reversed(turns[-1]) if isinstance(one, CallerSaid)), None)
        tag = said.language if said and said.language in self._readers else ""
        tasks = self._tasks.in_language(language(tag)) if tag else self._tasks
        reader = self._readers.get(tasks.language.tag)
        return choice(tasks, reader, turns) if reader else []


def learnt(
    tasks: TaskSet,
    examples: Mapping[str, Examples],
    embedders: Mapping[str, TextEmbedder],
    keep_in: Path | None = None,
) -> dict[str, RequestReader]:
    """By language, the reader of the requests of some tasks, from `examples` in these languages.

    Where one embedder reads several languages, the examples of all of them are learnt together.
    """
    matters = {name: each.tool.name for name, each in tasks.requests.items() if each.tool}
    readers: dict[str, RequestReader] = {}
    for embedder in {id(embedders[tag]): embedders[tag] for tag in examples}.values():
        spoken = [language(tag) for tag in examples if embedders[tag] is embedder]
        texts = {one: examples[one.tag] for one in spoken}
        made_from = {
            text: wrote
            for of_requests in texts.values()
            for each in of_requests.values()
            for text, wrote in each.items()
        }
        all_of_it = LearntExamples(texts, embedder, keep_in, made_from)
        readers |= {one.tag: RequestReader(one, all_of_it, matters) for one in spoken}
    return readers


def _examples(tasks: TaskSet, tag: str) -> Examples:
    """All examples of a language in normal form, with values in their slots; and as written."""
    spoken = language(tag)
    return {
        name: {
            normal_form(text, spoken): example
            for example in request.examples.get(tag, ())
            for text in filled(example, (request.tool and request.tool.arguments) or {}, spoken)
        }
        for name, request in tasks.requests.items()
    }
