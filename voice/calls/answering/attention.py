"""What the caller had heard when they began to speak, and whether they still may object."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voice.calls.speaking.sayings import Sayings
from voice.calls.state import CallState
from voice.recognition import Transcript

_OBJECTION_SECONDS = 0.3
"""How long after the last word an objection may still be on its way from the caller."""
_LOOK_SECONDS = 0.02


class Attention:
    """Holds one caller's turns against what is said to them.

    `identifying` tells whether they are proving who they are.
    """

    def __init__(self, call: CallState, sayings: Sayings, identifying: Callable[[], bool]) -> None:
        self._call = call
        self._sayings = sayings
        self._identifying = identifying
        self.heard_last = True
        """When their turn began they had heard an answer to its end, and nothing since."""
        self._before = True
        """The same of the turn before."""
        self._caller_speaks = False
        self._caller_left = False

    def speech_began(self) -> None:
        """The caller begins to speak."""
        call, self._before = self._call, self.heard_last
        before = call.unread_turn  # Then both are read as one.
        heard = not call.answering() and self._sayings.heard_to_the_end(call.onset_ms)
        self.heard_last = heard and (self.heard_last or not before)
        self._caller_speaks = True

    def rejoined(self) -> None:
        """The caller's turn began with the one before it."""
        self.heard_last = self._before

    def turn_taken(self) -> None:
        """What the caller said is being answered, or was nothing."""
        self._caller_speaks = False

    def is_nothing(self, heard: Transcript, listens: bool, takes_back: bool = False) -> bool:
        """No words, or none that take the floor: a backchannel over the assistant's words.

        After its last word there is nothing to go on with: then 'okay' is an answer. Words from
        a turn that began as the answer to a question for a secret are never taken for anything
        else, unless they hold no number and take back what was asked for (`takes_back`).
        `listens`: it is a backchannel.
        """
        asks_secret = self._identifying() or ((wanted := self._call.wanted()) and wanted.secret)
        secret = self._call.secret_turn and not asks_secret and not takes_back
        if not heard.text.strip() or secret:
            return True
        goes_on = self._sayings.unfinished or self._call.answering()
        return self._call.over_words and goes_on and listens

    async def second_thoughts(self) -> None:
        """Wait until all that was said has been heard, and the caller has said nothing to it."""
        clock = asyncio.get_running_loop().time
        quiet_since = clock()
        while not self._caller_left and clock() < quiet_since + _OBJECTION_SECONDS:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._somebody_speaks:
                quiet_since = clock()

    def caller_left(self) -> bool:
        """The caller is gone and will object no more; False where they left in mid-word."""
        self._caller_left = not self._caller_says_something
        return self._caller_left

    @property
    def _caller_says_something(self) -> bool:
        call = self._call
        return self._caller_speaks or call.tracker.detector.speaking or call.unread_turn

    @property
    def _somebody_speaks(self) -> bool:
        return self._caller_says_something or not self._sayings.silent or self._call.held
