"""What a conversation carries from one turn to the next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """As it is after a turn that counted."""

    awaiting_confirmation: str | None = None
    """The tool about which the caller was asked whether it may run."""
    doubts: int = 0
    """How often in a row the answer to that question was neither yes nor no."""
    person_offered: bool = False
    """The last answer offered a person."""
    misunderstood: int = 0
    """How many turns in a row were not understood."""
    last_answer: str = ""
    """What was last said, filled in."""


@dataclass(frozen=True)
class Pending:
    """What goes on once the caller has proved who they are."""

    tool: str
    asks_first: bool
    """Whether the question before the tool comes next, and not the tool."""
