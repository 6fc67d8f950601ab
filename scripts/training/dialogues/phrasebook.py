"""Patterns of how callers ask, by intent, and their expansion into sentences."""

from __future__ import annotations

import functools
import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from training.dialogues import salad

Part = Literal["all", "training", "development"]
"""Development patterns (about one in ten) measure a training; the final model learns from all."""

_FOLDER = Path(__file__).parent / "phrases"
_INNERMOST = re.compile(r"\(([^()]*)\)")
_RULE = re.compile(r"\{(\w+)\}")
_DEVELOPMENT_SHARE = 10

_MADE: dict[str, Callable[[random.Random], str]] = {
    "open_sentence": salad.open_sentence,
    "word_salad": salad.word_salad,
    "short_salad": salad.short_salad,
}


def _lines(name: str) -> list[str]:
    text = (_FOLDER / f"{name}.txt").read_text()
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


@functools.cache
def rules() -> dict[str, str]:
    """The building blocks that patterns share."""
    return dict(line.split(" = ", 1) for line in _lines("rules"))


@functools.cache
def intents() -> tuple[str, ...]:
    """The names of all intents, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.txt") if file.stem != "rules"))


@functools.cache
def patterns(intent: str, part: Part = "all") -> tuple[str, ...]:
    """The patterns of an intent; the part is decided by the pattern's checksum, for good."""
    lines = _lines(intent)
    if part == "all":
        return tuple(lines)
    wanted = part == "development"
    chosen = [
        line for line in lines if (zlib.crc32(line.encode()) % _DEVELOPMENT_SHARE == 0) == wanted
    ]
    return tuple(chosen or lines)


def expand(pattern: str, choices: random.Random) -> str:
    """One random sentence of a pattern; KeyError for an unknown rule."""
    while True:
        found = _RULE.search(pattern) or _INNERMOST.search(pattern)
        if found is None:
            return re.sub(r" '(?=[a-z])", "'", " ".join(pattern.split()))
        if found.re is _INNERMOST:
            piece = choices.choice(found[1].split("|"))
        elif found[1] in _MADE:
            piece = _MADE[found[1]](choices)
        else:
            piece = expand(rules()[found[1]], choices)
        pattern = pattern[: found.start()] + piece + pattern[found.end() :]


def choose(intent: str, choices: random.Random, part: Part = "all") -> str:
    """One of the intent's patterns."""
    return choices.choices(patterns(intent, part), _weights(intent, part))[0]


def phrase(intent: str, choices: random.Random, part: Part = "all") -> str:
    """One bare sentence of an intent, lower-case words as spoken."""
    return expand(choose(intent, choices, part), choices)


@functools.cache
def _weights(intent: str, part: Part) -> tuple[float, ...]:
    """Patterns with many forms come somewhat more often."""
    return tuple(1.0 + line.count("|") ** 0.5 / 4 for line in patterns(intent, part))
