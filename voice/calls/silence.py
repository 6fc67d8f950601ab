"""What happens when the caller says nothing: they are asked again, and at last let go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from voice.calls.answer import Answer
from voice.calls.state import CallState
from voice.calls.timers import SilenceTimer
from voice.events import NoInput


class Silence:
    """Watches one caller's silence.

    `say` speaks to the caller, `start` runs what takes its time, `put_again` asks once more what
    the caller has not answered (False when there is no such thing), and `busy` tells whether it is
    ours to go on.
    """

    def __init__(
        self,
        call: CallState,
        say: Callable[..., Awaitable[Answer]],
        start: Callable[[Coroutine[Any, Any, None]], None],
        put_again: Callable[[], Awaitable[bool]],
        busy: Callable[[], bool],
    ) -> None:
        self._call = call
        self._say = say
        self._put_again = put_again
        self._busy = busy
        self._count = 0
        seconds = call.settings.calls.no_input_seconds
        self._timer = SilenceTimer(seconds, lambda: start(self._prompt_again()))

    def hold(self) -> None:
        """Somebody speaks, or we are at work."""
        self._timer.hold()

    def resume(self) -> None:
        """It was nothing: the caller has the rest of the time."""
        self._timer.resume()

    def broken(self) -> None:
        """The caller said or keyed something: what was silent before does not count."""
        self._count = 0

    def await_caller(self) -> None:
        """It is the caller's turn; who speaks already, or holds the call, is not hurried."""
        call = self._call
        self._timer.start()
        if call.tracker.detector.speaking or call.unread_turn or call.held:
            self._timer.hold()

    def await_caller_if_quiet(self) -> None:
        """The same, unless something is being said."""
        if not self._call.playback.audible:
            self.await_caller()

    async def _prompt_again(self) -> None:
        if self._busy():
            return
        self._count += 1
        self._call.journal.record(NoInput, count=self._count)
        limit = self._call.settings.calls.no_input_reprompts
        if self._count > limit and not self._call.keep_open:
            await self._say(self._call.phrases.nobody_there, protected=True)
            self._call.end("no input", "assistant")
            return
        if not await self._put_again():
            texts = self._call.phrases.still_there
            await self._say(texts[min(self._count, len(texts)) - 1], "reprompt")
