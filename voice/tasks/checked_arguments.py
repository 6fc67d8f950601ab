"""The one check of what a tool is called with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from voice.tasks.arguments import ArgumentValue
from voice.tasks.schema import TaskTool


class WrongArgument(ValueError):
    """An argument that a tool must not be called with; the message quotes nothing of its value."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def checked_arguments(tool: TaskTool, values: Mapping[str, object]) -> dict[str, ArgumentValue]:
    """The values as the task has them typed; raises WrongArgument for the first that is not.

    One that is unknown, missing or of another kind is wrong. Where the task names no arguments,
    all pass as they are.
    """
    if tool.arguments is None:
        return dict(cast(Mapping[str, ArgumentValue], values))
    for name in values:
        if name not in tool.arguments:
            raise WrongArgument(name, "there is no such argument")
    checked: dict[str, ArgumentValue] = {}
    for name, argument in tool.arguments.items():
        if name in values:
            try:
                checked[name] = argument.checked(values[name])
            except ValueError as error:
                raise WrongArgument(name, str(error)) from None
    if missing := tool.missing(checked):
        raise WrongArgument(missing, "is missing")
    return checked
