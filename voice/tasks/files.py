"""Reads a folder of task files; what is wrong is told with file, line and reason."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voice.errors import ConfigError
from voice.languages.yes_no import ActWords
from voice.tasks import arguments, schema
from voice.tasks.checks import mistakes
from voice.tasks.schema import Task
from voice.tasks.task_set import TaskSet

_REASONS = {
    "extra_forbidden": "unknown key",
    "missing": "is missing",
    "string_type": "expected text: put it between quotes",
}
"""In place of pydantic's own words, by the kind of mistake."""


@dataclass(frozen=True)
class _File:
    """A file that was read, with the places of its parts."""

    path: Path
    root: yaml.Node

    def mistake(self, path: Sequence[str | int], reason: str) -> str:
        """One line: file, line, place and reason."""
        where = ".".join(map(str, path))
        return (
            f"{self.path}:{self._line(path)}: {where}: {reason}"
            if where
            else (f"{self.path}:{self._line(path)}: {reason}")
        )

    def _line(self, path: Sequence[str | int]) -> int:
        """Of the last part of a path that the file has; what it leaves out is passed over."""
        node, mark = self.root, self.root.start_mark
        for part in path:
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(part):
                        node, mark = value, key.start_mark
                        break
            elif isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                mark = node.start_mark
        return int(mark.line) + 1


def load_tasks(folder: Path) -> TaskSet:
    """Read all *.yaml of a folder; raises ConfigError with file, line, place and reason."""
    tasks, wrong = read_tasks(folder)
    if tasks is None or wrong:
        others = f" (and {len(wrong) - 1} more: voice tasks check {folder})" if wrong[1:] else ""
        raise ConfigError(f"{wrong[0]}{others}")
    return tasks


def read_tasks(folder: Path) -> tuple[TaskSet | None, list[str]]:
    """The tasks of a folder, if they can be read at all, and all that is wrong, a line each."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        return None, [f"{folder}: no task files (*.yaml) there"]
    files: list[_File] = []
    tasks: list[Task] = []
    wrong: list[str] = []
    for path in paths:
        try:
            file, content = _parsed(path)
            wrong += _repeated_keys(file)
            task = Task.model_validate(content)
        except ConfigError as error:
            wrong.append(str(error))
        except ValidationError as error:
            wrong += [file.mistake(one["loc"], _reason(one)) for one in _each_once(error.errors())]
        else:
            tasks.append(task)
            files.append(file)
    if wrong:
        return None, wrong
    found = TaskSet(tasks)
    file_of = dict(zip(map(id, tasks), files, strict=True))
    return found, [file_of[id(one.task)].mistake(one.path, one.reason) for one in mistakes(found)]


def _parsed(path: Path) -> tuple[_File, Any]:
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(f"{path}: expected keys and values")
        return _File(path, node), loader.construct_document(node)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(f"{path}{line}: not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: not valid YAML: {reason}") from None


def _repeated_keys(file: _File) -> Iterator[str]:
    """YAML would take the last of them without a word."""
    waiting = [file.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    yield f"{file.path}:{key.start_mark.line + 1}: {key.value} is there twice"
                seen.add(str(key.value))
                waiting.append(value)


def _each_once(errors: Iterable[ErrorDetails]) -> Iterator[ErrorDetails]:
    """One mistake for each place: a value of several types is wrong for each of them."""
    seen: set[tuple[str | int, ...]] = set()
    for error in sorted(errors, key=lambda one: one["type"] != "extra_forbidden"):
        place = tuple(part for part in error["loc"] if not str(part).startswith(_TYPES))
        if place not in seen:
            seen.add(place)
            yield {**error, "loc": place}


_TYPES = ("literal[", "dict[", "list[", "tuple[", "function-", "int", "constrained-")
"""How pydantic names the members of a union in a place."""


def _reason(error: ErrorDetails) -> str:
    kind, said = error["type"], error["msg"].removeprefix("Value error, ")
    reason = _REASONS.get(kind, said)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), _KEYS, n=1)
        return reason + (f": did you mean {near[0]}?" if near else "")
    return reason


def _fields(*models: type[BaseModel]) -> list[str]:
    return sorted({name for model in models for name in model.model_fields})


_KEYS = _fields(
    Task, schema.Request, schema.TaskTool, schema.Undo, ActWords, arguments.Digits,
    arguments.Number, arguments.Choice,
)  # fmt: skip
