"""Hand-written phrasings with what should come of them: scripts/response_sets/*.yaml."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
HELD_OUT = ROOT / "scripts" / "response_sets"
DEVELOPMENT = Path(__file__).resolve().parent / "development"
KINDS = ("requests", "nothing", "two", "follow_ups")


@dataclass(frozen=True)
class Case:
    """What a caller says in one turn or in several, and the requests that are in it."""

    language: str
    tasks: str
    kind: str
    turns: tuple[str, ...]
    wants: tuple[tuple[str, ...], ...]
    """`follow_ups`: for each turn, any of these; otherwise one after the other."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """As JSON has them: those that the phrase says."""

    @property
    def said(self) -> str:
        """The last turn."""
        return self.turns[-1]

    def saying(self, text: str) -> Case:
        """The same, in other words."""
        return replace(self, turns=(*self.turns[:-1], text))


def cases(folder: Path = HELD_OUT) -> list[Case]:
    """All cases of a folder, in the order of its files."""
    return [
        case
        for file in sorted(folder.glob("*.yaml"))
        for case in _cases(yaml.safe_load(file.read_text("utf-8")))
    ]


def damaged(case: Case, words: Sequence[str], number: int) -> Case:
    """The case with one word lost or replaced by any of `words`, the same each time."""
    chance = random.Random(f"{number} {case.said}")
    said = case.said.split()
    place = chance.randrange(len(said))
    said[place : place + 1] = [chance.choice(words)] if chance.random() < 0.5 else []
    return case.saying(" ".join(said)) if said else case


def _cases(content: Any) -> Iterator[Case]:
    if not isinstance(content, dict) or content.get("kind") not in KINDS:
        return
    about = (content["language"], content["tasks"], content["kind"])
    match content["kind"]:
        case "requests":
            for name, phrases in content["cases"].items():
                for phrase in phrases:
                    said = phrase if isinstance(phrase, dict) else {"say": phrase}
                    given = said.get("arguments", {})
                    yield Case(*about, (said["say"],), ((name,),), given)
        case "nothing":
            for phrase in content["cases"]:
                yield Case(*about, (phrase,), ())
        case "two":
            for each in content["cases"]:
                yield Case(*about, (each["say"],), tuple((name,) for name in each["wants"]))
        case "follow_ups":
            for each in content["cases"]:
                wants = (w if isinstance(w, list) else [w] for w in each["wants"])
                yield Case(*about, tuple(each["turns"]), tuple(tuple(want) for want in wants))
