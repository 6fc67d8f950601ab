"""Bounds of the code that the other tools do not hold: sizes, and errors caught without a name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for folder in ("voice", "tests", "scripts")
    for file in (ROOT / folder).rglob("*.py")
}
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 100
BROAD_PER_1000_LINES = 0.5
_ANY = r"\b(Exception|BaseException)\b"
BROAD = re.compile(
    rf"^\s*(except(\s*|[^:]*{_ANY}[^:]*):|with [^:]*suppress\([^:]*{_ANY}[^:]*:)(?P<rest>.*)$"
)
"""A clause that catches whatever is raised; the rest of its line says why."""
REASON = re.compile(r"# (noqa: BLE001 - |(?!noqa))\w")


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse(SOURCES[name])


def test_files_are_short() -> None:
    assert {name for name, text in SOURCES.items() if text.count("\n") > MOST_LINES} == set()


def test_functions_are_short() -> None:
    lengths = {
        f"{name}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name in SOURCES
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name for name, count in lengths.items() if count > MOST_LINES_OF_A_FUNCTION} == set()


def test_files_say_what_they_are_for() -> None:
    mute = {name for name, text in SOURCES.items() if text and not ast.get_docstring(parsed(name))}
    assert mute == set()


def test_what_catches_everything_is_rare_and_says_why() -> None:
    package = {name: text for name, text in SOURCES.items() if name.startswith("voice/")}
    found = {
        f"{name}:{number}": clause["rest"]
        for name, text in package.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (clause := BROAD.match(line))
    }
    assert {place for place, rest in found.items() if not REASON.search(rest)} == set()
    thousands = sum(text.count("\n") for text in package.values()) / 1000
    assert len(found) <= BROAD_PER_1000_LINES * thousands, sorted(found)


def test_no_two_public_classes_share_a_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name in SOURCES:
        for node in ast.walk(parsed(name)) if name.startswith("voice/") else ():
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
