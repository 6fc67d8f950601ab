"""From a task's arguments to somebody else's parameters, and from their answer to its result."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from voice.errors import ConfigError
from voice.identity import Caller
from voice.settings.tools import RemoteCall
from voice.tasks import TaskTool
from voice.tools.schemas import NotAsDocumented, Schema, found_at, keys_of
from voice.tools.tool import Arguments

_CALLER = "caller."
_PLAIN = (str, int, float, bool)
"""What JSON has beside objects, lists and null."""


class Mapping:
    """One call as the operator has declared it."""

    def __init__(
        self,
        key: str,
        call: RemoteCall,
        schema_of: Callable[[str], Schema | None],
        required: Collection[str] = (),
    ) -> None:
        """`schema_of` says of a target what goes there, `required` names the targets that must be.

        `key` is that of the setting. Raises ConfigError for a target that there is not.
        """
        self._key = key
        self._call = call
        self._schema_of = schema_of
        self._required = required
        for kind, targets in (("arguments", call.arguments), ("fixed", call.fixed)):
            for target in targets:
                if schema_of(target) is None:
                    raise ConfigError(f"{key}.{kind}: nothing there is called {target}")

    def outgoing(self, caller: Caller, arguments: Arguments) -> dict[str, object]:
        """What goes where, as JSON; raises NotAsDocumented when the call cannot be made."""
        given: dict[str, object] = {
            f"{_CALLER}customer": caller.customer, f"{_CALLER}number": caller.number, **arguments,
        }  # fmt: skip
        declared = self._call.arguments
        values: dict[str, object] = {
            name: value for name, value in arguments.items() if self._is_implied(name)
        }
        values |= {target: given.get(source) for target, source in declared.items()}
        values |= self._call.fixed
        written: dict[str, object] = {}
        for target, value in values.items():
            if value is not None and (schema := self._schema_of(target)) is not None:
                try:
                    written[target] = schema.as_json(value)
                except NotAsDocumented as error:
                    raise NotAsDocumented(f"{target}: {error}") from None
        for target in self._required:
            if target not in written:
                raise NotAsDocumented(f"{target} is missing")
        return written

    def _is_implied(self, argument: str) -> bool:
        """Whether an argument goes to its namesake."""
        return argument not in self._call.arguments.values() and bool(self._schema_of(argument))

    def result(self, answer: object, status: str | None = None) -> dict[str, object]:
        """The result that an answer holds, as JSON; `status` is the task's word, if it is known.

        {} where it says that nothing was done.
        """
        call = self._call
        if status is None:
            status = self._status(answer)
        if status == "":
            return {}
        values = dict(answer) if isinstance(answer, dict) else {}
        values |= {key: found_at(pointer, answer) for key, pointer in call.result.items()}
        result = {key: value for key, value in values.items() if isinstance(value, _PLAIN)}
        return {**result, "status": status}

    def _status(self, answer: object) -> str | None:
        wanted = self._call.status
        found = found_at(wanted, answer) if wanted.startswith("/") else wanted
        if not isinstance(found, _PLAIN):
            return None
        word = str(found).lower() if isinstance(found, bool) else str(found)
        return self._call.statuses.get(word, word)

    def fits(self, task: TaskTool, words: Collection[str] = ()) -> None:
        """Raise ConfigError unless the task and what was declared agree.

        `words` are further words of its status that this call may give.
        """
        for name in task.arguments or ():
            if name not in self._call.arguments.values() and not self._schema_of(name):
                raise ConfigError(f"{self._key}.arguments: nothing takes the task's {name}")
        if task.arguments is not None:
            for source in self._call.arguments.values():
                if not source.startswith(_CALLER) and source not in task.arguments:
                    raise ConfigError(f"{self._key}.arguments: the task has no argument {source}")
        self.reads_for(task, words)

    def reads_for(self, task: TaskTool, words: Collection[str] = ()) -> None:
        """The same for the result alone."""
        call = self._call
        for key in call.result:
            if key not in task.result:
                raise ConfigError(f"{self._key}.result: the task has no value {key}")
        own = [] if call.status.startswith("/") else [call.status]
        for word in {*call.statuses.values(), *words, *own} - {""}:
            if word not in task.statuses:
                there = ", ".join(task.statuses)
                raise ConfigError(f"{self._key}: {word} is no status of the task: {there}")


def nested(values: dict[str, object]) -> dict[str, Any]:
    """An object of values that go to its fields, further ones by pointers."""
    whole: dict[str, Any] = {}
    for target, value in values.items():
        *outer, last = keys_of(target) if target.startswith("/") else [target]
        inner = whole
        for key in outer:
            inner = inner.setdefault(key, {})
        inner[last] = value
    return whole
