"""Finds out whether the other side is still there while its audio cannot tell."""

from __future__ import annotations

import asyncio

from voice.telephony.sip import SipCall

CHECK_SECONDS = 45.0
"""Between two questions; one that nobody answers ends the call 32 s later (RFC 3261, timer F)."""


class PresenceCheck:
    """Asks by OPTIONS inside the dialog, as long as it is on."""

    def __init__(self, call: SipCall) -> None:
        self._call = call
        self._next: asyncio.TimerHandle | None = None

    def switch(self, on: bool) -> None:
        """On: who holds the call, or does not speak, sends no packets that show life."""
        if on and self._next is None:
            self._wait()
        elif not on and self._next is not None:
            self._next.cancel()
            self._next = None

    def _wait(self) -> None:
        self._next = asyncio.get_running_loop().call_later(CHECK_SECONDS, self._ask)

    def _ask(self) -> None:
        self._call.ask_presence()
        self._wait()
