"""Which call process takes the next call, and whether there is any."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator

from voice.settings import Settings
from voice.telephony.leg import (
    Cancelled,
    Leg,
    LegError,
    LegMessage,
    Offer,
    Reject,
    connect_leg,
)
from voice.unix_sockets import is_listening

LOOK_SECONDS = 1.0
SILENT_SECONDS = 2.0
"""A call process that says nothing at all to an offer for so long is passed over for the next."""
UNAVAILABLE = 503

log = logging.getLogger(__name__)


class CallProcesses:
    """All call processes of the installation, the least loaded first."""

    def __init__(self, settings: Settings) -> None:
        count = settings.calls.processes
        self._sockets = [settings.runtime.call_socket(number) for number in range(count)]
        self._legs = [0] * count
        """How many calls each has."""
        self._turn = itertools.count()
        self.alive = True
        """At the last look, a call process was listening."""

    async def watch(self) -> None:
        """Look every second who is there; runs until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Bring `alive` up to date."""
        self.alive = any(map(is_listening, self._sockets))

    async def legs(self, offer: Offer) -> AsyncGenerator[Leg]:
        """A leg to one process after the other: who asks for the next was refused by the last.

        One that stands still is passed over, unless it is the last.

        The one that has the call is the last to be asked for; close the generator with the call.
        """
        turn = next(self._turn)
        count = len(self._sockets)
        order = sorted(range(count), key=lambda each: (self._legs[each], (each - turn) % count))
        for number in order:
            self._legs[number] += 1
            try:
                leg = await connect_leg(self._sockets[number], offer)
                if number == order[-1] or await leg.speaks(SILENT_SECONDS):
                    yield leg
                else:
                    log.error("call process %d says nothing and is passed over", number)
                    leg.send(Cancelled())
                    leg.end()
            except LegError as error:
                log.warning("no leg: %s", error)
            finally:
                self._legs[number] -= 1


def is_full(message: LegMessage) -> bool:
    """Whether a call process says that it has no room for the call."""
    return isinstance(message, Reject) and message.status == UNAVAILABLE
