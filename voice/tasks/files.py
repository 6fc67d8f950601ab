"""Reads a folder of task files; what is wrong is told with file, line and reason."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from voice.errors import ConfigError
from voice.languages.yes_no import ActWords
from voice.tasks import arguments, schema
from voice.tasks.checks import mistakes
from voice.tasks.schema import Task
from voice.tasks.task_set import TaskSet
from voice.tasks.yaml_files import YamlFile, fields_of, mistakes_in, parsed, repeated_keys


def load_tasks(folder: Path) -> TaskSet:
    """Read all *.yaml of a folder; raises ConfigError with file, line, place and reason."""
    tasks, wrong = read_tasks(folder)
    if tasks is None or wrong:
        others = f" (and {len(wrong) - 1} more: voice tasks check {folder})" if wrong[1:] else ""
        raise ConfigError(f"{wrong[0]}{others}")
    return tasks


def read_tasks(folder: Path) -> tuple[TaskSet | None, list[str]]:
    """The tasks of a folder, if they can be read at all, and all that is wrong, a line each."""
    if not folder.is_dir():
        return None, [f"{folder}: no such folder"]
    paths = sorted(folder.glob("*.yaml"))
    wrong = [f"{path}: task files end in .yaml" for path in sorted(folder.glob("*.yml"))]
    if not paths:
        return None, wrong or [f"{folder}: no task files (*.yaml) there"]
    files: list[YamlFile] = []
    tasks: list[Task] = []
    for path in paths:
        try:
            file, content = parsed(path)
            wrong += repeated_keys(file)
            task = Task.model_validate(content)
        except ConfigError as error:
            wrong.append(str(error))
        except ValidationError as error:
            wrong += mistakes_in(file, error, _KEYS)
        else:
            tasks.append(task)
            files.append(file)
    if wrong:
        return None, wrong
    found = TaskSet(tasks)
    file_of = dict(zip(map(id, tasks), files, strict=True))
    return found, [file_of[id(one.task)].mistake(one.path, one.reason) for one in mistakes(found)]


_KEYS = fields_of(
    Task, schema.Request, schema.TaskTool, schema.Undo, ActWords, arguments.Digits,
    arguments.Number, arguments.Choice,
)  # fmt: skip
