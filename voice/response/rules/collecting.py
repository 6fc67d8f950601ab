"""The arguments of an act in a caller's words: given, asked for, corrected, read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto

from voice.languages import plain, words_of
from voice.response.engines.arguments import as_words
from voice.response.rules.said import Said
from voice.response.rules.state import Act, Asked
from voice.tasks import Argument, ArgumentValue, TaskSet, TaskTool
from voice.understanding import Found, read_value, values_in

_HEARD_ONLY = frozenset({"digits", "phone", "number", "amount", "email"})
"""Kinds that a model never hears in full: what it says of them is made up."""


class Taken(Enum):
    """What the caller's answer to the question for an argument was."""

    VALUE = auto()
    """The value, or a correction of one that was given before."""
    BEGINNING = auto()
    """Some figures of a number that is longer."""
    YES = auto()
    """What was read back is right."""
    NO = auto()
    """It is wrong."""
    NOTHING = auto()
    """No such value."""


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
    if corrected := correction(asked.act, said, tasks):
        return Taken.VALUE, replace(asked, act=corrected)
    declines = tasks.plain_reader.declines(said.text)
    if argument.type == "text" and declines:
        return Taken.NOTHING, asked
    found = _found(argument, asked.begun, said, tasks)
    if found is not None and (value := _checked(argument, found)) is not None:
        if asked.act.arguments.get(asked.argument) == value:
            return Taken.YES, _agreed(asked)
        told = _told_in(said.in_full, tool, said, tasks)
        if told.get(asked.argument) != value:
            told = _told_in(found.rest, tool, said, tasks)
        known = {**told, **asked.act.arguments, asked.argument: value}
        return Taken.VALUE, replace(asked, act=replace(asked.act, arguments=known))
    if found is not None and found.partial:
        return Taken.BEGINNING, replace(asked, begun=found.partial)
    return (Taken.NO if declines and asked.reads_back else Taken.NOTHING), asked


def correction(act: Act, said: Said, tasks: TaskSet) -> Act | None:
    """The act with other values, where the caller takes some back: "no, on Friday"."""
    return changed(act, said, tasks) if _takes_back(said, tasks) else None


def changed(act: Act, said: Said, tasks: TaskSet) -> Act | None:
    """The act with the values that the caller names and that are not its own; None without any."""
    tool = tasks.tools[act.tool]
    if not act.arguments:
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
    """The value in an answer, or in it and the figures that were said before it."""
    found = read_value(argument, said.in_full, tasks.language, said.today)
    if not begun or (found is not None and found.value is not None):
        return found
    together = f"{' '.join(begun)} {said.in_full}"
    return read_value(argument, together, tasks.language, said.today) or found


def _told_in(text: str, tool: TaskTool, said: Said, tasks: TaskSet) -> dict[str, ArgumentValue]:
    """The values that stand in a request."""
    if not text or not tool.arguments:
        return {}
    examples = tasks.examples_of(tool)
    found = values_in(text, tool.arguments, tasks.language, said.today, examples)
    checked = {name: _checked(tool.arguments[name], one) for name, one in found.items()}
    return {name: value for name, value in checked.items() if value is not None}


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
