"""What one caller's keys are to the floor: of a number that is asked for, or for a person."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator

from voice.calls.answering.answers import Turn
from voice.calls.answering.task_arguments import TaskArguments
from voice.calls.identity.identification import Identification
from voice.calls.identity.keyed_digits import CLEAR_KEY, ENTER_KEY, is_for_person
from voice.calls.state import CallState
from voice.dialogue import Words
from voice.dialogue import inputs as on

NEXT_KEY_SECONDS = 4.0
"""So soon behind another one a key belongs to the same number."""
_ALONE_SECONDS = 1.5
"""So long without another key, where no number is asked for any more."""
_LOOK_SECONDS = 0.5


class Keypad:
    """Follows the keys of one call; `person` is called when the one for a person stayed alone.

    That one begins many a number, too, and a number may come that nobody asks for any more. Before
    one was asked for it is just that key.
    """

    def __init__(
        self,
        call: CallState,
        identification: Identification,
        arguments: TaskArguments,
        person: Callable[[], None],
    ) -> None:
        self._call = call
        self._identification = identification
        self._arguments = arguments
        self._person = person
        self._keys = ""
        """Those that were pressed one soon behind the other; of a number CLEAR_KEY stands in."""
        self._last_key = -math.inf
        self._alone: asyncio.TimerHandle | None = None

    @property
    def for_person(self) -> bool:
        """Whether only the key for a person was pressed: alone it is no number."""
        if self._identification.active:
            return self._identification.for_person
        if self._arguments.take_keys:
            return self._arguments.for_person
        return is_for_person(self._keys)

    def pressed(self, key: str, heard_last: bool) -> Iterator[on.Input]:
        """What a key means; `heard_last` as in a turn."""
        self.stop()
        if key == ENTER_KEY and self.for_person:
            self._keys = ""
            yield on.PersonKey()
            return
        takes_number = self._identification.active or self._arguments.take_keys
        self._note(CLEAR_KEY if takes_number else key)
        yield from self._number(key, heard_last) if takes_number else [on.Key(begins=False)]
        if not self.for_person:
            return
        if takes_number or self._identification.has_asked:
            self._wait(NEXT_KEY_SECONDS if takes_number else _ALONE_SECONDS)
        else:
            self._keys = ""
            yield on.PersonKey()

    def stop(self) -> None:
        """Wait for no further key."""
        if self._alone is not None:
            self._alone.cancel()
            self._alone = None

    def _number(self, key: str, heard_last: bool) -> Iterator[on.Input]:
        identification, arguments = self._identification, self._arguments
        if identification.active:
            yield on.Key(key.isdigit() and not identification.keys.begun)
            digits = identification.keyed(key)
            if digits is not None:
                yield on.Keyed(Words(digits))
            return
        yield on.Key(begins=True)
        if keyed := arguments.keyed(key):
            yield on.TurnOver(Words(Turn(keyed, heard_last)))

    def _note(self, key: str) -> None:
        now = asyncio.get_running_loop().time()
        self._keys = (self._keys if now - self._last_key < NEXT_KEY_SECONDS else "") + key
        self._last_key = now

    def _wait(self, seconds: float) -> None:
        self._alone = asyncio.get_running_loop().call_later(seconds, self._over)

    def _over(self) -> None:
        """Who speaks meanwhile is heard first: what they say may be the number."""
        if self._call.tracker.detector.speaking or self._call.unread_turn:
            self._wait(_LOOK_SECONDS)
        elif self.for_person:
            self._keys = ""
            self._person()
