"""What one caller's keys are to the floor: of a number that is asked for, or for a person."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator

from voice.calls.answers import Turn
from voice.calls.identification import Identification
from voice.calls.keys import ENTER_KEY, PERSON_KEY
from voice.calls.silence import KEYS_SECONDS
from voice.calls.task_arguments import TaskArguments
from voice.dialogue import Words
from voice.dialogue import inputs as on


class Keypad:
    """Follows the keys of one call."""

    def __init__(self, identification: Identification, arguments: TaskArguments) -> None:
        self._identification = identification
        self._arguments = arguments
        self._last_key = -math.inf

    @property
    def for_person(self) -> bool:
        """Whether of a number that is asked for only the key for a person was pressed.

        The enter key behind it makes it one, and so does a pause.
        """
        asking = self._identification if self._identification.active else self._arguments
        return asking.for_person

    def pressed(self, key: str, heard_last: bool) -> Iterator[on.Input]:
        """What a key means; `heard_last` as in a turn."""
        identification, arguments = self._identification, self._arguments
        takes_number = identification.active or arguments.take_keys
        is_alone = not self._follows_a_key()
        is_for_person = key == PERSON_KEY and is_alone and not takes_number
        if is_for_person or (self.for_person and key == ENTER_KEY):
            yield on.PersonKey()
        elif identification.active:
            yield on.Key(key.isdigit() and not identification.keys.begun)
            digits = identification.keyed(key)
            if digits is not None:
                yield on.Keyed(Words(digits))
        elif takes_number:
            yield on.Key(begins=True)
            if keyed := arguments.keyed(key):
                yield on.TurnOver(Words(Turn(keyed, heard_last)))
        else:
            yield on.Key(begins=False)

    def _follows_a_key(self) -> bool:
        """Whether it belongs to a number, as of a PIN that nobody asks for any more."""
        before, self._last_key = self._last_key, asyncio.get_running_loop().time()
        return self._last_key - before < KEYS_SECONDS
