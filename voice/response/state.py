"""What a conversation carries from one turn to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Act:
    """A tool with what it is called with."""

    tool: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """The caller was asked whether an act may happen."""

    act: Act
    doubts: int = 0
    """How often the answer was neither yes nor no."""
    heard: bool = True
    """To its last word; a yes to less is none."""
    agreed: str = ""
    """What the caller said for it, as long as there is time to object."""


@dataclass(frozen=True)
class State:
    """As it is after a turn that counted."""

    question: Question | None = None
    person_offered: bool = False
    """The last answer offered a person."""
    misunderstood: int = 0
    """How many turns in a row were not understood."""
    last_answer: str = ""
    """What was last said, filled in."""
    done: Act | None = None
    """The last act that was confirmed and done, as long as it can be undone."""
    untold: str = ""
    """What became of an act, if the caller has not heard it."""


@dataclass(frozen=True)
class Pending:
    """What goes on once the caller has proved who they are."""

    act: Act
    asks_first: bool
    """Whether the question before the tool comes next, and not the tool."""
