"""What a turn of the response step yields, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

from voice.identity import IdentityLevel
from voice.tools import Value


@dataclass(frozen=True)
class SayClause:
    """A clause for the caller, in written form."""

    clause: str
    act: str


@dataclass(frozen=True)
class CallingTool:
    """A tool begins to run."""

    name: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolAnswered:
    """A tool gave its result; empty when it has none to give."""

    name: str
    result: dict[str, Value]
    error: str = field(default="", compare=False)
    """Class and id of what went wrong, even where the result could be looked up."""
    unknown: bool = field(default=False, compare=False)
    """It may or may not have done what it was to do."""


@dataclass(frozen=True)
class NeedsIdentity:
    """The turn stops here until the caller's identity has this level; then `session.resume()`."""

    level: IdentityLevel
    tool: str


@dataclass(frozen=True)
class WantsPerson:
    """The call goes to a person after what was said; comes after the commit only."""

    reason: str


@dataclass(frozen=True)
class WantsEnd:
    """The call ends after what was said; comes after the commit only."""

    reason: str


@dataclass(frozen=True)
class Waits:
    """The turn goes on once the caller has had the time to object; that may be long."""


@dataclass(frozen=True)
class Later:
    """The caller's words ask for something that is taken up once the open question is answered."""


Step = (
    SayClause | CallingTool | ToolAnswered | NeedsIdentity | Waits | Later | WantsPerson | WantsEnd
)
