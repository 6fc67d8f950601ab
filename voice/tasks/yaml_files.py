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
    "dict_type": "expected keys and values",
    "model_type": "expected keys and values",
    "model_attributes_type": "expected keys and values",
    "list_type": "expected a list",
    "tuple_type": "expected a list",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "union_tag_not_found": "its type is missing",
}
"""In place of pydantic's own words, by the kind of mistake."""
_LONGEST_REASON = 300
_MOST_BYTES, _MOST_VALUES = 1_000_000, 100_000
"""Of a file; nobody writes so much by hand."""


@dataclass(frozen=True)
class YamlFile:
    """A file that was read, with the places of its parts."""

    path: Path
    root: yaml.Node

    def mistake(self, path: Sequence[str | int], reason: str) -> str:
        """One line: file, line, place and reason."""
        parts = [".".join(map(str, path)), _brief(reason)]
        return ": ".join([f"{self.path}:{self._line(path)}", *filter(None, parts)])

    def _line(self, path: Sequence[str | int]) -> int:
        """Of the last part of a path that the file has; what it leaves out is passed over."""
        node, mark = self.root, self.root.start_mark
        for part in path:
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(part):
                        node, mark = value, key.start_mark
                        break
            elif (
                isinstance(node, yaml.SequenceNode)
                and isinstance(part, int)
                and part < len(node.value)
            ):
                node = node.value[part]
                mark = node.start_mark
        return int(mark.line) + 1


def _brief(reason: str) -> str:
    """In one line, however long what it quotes is."""
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]} ..."


def parsed(path: Path) -> tuple[YamlFile, Any]:
    """A file and what stands in it; raises ConfigError."""
    text = _text(path)
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(f"{path}: expected keys and values")
        _require_finite(path, node)
        return YamlFile(path, node), loader.construct_document(node)
    except RecursionError:
        raise ConfigError(f"{path}: not valid YAML: too many levels within each other") from None
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        problem = "a tab, where spaces are expected" if "'\\t'" in str(error) else error.problem
        raise ConfigError(f"{path}{line}: not valid YAML: {problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: not valid YAML: {reason}") from None


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise ConfigError(f"{path}: {size / 1e6:.1f} MB; at most {_MOST_BYTES / 1e6:g} MB")
        data = path.read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{data[error.start]:02x}"
        raise ConfigError(f"{path}:{line}: is not UTF-8: {byte}; save the file as UTF-8") from None


def _require_finite(path: Path, root: yaml.Node) -> None:
    """Aliases make much of little, and one within its own anchor has no end."""
    waiting, seen = [root], 0
    while waiting:
        node, seen = waiting.pop(), seen + 1
        if seen > _MOST_VALUES:
            reason = f"more than {_MOST_VALUES} values, those of aliases (*name) counted"
            raise ConfigError(f"{path}: {reason}")
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [one for pair in node.value for one in pair]


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
    reason = _REASONS.get(kind, said.replace("Input should be ", "expected "))
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), keys, n=1)
        return reason + (f": did you mean {near[0]}?" if near else "")
    return reason


def fields_of(*models: type[BaseModel]) -> list[str]:
    """The keys that these models know."""
    return sorted({name for model in models for name in model.model_fields})
