"""The emergency numbers of countries."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from voice.errors import ConfigError


@dataclass(frozen=True)
class Country:
    """Where the callers are."""

    code: str
    """ISO 3166-1 alpha-2."""
    name: str
    number: str
    """The number for emergencies of all kinds."""
    numbers: tuple[str, ...]
    """All by which callers know it."""


@cache
def _countries() -> dict[str, Country]:
    text = resources.files(__package__).joinpath("countries.toml").read_text(encoding="utf-8")
    return {
        code: Country(
            code, entry["name"], entry["number"], (entry["number"], *entry.get("also", ()))
        )
        for code, entry in tomllib.loads(text).items()
    }


def country(code: str) -> Country:
    """The country of a code such as IE; raises ConfigError with those there are."""
    found = _countries().get(code)
    if found is None:
        known = ", ".join(sorted(_countries()))
        raise ConfigError(f"no emergency number is known for {code!r} (known: {known})")
    return found
