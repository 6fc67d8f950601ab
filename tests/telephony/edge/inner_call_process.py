"""A call process inside the test, on whose legs the test can act."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from voice.telephony.leg import Answer, Audio, Leg, LegMessage, Offer, Ring, Transfer

T = TypeVar("T")

Start = Callable[..., Awaitable[tuple[str, int]]]
"""Starts an edge inside the test with settings from the environment; returns its address."""


class CallProcess:
    """Echoes what it hears and keeps what else it is told; `answers` may be put off."""

    def __init__(self) -> None:
        self.answers = True
        self.hesitates_seconds = 0.0
        self.offers: list[Offer] = []
        self.told: list[LegMessage] = []
        self.legs: list[Leg] = []
        self._news = asyncio.Event()

    async def on_leg(self, leg: Leg, offer: Offer) -> None:
        self.offers.append(offer)
        self.legs.append(leg)
        await asyncio.sleep(self.hesitates_seconds)
        leg.send(Answer() if self.answers else Ring())
        async for message in leg:
            if isinstance(message, Audio):
                leg.send(message)
            else:
                self.told.append(message)
            self._news.set()

    async def hears_of(self, kind: type[T], seconds: float = 10) -> T:
        """The first message of a kind, once it has come."""
        async with asyncio.timeout(seconds):
            while True:
                for message in self.told:
                    if isinstance(message, kind):
                        return message
                self._news.clear()
                await self._news.wait()


def hand_over(process: CallProcess, target: str) -> None:
    """The call process asks that its first call go to a person."""
    process.legs[0].send(Transfer(target=target))
