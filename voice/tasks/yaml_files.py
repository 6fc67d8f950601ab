"""YAML files that a model describes: a mistake is told with file, line, place and reason."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voice.errors import ConfigError

_REASONS = {
    "extra_forbidden": "unknown key",
    "missing": "is missing",
    "string_type": "expected text: put it between quotes",
}
"""In place of pydantic's own words, by the kind of mistake."""


@dataclass(frozen=True)
class YamlFile:
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
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part]
                mark = node.start_mark
        return int(mark.line) + 1


def parsed(path: Path) -> tuple[YamlFile, Any]:
    """A file and what stands in it; raises ConfigError."""
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(f"{path}: expected keys and values")
        return YamlFile(path, node), loader.construct_document(node)
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


def repeated_keys(file: YamlFile) -> Iterator[str]:
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


def mistakes_in(file: YamlFile, error: ValidationError, keys: Collection[str]) -> list[str]:
    """A line for each; `keys` are those that there are, of which one may have been meant."""
    return [file.mistake(one["loc"], _reason(one, keys)) for one in _each_once(error.errors())]


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


def _reason(error: ErrorDetails, keys: Collection[str]) -> str:
    kind, said = error["type"], error["msg"].removeprefix("Value error, ")
    reason = _REASONS.get(kind, said)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), keys, n=1)
        return reason + (f": did you mean {near[0]}?" if near else "")
    return reason


def fields_of(*models: type[BaseModel]) -> list[str]:
    """The keys that these models know."""
    return sorted({name for model in models for name in model.model_fields})
