"""A person for tests: our own user agent with a tone for a voice, who does as told when called."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Sequence

from tests.telephony.edge.edge_caller import FRAME, strength, target_of, tone
from voice.audio import Pcm
from voice.telephony.rtp import MediaClock, RtpHandlers, RtpSession, open_port_pair
from voice.telephony.sip import (
    AccessPolicy,
    CallEnd,
    CallHandlers,
    IncomingCall,
    LocalMedia,
    MediaAgreement,
    UserAgent,
    answer_offer,
    make_offer,
)

PERSON_HZ = 700.0
Behave = Callable[["Person", IncomingCall], None]


class Person:
    def __init__(self, behave: Behave, codecs: Sequence[str], policy: AccessPolicy | None) -> None:
        self.agent = UserAgent(self._called, policy=policy)
        self.clock = MediaClock()
        self.calls: list[IncomingCall] = []
        self.ends: list[CallEnd] = []
        self.keys: list[str] = []
        self.heard: list[Pcm] = []
        self._behave = behave
        self._codecs = codecs
        self._sent = 0
        self._news = asyncio.Event()

    @property
    def uri(self) -> str:
        return f"sip:agents@127.0.0.1:{self.agent.address[1]}"

    async def open(self) -> None:
        await self.agent.listen("127.0.0.1", 0)
        ports = open_port_pair("127.0.0.1", 50000, 58000)
        self.rtp = RtpSession(RtpHandlers(self._frame, self._key))
        await self.rtp.open(ports)
        self.local = LocalMedia("127.0.0.1", ports.port)
        self.clock.add(self.rtp)
        self.clock.start()

    def agree(self, call: IncomingCall) -> MediaAgreement:
        assert call.offer is not None
        agreed = answer_offer(call.offer, self.local, self._codecs)
        self.rtp.direct(target_of(agreed))
        return agreed

    def answer(self, call: IncomingCall) -> None:
        call.answer(self.agree(call).sdp)

    async def offer_anew(self, direction: str) -> None:
        self.local = dataclasses.replace(self.local, version=self.local.version + 1)
        await self.calls[0].reinvite(make_offer(self.local, self._codecs, direction))

    async def until(self, condition: Callable[[], object], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def hears(self, frequency: float, frames: int = 10) -> None:
        """Wait until the last 200 ms are mostly that tone."""

        def heard() -> bool:
            latest = self.heard[-frames:]
            return len(latest) == frames and _strength(latest, frequency) > 0.5

        await self.until(heard)

    def _called(self, call: IncomingCall) -> None:
        self.calls.append(call)
        call.handlers = CallHandlers(on_ended=self._over)
        self._behave(self, call)
        self._news.set()

    def _frame(self, heard: Pcm, _said: Pcm) -> None:
        self.heard.append(heard)
        if not self.rtp.ring.waiting:
            self.rtp.ring.push(tone(PERSON_HZ, FRAME, self._sent))
            self._sent += FRAME
        self._news.set()

    def _key(self, key: str) -> None:
        self.keys.append(key)
        self._news.set()

    def _over(self, end: CallEnd) -> None:
        self.ends.append(end)
        self._news.set()


def _strength(frames: Sequence[Pcm], frequency: float) -> float:
    import numpy as np

    return strength(np.concatenate(frames), frequency)


def answers(person: Person, call: IncomingCall) -> None:
    call.ring()
    person.answer(call)


def rings(_person: Person, call: IncomingCall) -> None:
    call.ring()


def plays_early(person: Person, call: IncomingCall) -> None:
    call.progress(person.agree(call).sdp)


def refuses(status: int) -> Behave:
    def refuse(_person: Person, call: IncomingCall) -> None:
        call.ring()
        call.reject(status)

    return refuse


@contextlib.asynccontextmanager
async def a_person(
    behave: Behave = answers,
    codecs: Sequence[str] = ("PCMU", "PCMA"),
    policy: AccessPolicy | None = None,
) -> AsyncIterator[Person]:
    person = Person(behave, codecs, policy)
    await person.open()
    try:
        yield person
    finally:
        await person.agent.close()
        await person.clock.stop()
        person.rtp.close()
