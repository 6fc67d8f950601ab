"""Which call process takes the next call, and whether there is any."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

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
from voice.unix_sockets import answers, is_listening

LOOK_SECONDS = 1.0
SILENT_SECONDS = 2.0
"""A call process that says nothing at all to an offer or a look for so long stands still."""
UNAVAILABLE = 503

log = logging.getLogger(__name__)


@dataclass
class _CallProcess:
    """What is known of one of them."""

    number: int
    socket: Path
    lives: bool = False
    """It was there and awake at the last look."""
    stands_still: bool = False
    """It owes an answer: nothing is offered to it until it has given one."""
    calls: int = 0

    async def look(self) -> None:
        """Ask for an answer; waits for that of a process that stands still, however long."""
        looking = asyncio.ensure_future(answers(self.socket))
        try:
            await asyncio.wait({looking}, timeout=SILENT_SECONDS)
            if not looking.done():
                self.was_silent()
            self.lives, self.stands_still = await looking, False
        finally:
            looking.cancel()

    def was_silent(self) -> None:
        """It did not answer in time."""
        if not self.stands_still:
            log.error("call process %d stands still and is passed over", self.number)
        self.lives, self.stands_still = False, True


class CallProcesses:
    """All call processes of the installation, the least loaded first."""

    def __init__(self, settings: Settings) -> None:
        numbers = range(settings.calls.processes)
        socket = settings.runtime.call_socket
        self._processes = [_CallProcess(number, socket(number)) for number in numbers]
        self._turn = itertools.count()

    @property
    def alive(self) -> bool:
        """At the last look, a call process was there and awake."""
        return any(process.lives for process in self._processes)

    async def watch(self) -> None:
        """Look every second who is there; runs until it is cancelled."""
        for process in self._processes:
            process.lives = is_listening(process.socket)
        async with asyncio.TaskGroup() as watching:
            for process in self._processes:
                watching.create_task(_watch(process))

    async def legs(self, offer: Offer) -> AsyncGenerator[Leg]:
        """A leg to one process after the other: who asks for the next was refused by the last.

        One that stands still is passed over; the last that may yet answer is waited for.

        The one that has the call is the last to be asked for; close the generator with the call.
        """
        turn = next(self._turn)
        count = len(self._processes)
        order = sorted(
            (process for process in self._processes if not process.stands_still),
            key=lambda process: (process.calls, (process.number - turn) % count),
        )
        for process in order:
            process.calls += 1
            try:
                leg = await connect_leg(process.socket, offer)
                speaks = await leg.speaks(SILENT_SECONDS)
                if not speaks:
                    process.was_silent()
                if speaks or process is order[-1]:
                    yield leg
                else:
                    leg.send(Cancelled())
                    leg.end()
            except LegError as error:
                log.warning("no leg: %s", error)
            finally:
                process.calls -= 1


async def _watch(process: _CallProcess) -> None:
    while True:
        await process.look()
        await asyncio.sleep(LOOK_SECONDS)


def is_full(message: LegMessage) -> bool:
    """Whether a call process says that it has no room for the call."""
    return isinstance(message, Reject) and message.status == UNAVAILABLE
