"""When a caller has said nothing for too long."""

from __future__ import annotations

from collections.abc import Callable

from voice.calls.leaving.timers import SilenceTimer
from voice.calls.state import CallState

HOLD_ON_SECONDS = 60.0
"""So long a caller is waited for who asks for it."""


class Silence:
    """Watches one caller's silence; `over` is called when it has lasted too long."""

    def __init__(self, call: CallState, over: Callable[[], None]) -> None:
        self._call = call
        self._timer = SilenceTimer(call.settings.calls.no_input_seconds, over)

    def hold(self) -> None:
        """Somebody speaks, or we are at work."""
        self._timer.hold()

    def resume(self) -> None:
        """It was nothing: the caller has the rest of the time."""
        self._timer.resume()

    def await_caller(self, patiently: bool = False) -> None:
        """Unless something is being said it is the caller's turn, from now on.

        `patiently`: they asked to be waited for. Who speaks already, or holds the call, is not
        hurried.
        """
        call = self._call
        if call.playback.audible:
            return
        self._timer.start(HOLD_ON_SECONDS if patiently else None)
        if call.tracker.detector.speaking or call.unread_turn or call.held:
            self._timer.hold()
