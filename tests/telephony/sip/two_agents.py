"""Two of our user agents on one network in virtual time, and what the called one does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.telephony.sip.virtual_network import Network, seeded
from voice.telephony.sip import (
    AccessPolicy,
    CallEnd,
    CallHandlers,
    Credentials,
    IncomingCall,
    LocalMedia,
    OutgoingCall,
    UserAgent,
    answer_offer,
    make_offer,
)

SERVER, CLIENT = ("127.0.0.1", 5060), ("127.0.0.1", 5070)
URI = "sip:bot@127.0.0.1:5060"
HERE, THERE = LocalMedia("127.0.0.1", 4000), LocalMedia("127.0.0.1", 5000)


@dataclass
class World:
    """Two agents on one network; the server answers unless told otherwise."""

    network: Network = field(default_factory=Network)
    policy: AccessPolicy = field(default_factory=AccessPolicy)
    behave: Callable[[IncomingCall], None] | None = None
    calls: list[IncomingCall] = field(default_factory=list)
    ends: list[CallEnd] = field(default_factory=list)
    wait: float | None = None

    def open(self) -> None:
        self.server = UserAgent(
            self.on_call, policy=self.policy, admission=lambda: self.wait, random=seeded(1)
        )
        self.server.attach(self.network.port(SERVER, self.server.receive))
        self.client = UserAgent(name="Caller", random=seeded(2))
        self.client.attach(self.network.port(CLIENT, self.client.receive))

    def on_call(self, call: IncomingCall) -> None:
        self.calls.append(call)
        call.handlers = CallHandlers(on_ended=self.ends.append)
        if self.behave is not None:
            self.behave(call)
        else:
            call.ring()
            answer(call)

    def dial(
        self,
        credentials: Credentials | None = None,
        from_uri: str | None = None,
        display_name: str = "",
    ) -> OutgoingCall:
        return self.client.invite(
            URI,
            make_offer(HERE),
            credentials=credentials,
            from_uri=from_uri,
            display_name=display_name,
        )

    async def connected(self) -> OutgoingCall:
        """A call that is under way on both sides, in a world that this opens."""
        self.open()
        call = self.dial()
        await call.answered()
        await asyncio.sleep(0.1)
        return call


def answer(call: IncomingCall) -> None:
    sdp = make_offer(THERE) if call.offer is None else answer_offer(call.offer, THERE).sdp
    call.answer(sdp)
