"""What the slots of an act stand for, each from the tool that it belongs to, or from code."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from voice.tasks import ArgumentValue, SlotSource, TaskSet, slots_of
from voice.tools import Value


def values_of(
    act: str,
    sentence: str,
    by_code: Mapping[str, str],
    results: Mapping[str, Mapping[str, Value]],
    given: Mapping[str, Mapping[str, ArgumentValue]],
    tasks: TaskSet,
) -> dict[str, Value]:
    """The values that there are for the slots of a sentence.

    `by_code`: those of no tool. `results` of the tools in this turn, and what the caller has
    `given` for them, by the tools' names.
    """
    values: dict[str, Value] = {}
    for slot in slots_of(sentence):
        if slot in by_code:
            values |= {slot: by_code[slot]} if by_code[slot] else {}
            continue
        source = tasks.source(act, slot)
        if source.argument:
            values |= _given_value(source, slot, given.get(source.tool, {}), tasks)
        elif source.key in results.get(source.tool, {}):
            values[slot] = results[source.tool][source.key]
    return values


def _given_value(
    source: SlotSource, slot: str, given: Mapping[str, ArgumentValue], tasks: TaskSet
) -> dict[str, Value]:
    """What the caller gave for a slot, as it is said; nothing where it was not given."""
    arguments = tasks.tools[source.tool].arguments or {}
    if source.key not in given or source.key not in arguments:
        return {}
    value = given[source.key]
    if isinstance(value, datetime.date | int):
        return {slot: value}
    return {slot: arguments[source.key].written(value, tasks.language)}
