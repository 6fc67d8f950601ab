"""What is made of speech before anything is learned from it: by this process, or by workers.

Workers are those of evaluations (`voice.evaluation.batch`): processes, or actors of a Ray cluster.
Each has the base's reader, on its node's processor, and answers one utterance after the other; what
it answers is kept by this process alone, the same bytes as if it had been made here.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from voice.audio import AudioFileError
from voice.evaluation.batch import Assignment, BatchTask, ResultFiles, Workers, hashes_of, run_batch
from voice.tuning.lessons import LessonBook, Window, window_of
from voice.tuning.progress import RunProgress
from voice.tuning.reading import ReferenceReader
from voice.tuning.speech_data import SpokenUtterance
from voice.tuning.turns import Turn, turn_of

EXAMINER = "voice.tuning.preparing:speech_preparer"
Copies = tuple[Mapping[int, SpokenUtterance], int]
"""Utterances by their numbers, and in how many copies each is wanted."""


class Preparation(Protocol):
    """Makes turns and windows of utterances, which it is given by their numbers."""

    def turns(self, utterances: Mapping[int, SpokenUtterance]) -> Mapping[int, Turn | None]:
        """One turn of each; see `turns.Cutter`."""
        ...

    def windows(self, wanted: Iterable[Copies], book: LessonBook) -> None:
        """Put what the book lacks of them into it, as far as that can be done ahead of it."""
        ...


class PreparedHere:
    """By threads of this process; the book makes its windows itself."""

    def __init__(self, reader: ReferenceReader, threads: int, progress: RunProgress) -> None:
        self._reader, self._threads, self._progress = reader, threads, progress

    def turns(self, utterances: Mapping[int, SpokenUtterance]) -> Mapping[int, Turn | None]:
        """See Preparation."""
        self._progress.began("Cutting turns", len(utterances))

        def cut(entry: tuple[int, SpokenUtterance]) -> Turn | None:
            self._progress.advanced()
            return turn_of(*entry, self._reader)

        with ThreadPoolExecutor(self._threads) as pool:
            return dict(zip(utterances, pool.map(cut, utterances.items()), strict=True))

    def windows(self, wanted: Iterable[Copies], book: LessonBook) -> None:
        """See Preparation."""


@dataclass(frozen=True)
class _Plan:
    """What a worker becomes."""

    base: str
    """The absolute path of the model's folder."""
    token: str
    seed: int


class PreparedByWorkers:
    """By workers; what they have done is in the folder `work` for a run that goes on."""

    def __init__(
        self, workers: Workers, base: Path, token: str, seed: int, work: Path, progress: RunProgress
    ) -> None:  # fmt: skip
        plan = json.dumps(asdict(_Plan(str(base.absolute()), token, seed)))
        models = hashes_of([("asr_models", str(base.absolute()))])
        self._assignment = Assignment(EXAMINER, plan, models)
        self._workers, self._work, self._progress = workers, work, progress

    def turns(self, utterances: Mapping[int, SpokenUtterance]) -> Mapping[int, Turn | None]:
        """See Preparation; raises VoiceError where no worker can be started."""
        results = ResultFiles(self._work / "turns")
        tasks = [_task(number, one, []) for number, one in utterances.items()]
        self._run("Cutting turns", tasks, results, death=lambda _: "null")
        found = {number: results.file(number).read_text("utf-8") for number in utterances
                 if results.has(number)}  # fmt: skip
        turns = {number: json.loads(text) for number, text in found.items()}
        return {number: tuple(turn) if turn else None for number, turn in turns.items()}

    def windows(self, wanted: Iterable[Copies], book: LessonBook) -> None:
        """See Preparation; raises VoiceError where no worker can be started."""
        tasks = [
            _task(number, utterances[number], lacking)
            for utterances, copies in wanted
            for number, lacking in book.missing(utterances, copies).items()
        ]
        results = _IntoBook(book)
        self._run("Encoding ahead", tasks, results, death=lambda why: json.dumps({"died": why}))

    def _run(
        self, what: str, tasks: list[BatchTask], results: ResultFiles | _IntoBook,
        death: Callable[[str], str],
    ) -> None:  # fmt: skip
        """What is lost for whatever reason is made by this process later."""
        if not tasks:
            return
        self._progress.began(f"{what}, {self._workers.count} workers", len(tasks))
        outcome = asyncio.run(
            run_batch(
                self._assignment,
                iter(tasks),
                results,
                self._workers,
                self._progress.advanced,
                lambda _, why: death(why),
            )
        )
        for reason in (*outcome.refused, *outcome.lost[:1]):
            self._progress.told(f"Workers: {reason}")


class _IntoBook:
    """Results that are windows."""

    def __init__(self, book: LessonBook) -> None:
        self._book = book

    def has(self, index: int) -> bool:
        """See batch.Results: only what the book lacks is asked for."""
        return False

    def write(self, index: int, result: str) -> None:
        """See batch.Results; an utterance that ends its workers would end this process, too."""
        told = json.loads(result)
        if "died" in told:
            self._book.give_up(index, told["died"])
            return
        for copy, window in told.items():
            mel, states = (base64.b64decode(window[kind]) for kind in ("mel", "states"))
            self._book.keep(index, int(copy), Window(window["frames"], mel, states))


def _task(number: int, utterance: SpokenUtterance, copies: list[int]) -> BatchTask:
    """Windows of these copies; without any, a turn."""
    told = {"number": number, "utterance": utterance.to_json(), "copies": copies}
    return BatchTask(number, json.dumps(told))


def speech_preparer(plan: str, scratch: Path) -> SpeechPreparer:
    """What a worker becomes; raises ModelError."""
    return SpeechPreparer(_Plan(**json.loads(plan)))


class SpeechPreparer:
    """Makes a turn or windows of one utterance after the other."""

    def __init__(self, plan: _Plan) -> None:
        self._reader, self._seed = ReferenceReader(Path(plan.base), plan.token), plan.seed

    def examine(self, task: str) -> str:
        """See batch.Examiner; what cannot be read has no windows."""
        told = json.loads(task)
        number, utterance = told["number"], SpokenUtterance.from_json(told["utterance"])
        if not told["copies"]:
            return json.dumps(turn_of(number, utterance, self._reader))
        return json.dumps(dict(self._windows(number, utterance, told["copies"])))

    def close(self) -> None:
        """See batch.Examiner: the reader ends with the process."""

    def _windows(
        self, number: int, utterance: SpokenUtterance, copies: list[int]
    ) -> Iterator[tuple[int, dict[str, str | int]]]:
        for copy in copies:
            try:
                window = window_of(self._reader, utterance, copy, self._seed + number)
            except AudioFileError:
                return
            if window is None:
                return
            mel, states = (base64.b64encode(kind).decode() for kind in (window.mel, window.states))
            yield copy, {"frames": window.frames, "mel": mel, "states": states}
