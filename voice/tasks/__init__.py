"""Tasks as files: what callers may ask for, which tool does it, and what may be said about it.

    tasks = load_tasks(Path("tasks"))
    tasks.in_language(language("fr")).wordings["goodbye"]

docs/tasks.md says what a file holds. Nothing outside the files names a task, a tool or an act of
one; `Role` names what the conversation itself says and understands, in the languages' own words.
"""

from voice.tasks.arguments import Argument, ArgumentValue, parameters
from voice.tasks.checked_arguments import WrongArgument, checked_arguments
from voice.tasks.files import load_tasks, read_tasks
from voice.tasks.roles import (
    CHOSEN_BY_MODELS,
    DOCUMENTS,
    MORE_EXPECTED,
    NO_HELP,
    NO_MORE_EXPECTED,
    PASSING,
    SAYS_LITTLE,
    Role,
)
from voice.tasks.schema import STATUS, Request, Task, TaskTool, ValueKind
from voice.tasks.slots import LAST_ANSWER, VALUE, between_slots, slots_of
from voice.tasks.task_set import KnownRequest, SlotSource, TaskSet

__all__ = [
    "CHOSEN_BY_MODELS",
    "DOCUMENTS",
    "LAST_ANSWER",
    "MORE_EXPECTED",
    "NO_HELP",
    "NO_MORE_EXPECTED",
    "PASSING",
    "SAYS_LITTLE",
    "STATUS",
    "VALUE",
    "Argument",
    "ArgumentValue",
    "KnownRequest",
    "Request",
    "Role",
    "SlotSource",
    "Task",
    "TaskSet",
    "TaskTool",
    "ValueKind",
    "WrongArgument",
    "between_slots",
    "checked_arguments",
    "load_tasks",
    "parameters",
    "read_tasks",
    "slots_of",
]
