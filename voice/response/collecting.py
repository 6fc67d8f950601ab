"""The arguments of an act in a caller's words: given, asked for, corrected, read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto

from voice.languages import Language, plain, words_of
from voice.response.arguments import as_words
from voice.response.said import Said
from voice.response.state import Act, Asked
from voice.tasks import Argument, ArgumentValue, TaskSet, TaskTool
from voice.understanding import Found, read_value

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
    """It is not, or the caller wants to leave it."""
    NOTHING = auto()


def gathered(
    tool: TaskTool, proposed: Mapping[str, object], said: Said, language: Language
) -> dict[str, ArgumentValue]:
    """The arguments that the caller gave with the request; the model adds what it may know.

    What is of the wrong kind is left out, so that the caller is asked for it.
    """
    if tool.arguments is None:
        return dict(as_words(proposed))
    known = _proposed(tool.arguments, proposed)
    return known | _volunteered(tool.arguments, said.in_full, language)


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
    found = _found(argument, asked.begun, said, tasks.language)
    if found is not None and (value := _checked(argument, found)) is not None:
        if asked.act.arguments.get(asked.argument) == value:
            return Taken.YES, _agreed(asked)
        more = _volunteered(tool.arguments, found.rest, tasks.language)
        known = {**more, **asked.act.arguments, asked.argument: value}
        return Taken.VALUE, replace(asked, act=replace(asked.act, arguments=known), begun="")
    if found is not None and found.partial:
        return Taken.BEGINNING, replace(asked, begun=found.partial)
    if corrected := correction(asked.act, said, tasks):
        return Taken.VALUE, replace(asked, act=corrected)
    return (Taken.NO if declines else Taken.NOTHING), asked


def correction(act: Act, said: Said, tasks: TaskSet) -> Act | None:
    """The act with another value for an argument, where the caller takes one back."""
    arguments = tasks.tools[act.tool].arguments or {}
    if not _takes_back(said, tasks):
        return None
    for name in act.arguments:
        found = read_value(arguments[name], said.in_full, tasks.language, asked=False)
        value = _checked(arguments[name], found) if found else None
        if value is not None and value != act.arguments[name]:
            known = {**act.arguments, name: value}
            return replace(act, arguments=known, agreed=act.agreed - {name})
    return None


def _takes_back(said: Said, tasks: TaskSet) -> bool:
    """Whether the words begin by a no or another word of correction."""
    first = plain(" ".join(words_of(said.in_full)[:1]))
    corrections = tasks.language.numbers.dictation.corrections
    return first in corrections or tasks.plain_reader.declines(said.text)


def _agreed(asked: Asked) -> Asked:
    return replace(asked, act=replace(asked.act, agreed=asked.act.agreed | {asked.argument}))


def _found(argument: Argument, begun: str, said: Said, language: Language) -> Found | None:
    """The value in an answer, or in it and the figures that were said before it."""
    found = read_value(argument, said.in_full, language, asked=True)
    if not begun or (found is not None and found.value is not None):
        return found
    together = f"{' '.join(begun)} {said.in_full}"
    return read_value(argument, together, language, asked=True) or found


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


def _volunteered(
    arguments: Mapping[str, Argument], text: str, language: Language
) -> dict[str, ArgumentValue]:
    """The values that stand in a request; each of its words is of one value at most."""
    known: dict[str, ArgumentValue] = {}
    for name, argument in arguments.items():
        found = read_value(argument, text, language, asked=False) if text else None
        if found is not None and (value := _checked(argument, found)) is not None:
            known[name], text = value, found.rest
    return known


def _checked(argument: Argument, found: Found) -> ArgumentValue | None:
    try:
        return None if found.value is None else argument.checked(found.value)
    except ValueError:
        return None
