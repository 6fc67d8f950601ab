"""Sentence patterns: `(a|b|)` is a choice, `{slot}` a value made on the spot."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_INNERMOST = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")

Slot = Callable[[random.Random], str]


def expand(pattern: str, choices: random.Random, slots: dict[str, Slot]) -> str:
    """One random sentence of a pattern, its blanks tidied; KeyError for an unknown slot."""
    while "(" in pattern:
        pattern = _INNERMOST.sub(
            lambda found: choices.choice(found.group(1).split("|")), pattern, count=1
        )
    pattern = _SLOT.sub(lambda found: slots[found.group(1)](choices), pattern)
    return " ".join(pattern.split())
