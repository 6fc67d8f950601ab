"""What all turns of a conversation share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from voice.response.engines.engine import Model
from voice.response.rules.wording import Wordings
from voice.tasks import TaskSet
from voice.tools import ActKeys, Audit, ToolBox

SecondThoughts = Callable[[], Awaitable[None]]
"""Returns once what was said has been heard to its end and the caller had the time to object."""


@dataclass(frozen=True)
class Means:
    """The model, the tasks and the tools of one call's conversation."""

    model: Model
    tasks: TaskSet
    tools: ToolBox
    wordings: Wordings
    tool_timeout_seconds: float
    has_person: bool = False
    """Whether the call can be handed over to a person."""
    second_thoughts: SecondThoughts | None = None
    """Waited for between a yes and the act; without one the act runs at once."""
    audit: Audit | None = None
    """Hears of each run of a tool."""
    keys: ActKeys = field(default_factory=ActKeys)
