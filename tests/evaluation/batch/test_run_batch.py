"""A run over tasks: each result once, whatever becomes of the workers."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from voice.errors import VoiceError
from voice.evaluation.batch import (
    GIVEN,
    Assignment,
    BatchTask,
    NotExamined,
    ResultFiles,
    RunOutcome,
    WorkerDied,
    hashes_of,
    run_batch,
)
from voice.evaluation.batch.examiners import answered, examiner_of, result_of

COUNT = 6
ASSIGNMENT = Assignment("nobody:examiner", "{}")


class Crew:
    """Workers whose work is `examine(worker, task)`; `starts` says which of them cannot start."""

    def __init__(
        self,
        count: int,
        examine: Callable[[int, str], str] = lambda _, task: task,
        starts: Callable[[int], bool] = lambda _: True,
    ) -> None:
        self.count = count
        self.started = self.ended = 0
        self._examine = examine
        self._starts = starts

    @asynccontextmanager
    async def start(self, assignment: Assignment) -> AsyncIterator[Hand]:
        await asyncio.sleep(0)
        if not self._starts(self.started):
            raise VoiceError("no room")
        number, self.started = self.started, self.started + 1
        try:
            yield Hand(number, self._examine)
        finally:
            self.ended += 1


class Hand:
    def __init__(self, number: int, examine: Callable[[int, str], str]) -> None:
        self._number = number
        self._examine = examine

    async def examine(self, task: str) -> str:
        await asyncio.sleep(0)
        return self._examine(self._number, task)


def carry_out(folder: Path, crew: Crew, tasks: Sequence[int] = range(COUNT)) -> RunOutcome:
    waiting = (BatchTask(index, json.dumps(index)) for index in tasks)
    return asyncio.run(
        run_batch(ASSIGNMENT, waiting, ResultFiles(folder), crew, lambda: None, _death)
    )


def _death(task: BatchTask, reason: str) -> str:
    return json.dumps(f"{task.index}: {reason}")


def kept(folder: Path) -> list[object]:
    return [json.loads(file.read_text()) for file in sorted(folder.glob("*/*.json"))]


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    assert carry_out(tmp_path, Crew(1), range(2)) == RunOutcome(2)
    assert carry_out(tmp_path, Crew(3)) == RunOutcome(COUNT - 2, skipped=2)
    assert kept(tmp_path) == [*range(COUNT)]
    idle = Crew(3)
    assert carry_out(tmp_path, idle) == RunOutcome(0, skipped=COUNT)
    assert not idle.started


def test_a_worker_that_dies_costs_nothing_but_its_time(tmp_path: Path) -> None:
    def examine(worker: int, task: str) -> str:
        if worker == 0:
            raise WorkerDied("the worker died")
        return task

    crew = Crew(2, examine)
    assert carry_out(tmp_path, crew) == RunOutcome(COUNT)
    assert kept(tmp_path) == [*range(COUNT)]
    assert crew.started == crew.ended


def test_a_task_that_ends_two_workers_is_a_failure(tmp_path: Path) -> None:
    def examine(worker: int, task: str) -> str:
        if task == "3":
            raise WorkerDied("the worker died")
        return task

    assert carry_out(tmp_path, Crew(2, examine)) == RunOutcome(COUNT)
    assert kept(tmp_path) == [0, 1, 2, "3: the worker died", 4, 5]


def test_what_could_not_be_examined_is_left_for_another_time(tmp_path: Path) -> None:
    def examine(worker: int, task: str) -> str:
        if task == "3":
            raise NotExamined("the store is away")
        return task

    outcome = carry_out(tmp_path, Crew(2, examine))
    assert outcome == RunOutcome(COUNT - 1, lost=("the store is away",))
    assert carry_out(tmp_path, Crew(2)) == RunOutcome(1, skipped=COUNT - 1)


def test_where_no_more_workers_can_be_started_the_others_do_the_rest(tmp_path: Path) -> None:
    crew = Crew(4, starts=lambda started: started < 1)
    assert carry_out(tmp_path, crew) == RunOutcome(COUNT, refused=("no room",))
    with pytest.raises(VoiceError, match="no room"):
        carry_out(tmp_path / "none", Crew(4, starts=lambda _: False))


def test_nobody_waits_for_a_worker_that_is_not_needed_any_more(tmp_path: Path) -> None:
    class Slow(Crew):
        @asynccontextmanager
        async def start(self, assignment: Assignment) -> AsyncIterator[Hand]:
            async with super().start(assignment) as hand:
                if self.started > 1:
                    await asyncio.Event().wait()
                yield hand

    crew = Slow(3)
    assert carry_out(tmp_path, crew) == RunOutcome(COUNT)
    assert crew.started == crew.ended == 3


def test_another_version_of_the_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"version .* is installed there, and 0\.0\.0 is needed"):
        examiner_of(Assignment("nobody:examiner", "{}", version="0.0.0"), tmp_path)


class Looking:
    """An examiner that tells what it was given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def examine(self, task: str) -> str:
        return (self._folder / task).read_text()

    def close(self) -> None:
        pass


def looking(plan: str, scratch: Path) -> Looking:
    return Looking(scratch / GIVEN)


def test_files_that_come_with_an_assignment_lie_in_the_examiners_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", dict(os.environ))
    files = {"ab/abcd.txt": base64.b64encode(b"a sound").decode()}
    assignment = Assignment(f"{__name__}:looking", "", [], files)
    examiner = examiner_of(Assignment.from_json(assignment.to_json()), tmp_path)
    assert examiner.examine("ab/abcd.txt") == "a sound"


def test_a_worker_with_other_models_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.bin").write_bytes(b"weights")
    wanted = hashes_of([("asr_models", str(model)), ("asr_models", "nowhere/at-all")])
    assignment = Assignment("nobody:examiner", "{}", wanted)
    assert Assignment.from_json(assignment.to_json()) == assignment
    (model / "model.bin").write_bytes(b"other weights")
    with pytest.raises(VoiceError, match=rf"^{model}: another model's hash: .* is needed$"):
        examiner_of(assignment, tmp_path)
    (model / "model.bin").unlink()
    with pytest.raises(VoiceError, match=r"there is no such model"):
        examiner_of(assignment, tmp_path)


def test_an_answer_is_one_line_whatever_it_holds() -> None:
    class Doubtful:
        def examine(self, task: str) -> str:
            raise NotExamined(f"no\n{task} \udcff")

        def close(self) -> None:
            pass

    answer = answered(Doubtful(), "store")
    assert "\n" not in answer and answer.encode()
    with pytest.raises(NotExamined, match="no store"):
        result_of(answer)
