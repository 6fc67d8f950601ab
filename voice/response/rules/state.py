"""What a conversation carries from one turn to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from voice.tasks import ArgumentValue, TaskTool


@dataclass(frozen=True)
class Act:
    """A tool with what it is called with, as far as that is known."""

    tool: str
    arguments: Mapping[str, ArgumentValue] = field(default_factory=dict)
    agreed: frozenset[str] = frozenset()
    """The arguments that were read back to the caller, who agreed."""

    refused: int = 0
    """How often a value that was read back was wrong."""

    def to_ask(self, tool: TaskTool) -> str | None:
        """The argument that is missing, or else to be read back; None when there is none."""
        unheard = (
            name
            for name, argument in (tool.arguments or {}).items()
            if argument.read_back and name in self.arguments and name not in self.agreed
        )
        return tool.missing(self.arguments) or next(unheard, None)

    def in_words(self, tool: TaskTool, secret: str = "") -> dict[str, str]:
        """The arguments as they may be shown; `secret` in place of a secret one, or nothing."""
        hidden = {name for name, argument in (tool.arguments or {}).items() if argument.secret}
        return {
            name: secret if name in hidden else str(value)
            for name, value in self.arguments.items()
            if secret or name not in hidden
        }


@dataclass(frozen=True)
class Question:
    """The caller was asked whether an act may happen."""

    act: Act
    doubts: int = 0
    """How often the answer was neither yes nor no."""
    asides: int = 0
    """How often the answer was a question of the caller's."""
    heard: bool = True
    """To its last word; a yes to less is none."""
    agreed: str = ""
    """What the caller said for it, as long as there is time to object."""
    kept: bool = False
    """The caller asked for something else, which is taken up when it is answered."""


@dataclass(frozen=True)
class Asked:
    """The caller was asked for an argument of an act, or whether it was understood right."""

    act: Act
    argument: str
    misheard: int = 0
    """How often the answer held no such value."""
    begun: str = ""
    """The figures of a number of which more are to come."""
    came_back: bool = False
    """It was asked for once more behind another request: who wants another one then has left it."""

    @property
    def reads_back(self) -> bool:
        """Whether the value is known, and was repeated to the caller."""
        return self.argument in self.act.arguments

    def without_value(self) -> Asked:
        """The question for the value anew, since it was wrong."""
        known = {k: value for k, value in self.act.arguments.items() if k != self.argument}
        act = replace(self.act, arguments=known, refused=self.act.refused + 1)
        return Asked(act, self.argument, act.refused - 1)


@dataclass(frozen=True)
class State:
    """As it is after a turn that counted."""

    question: Question | None = None
    asked: Asked | None = None
    person_offered: bool = False
    """The last answer offered a person."""
    misunderstood: int = 0
    """How many turns in a row were not understood."""
    last_answer: str = ""
    """The last content that was said, filled in: what is repeated to who asks for it."""
    last_act: str = ""
    """The act that was said last, if the caller heard most of it."""
    has_content: bool = False
    """False: nothing but courtesies have been said yet, of which it is the last."""
    done: Act | None = None
    """The last act that was confirmed and done, as long as it can be undone."""
    next: str = ""
    """What the caller asked for beside something else, which comes first."""
    left: Asked | None = None
    """What the caller was asked for when they wanted something else; it comes back behind that."""
    untold: str = ""
    """What became of an act, if the caller has not heard it."""

    def outlasting(self) -> State:
        """What of it no answer changes."""
        return State(done=self.done, next=self.next, left=self.left)
