"""A telephone of a configured user registers (RFC 3261 10.3) and so shows that it may call."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from tests.telephony.sip.hand_written import message
from tests.telephony.sip.virtual_network import Network, Peer, run_virtual, seeded
from voice.telephony.sip import AccessPolicy, Credentials, PeerTrunk, UserAgent
from voice.telephony.sip.digest import answer_challenge
from voice.telephony.sip.guess_limit import PER_USER
from voice.telephony.sip.registrar import MOST_BINDINGS

US, THEM = ("127.0.0.1", 5060), ("127.0.0.2", 5070)
URI = "sip:127.0.0.1"
ALICE = Credentials("alice", "secret")


class Telephone:
    """Sends REGISTERs to an agent, with the credentials of its last challenge."""

    def __init__(self, *trunks: PeerTrunk) -> None:
        network = Network()
        loop = asyncio.get_running_loop()
        policy = AccessPolicy(
            trunks, {"alice": "secret", "bob": "hidden"}, wall_clock=loop.time, random=seeded(1)
        )
        self.agent = UserAgent(policy=policy, random=seeded(2))
        self.agent.attach(network.port(US, self.agent.receive))
        self.peer = Peer(network, THEM)
        self.cseq = 0

    async def register(
        self,
        contact: str = "<sip:alice@127.0.0.2:5070>",
        *,
        expires: str = "",
        user: str = "alice",
        credentials: Credentials = ALICE,
        call_id: str = "register",
        cseq: int = 0,
    ) -> str:
        """The final response."""
        text = message("REGISTER", uri=URI, sender=f"<sip:{user}@127.0.0.1>;tag=them")
        text = text.replace("To: <sip:bot@127.0.0.1>", f"To: <sip:{user}@127.0.0.1>")
        text = text.replace("Call-ID: one", f"Call-ID: {call_id}")
        text = re.sub(r"Contact: .*\n", f"Contact: {contact}\n" if contact else "", text)
        if expires:
            text = text.replace("Max-Forwards", f"Expires: {expires}\nMax-Forwards")
        challenge = await self._send(text, cseq)
        asked = re.findall(r"WWW-Authenticate: (.*)\r\n", challenge)
        if not asked:
            return challenge
        given = answer_challenge(asked, credentials, "REGISTER", URI, "c")
        return await self._send(text.replace("CSeq:", f"Authorization: {given}\nCSeq:"), cseq)

    async def _send(self, text: str, cseq: int) -> str:
        self.cseq += 1
        text = text.replace("CSeq: 1 ", f"CSeq: {cseq or self.cseq} ")
        self.peer.got.clear()
        self.peer.send(text.replace("z9hG4bK1", f"z9hG4bK{self.cseq}"), US)
        while not self.peer.got:
            await asyncio.sleep(0.01)
        return self.peer.got[-1]


def contacts(response: str) -> list[str]:
    assert response.startswith("SIP/2.0 200 OK"), response
    return re.findall(r"Contact: (.*)\r\n", response)


def with_telephone(scenario: Callable[[Telephone], Awaitable[None]], *trunks: PeerTrunk) -> None:
    async def run() -> None:
        await scenario(Telephone(*trunks))

    run_virtual(run)


def test_a_registration_tells_how_long_it_lasts() -> None:
    async def scenario(telephone: Telephone) -> None:
        assert contacts(await telephone.register(expires="600")) == [
            "<sip:alice@127.0.0.2:5070>;expires=600"
        ]
        # The contact's own time wins, the longest is an hour, and without one it is an hour, too.
        own = "<sip:alice@127.0.0.2:5070>;expires=120"
        assert contacts(await telephone.register(own, expires="600"))[0].endswith("expires=120")
        assert contacts(await telephone.register(expires="90000"))[0].endswith("expires=3600")
        assert contacts(await telephone.register())[0].endswith("expires=3600")
        assert contacts(await telephone.register(expires="soon"))[0].endswith("expires=3600")

    with_telephone(scenario)


def test_a_registration_is_asked_for_renewed_and_runs_out() -> None:
    async def scenario(telephone: Telephone) -> None:
        await telephone.register(expires="100")
        await asyncio.sleep(60)
        assert contacts(await telephone.register("")) == ["<sip:alice@127.0.0.2:5070>;expires=40"]
        await telephone.register(expires="100")
        await asyncio.sleep(60)
        assert contacts(await telephone.register("")) == ["<sip:alice@127.0.0.2:5070>;expires=40"]
        await asyncio.sleep(60)
        assert contacts(await telephone.register("")) == []

    with_telephone(scenario)


def test_a_telephone_takes_itself_out_and_a_star_takes_out_all() -> None:
    async def scenario(telephone: Telephone) -> None:
        await telephone.register("<sip:a@127.0.0.2:5070>, <sip:a@127.0.0.2:5072>")
        left = await telephone.register("<sip:a@127.0.0.2:5070>;expires=0")
        assert contacts(left) == ["<sip:a@127.0.0.2:5072>;expires=3600"]
        assert contacts(await telephone.register("*", expires="0")) == []

    with_telephone(scenario)


@pytest.mark.parametrize(
    ("contact", "expires", "status", "header"),
    [
        ("<sip:a@127.0.0.2>", "59", 423, "Min-Expires: 60"),
        ("<sip:a@127.0.0.2>;expires=1", "", 423, "Min-Expires: 60"),
        ("*", "", 400, ""),
        ("*", "60", 400, ""),
        ("*, <sip:a@127.0.0.2>", "0", 400, ""),
        ("<no uri>", "", 400, ""),
        (", ".join(["<sip:a@127.0.0.2>"] * 65), "", 400, ""),
    ],
)
def test_what_cannot_be_registered_changes_nothing(
    contact: str, expires: str, status: int, header: str
) -> None:
    async def scenario(telephone: Telephone) -> None:
        before = contacts(await telephone.register())
        response = await telephone.register(contact, expires=expires)
        assert response.startswith(f"SIP/2.0 {status} ") and header in response
        assert contacts(await telephone.register("")) == before

    with_telephone(scenario)


def test_a_request_that_was_overtaken_changes_nothing() -> None:
    async def scenario(telephone: Telephone) -> None:
        await telephone.register(cseq=10)
        late = await telephone.register(expires="0", cseq=9)
        assert late.startswith("SIP/2.0 500")
        assert contacts(await telephone.register(expires="0", cseq=1, call_id="restarted")) == []

    with_telephone(scenario)


def test_only_a_user_with_the_right_password_registers_and_only_for_himself() -> None:
    async def scenario(telephone: Telephone) -> None:
        wrong = Credentials("alice", "guess")
        assert (await telephone.register(credentials=wrong)).startswith("SIP/2.0 401")
        assert (await telephone.register(user="bob")).startswith("SIP/2.0 403")
        for _ in range(PER_USER):
            await telephone.register(credentials=wrong)
        assert (await telephone.register()).startswith("SIP/2.0 403"), "guesses are counted"

    with_telephone(scenario)


def test_a_telephone_in_a_trunks_network_registers_with_its_password_as_well() -> None:
    async def scenario(telephone: Telephone) -> None:
        wrong = Credentials("alice", "guess")
        assert (await telephone.register(credentials=wrong)).startswith("SIP/2.0 401")
        assert len(contacts(await telephone.register())) == 1

    with_telephone(scenario, PeerTrunk("pbx", ("127.0.0.0/8",)))


def test_a_user_cannot_fill_the_memory() -> None:
    async def scenario(telephone: Telephone) -> None:
        for port in range(5070, 5070 + 3 * MOST_BINDINGS):
            kept = contacts(await telephone.register(f"<sip:alice@127.0.0.2:{port}>"))
        assert len(kept) == MOST_BINDINGS
        assert kept[-1].startswith(f"<sip:alice@127.0.0.2:{port}>")

    with_telephone(scenario)
