"""Where a setting stands, in the file or in the environment, for those who have to mend it."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from voice.errors import ConfigError, VoiceError

PREFIX, DELIMITER = "VOICE_", "__"
_KEY = re.compile(r"(?P<key>[a-z_]+(?:\.[a-z_]+)+): ")
_LIKENESS = 0.85
"""From here on a variable that begins with VOICE_ is a mistyped one of ours, and nobody else's."""


def settings_file(file: Path | None) -> Path | None:
    """The file that is read: the one that was named, else ./voice.toml where there is one."""
    return Path("voice.toml") if file is None and Path("voice.toml").exists() else file


def place(location: Sequence[int | str], file: Path | None) -> str:
    """Where the value at `location` stands: the environment wins over the file."""
    parts = [str(part) for part in location]
    there = {name.upper(): name for name in os.environ}
    for length in range(len(parts), 0, -1):
        variable = PREFIX + DELIMITER.join(parts[:length]).upper()
        if variable in there:
            inside = ".".join(parts[length:])
            return f"environment variable {variable}" + (f": {inside}" if inside else "")
    return f"{file}: {'.'.join(parts)}" if file else ".".join(parts)


@contextlib.contextmanager
def placed(file: Path | None) -> Iterator[None]:
    """Adds to a mistake that begins with its key where that key stands, unless it says so."""
    try:
        yield
    except VoiceError as error:
        match = _KEY.match(str(error))
        if match is None or str(error).startswith(f"{settings_file(file)}: "):
            raise
        where = place(match["key"].split("."), settings_file(file))
        raise type(error)(f"{where}: {str(error)[match.end() :]}") from None


@contextlib.contextmanager
def blamed_on(key: str, kind: type[VoiceError] = VoiceError) -> Iterator[None]:
    """What is wrong with what is loaded within is a mistake of this setting."""
    try:
        yield
    except kind as error:
        raise type(error)(f"{key}: {error}") from None


def check_environment(model: type[BaseModel]) -> None:
    """Raise ConfigError for a mistyped variable, and for a list or section that is no JSON."""
    known = dict(_variables(model, PREFIX))
    for name, value in os.environ.items():
        variable = name.upper()
        if variable in known:
            if known[variable]:
                _require_json(name, value)
        elif variable.startswith(PREFIX):
            near = difflib.get_close_matches(variable, known, n=1, cutoff=_LIKENESS)
            if near or DELIMITER in variable:
                hint = f" (did you mean {near[0]}?)" if near else ""
                raise ConfigError(f"environment variable {name}: unknown{hint}")


def _require_json(name: str, value: str) -> None:
    try:
        json.loads(value)
    except ValueError:
        raise ConfigError(
            f'environment variable {name}: expected JSON, for instance ["demo"]'
        ) from None


def _variables(section: type[BaseModel], prefix: str) -> Iterator[tuple[str, bool]]:
    """Each variable that there may be, and whether its value is JSON."""
    for name, field in section.model_fields.items():
        inner: Any = field.annotation
        variable = prefix + name.upper()
        nested = isinstance(inner, type) and issubclass(inner, BaseModel)
        yield variable, nested or getattr(inner, "__origin__", None) in (list, dict)
        if nested:
            yield from _variables(inner, variable + DELIMITER)
