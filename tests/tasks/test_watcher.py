"""Changed task files answer new calls; a mistake in them leaves everything as it was."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from voice.errors import ModelError
from voice.tasks import TaskSet
from voice.tasks.watcher import TaskWatcher


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "hours.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_what_was_changed_is_handed_on_once(folder: Path) -> None:
    adopted: list[TaskSet] = []
    watcher = TaskWatcher(folder, adopted.append)
    assert not watcher.look()
    change(folder, "from nine to five", "from eight to six")
    assert watcher.look() and not watcher.look()
    assert adopted[0].wordings["hours"] == ("We are open from eight to six.",)


def test_a_file_that_comes_or_goes_is_a_change(folder: Path) -> None:
    adopted: list[TaskSet] = []
    watcher = TaskWatcher(folder, adopted.append)
    (folder / "meter.yaml").rename(folder.parent / "elsewhere")
    assert watcher.look() and not adopted[0].tools


def test_a_mistake_keeps_the_last_good_tasks_and_is_told_in_one_line(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    adopted: list[TaskSet] = []
    watcher = TaskWatcher(folder, adopted.append)
    change(folder, "answer: hours", "answer: minutes")
    assert not watcher.look() and not watcher.look()
    (told,) = caplog.messages
    assert "hours.yaml:5: requests.opening_hours.answer: act minutes" in told
    change(folder, "answer: minutes", "answer: hours")
    assert watcher.look() and len(adopted) == 1


def test_tasks_that_the_engine_cannot_work_with_are_not_used(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(tasks: TaskSet) -> None:
        raise ModelError("the model was trained on other tasks")

    watcher = TaskWatcher(folder, refuse)
    change(folder, "from nine to five", "at any time")
    assert not watcher.look()
    assert caplog.messages == [
        "changed task files are not used: the model was trained on other tasks"
    ]


def test_a_fault_of_ours_ends_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    faults = [ZeroDivisionError("4711")]

    def adopt(tasks: TaskSet) -> None:
        if faults:
            raise faults.pop()

    watcher = TaskWatcher(folder, adopt)
    change(folder, "from nine to five", "at any time")
    assert not watcher.look()
    assert caplog.messages == ["changed task files are not used: ZeroDivisionError"]
    change(folder, "at any time", "from nine to five")
    assert watcher.look()


def test_the_thread_looks_by_itself(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    adopted = threading.Event()
    with TaskWatcher(folder, lambda tasks: adopted.set(), seconds=0.01):
        change(folder, "from nine to five", "at any time")
        assert adopted.wait(20)
