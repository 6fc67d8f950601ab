"""The arguments of an act in a caller's words: given, asked for, corrected, read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from voice.languages import plain, words_of
from voice.response.arguments import as_words
from voice.response.said import Said
from voice.response.state import Act, Asked
from voice.tasks import Argument, ArgumentValue, TaskSet, TaskTool

_HEARD_ONLY = frozenset({"digits", "phone", "number", "amount", "email"})
"""Kinds that a model never hears in full: what it says of them is made up."""


@dataclass(frozen=True)
class Found:
    """A value that was said."""

    value: ArgumentValue
    rest: str = ""
    partial: str = ""


class Taken(Enum):
    """What the caller's answer to the question for an argument was."""

    VALUE = auto()
    """The value, or a correction of one that was given before."""
    BEGINNING = auto()
    """Some figures of a number that is longer."""
    YES = auto()
    """What was read back is right."""
    NO = auto()
    """It is not, or the caller wants to leave it."""
    NOTHING = auto()


def gathered(
    tool: TaskTool, proposed: Mapping[str, object], said: Said, tasks: TaskSet
) -> dict[str, ArgumentValue]:
    """The arguments that the caller gave with the request; the model adds what it may know.

    What is of the wrong kind is left out, so that the caller is asked for it.
    """
    if tool.arguments is None:
        return dict(as_words(proposed))
    return _proposed(tool.arguments, proposed) | _told_in(said.in_full, tool, said, tasks)


def take(asked: Asked, said: Said, tasks: TaskSet) -> tuple[Taken, Asked]:
    """What the caller's answer was, and the question as it stands then."""
    tool = tasks.tools[asked.act.tool]
    assert tool.arguments is not None, "something was asked for"
    argument = tool.arguments[asked.argument]
    if asked.reads_back and said.heard_last and tasks.plain_reader.agrees(said.text):
        return Taken.YES, _agreed(asked)
    declines = tasks.plain_reader.declines(said.text)
    if argument.type == "text" and declines:
        return Taken.NO, asked
    found = _found(argument, asked.begun, said, tasks)
    if found is not None and (value := _checked(argument, found)) is not None:
        if asked.act.arguments.get(asked.argument) == value:
            return Taken.YES, _agreed(asked)
        more = _told_in(found.rest, tool, said, tasks)
        known = {**more, **asked.act.arguments, asked.argument: value}
        return Taken.VALUE, replace(asked, act=replace(asked.act, arguments=known), begun="")
    if found is not None and found.partial:
        return Taken.BEGINNING, replace(asked, begun=found.partial)
    if corrected := correction(asked.act, said, tasks):
        return Taken.VALUE, replace(asked, act=corrected)
    return (Taken.NO if declines else Taken.NOTHING), asked


def correction(act: Act, said: Said, tasks: TaskSet) -> Act | None:
    """The act with other values, where the caller takes some back: "no, on Friday"."""
    tool = tasks.tools[act.tool]
    if not act.arguments or not _takes_back(said, tasks):
        return None
    told = _told_in(said.in_full, tool, said, tasks)
    other = {name: value for name, value in told.items() if act.arguments.get(name, value) != value}
    if not other:
        return None
    return replace(act, arguments={**act.arguments, **other}, agreed=act.agreed - other.keys())


def _takes_back(said: Said, tasks: TaskSet) -> bool:
    """Whether the words begin by a no or another word of correction."""
    first = plain(" ".join(words_of(said.in_full)[:1]))
    corrections = tasks.language.numbers.dictation.corrections
    return first in corrections or tasks.plain_reader.declines(said.text)


def _agreed(asked: Asked) -> Asked:
    return replace(asked, act=replace(asked.act, agreed=asked.act.agreed | {asked.argument}))


def _found(argument: Argument, begun: str, said: Said, tasks: TaskSet) -> Found | None:
    """The value in an answer: words are not read yet, figures alone are."""
    try:
        return Found(argument.checked(f"{begun}{said.in_full}"))
    except ValueError:
        return None


def _told_in(text: str, tool: TaskTool, said: Said, tasks: TaskSet) -> dict[str, ArgumentValue]:
    """The values that stand in a request: words are not read yet."""
    return {}


def _proposed(
    arguments: Mapping[str, Argument], values: Mapping[str, object]
) -> dict[str, ArgumentValue]:
    known: dict[str, ArgumentValue] = {}
    for name, argument in arguments.items():
        if name in values and not argument.secret and argument.type not in _HEARD_ONLY:
            try:
                known[name] = argument.checked(values[name])
            except ValueError:
                continue
    return known


def _checked(argument: Argument, found: Found) -> ArgumentValue | None:
    try:
        return None if found.value is None else argument.checked(found.value)
    except ValueError:
        return None
