"""Which call process takes the next call."""

from __future__ import annotations

import itertools
import logging

from voice.settings import Settings
from voice.telephony.leg import Leg, LegError, Offer, connect_leg

log = logging.getLogger(__name__)


class CallProcesses:
    """All call processes of the installation, asked in turn."""

    def __init__(self, settings: Settings) -> None:
        count = settings.calls.processes
        self._sockets = [settings.runtime.call_socket(number) for number in range(count)]
        self._turn = itertools.cycle(range(count))

    async def offer(self, offer: Offer) -> Leg:
        """A leg to the next process that is alive; raises LegError when none is."""
        first = next(self._turn)
        for socket in (*self._sockets[first:], *self._sockets[:first]):
            try:
                return await connect_leg(socket, offer)
            except LegError as error:
                log.warning("no leg: %s", error)
        raise LegError("no call process is running")
