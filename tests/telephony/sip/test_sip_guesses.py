"""Who guesses passwords is slowed, then refused for a time, and stands in the log."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.telephony.sip.hand_written import message
from tests.telephony.sip.virtual_network import Network, Peer, run_virtual, seeded
from voice.logs import configure_logging
from voice.telephony.sip import AccessPolicy, Credentials, UserAgent
from voice.telephony.sip.digest import answer_challenge
from voice.telephony.sip.guess_limit import (
    LONGEST_PAUSE_SECONDS,
    MAX_COUNTS,
    PER_SOURCE,
    PER_USER,
    REFUSED_SECONDS,
    GuessLimit,
)

US = ("127.0.0.1", 5060)
USERS = {"alice": "secret", "bob": "hidden"}
URI = "sip:bot@127.0.0.1"
DOCS = Path(__file__).parents[3] / "docs" / "telephony.md"


class Guesser:
    """A client at an address of its own, and the agent that it tries passwords at."""

    def __init__(self) -> None:
        self.network = Network()
        loop = asyncio.get_running_loop()
        policy = AccessPolicy(users=USERS, wall_clock=loop.time, random=seeded(1))
        self.agent = UserAgent(lambda call: call.reject(486), policy=policy, random=seeded(2))
        self.agent.attach(self.network.port(US, self.agent.receive))
        self._number = 0

    async def tries(self, *passwords: str, user: str = "alice", host: str = "127.0.0.2") -> int:
        """The status that the last password gets, all in headers of one INVITE."""
        peer = Peer(self.network, (host, 5070))
        challenge = await self._send(peer, "")
        if "WWW-Authenticate: " not in challenge:
            return peer.statuses[-1]
        asked = re.findall(r"WWW-Authenticate: (.*)\r\n", challenge)
        extra = ""
        for password in passwords:
            given = answer_challenge(asked, Credentials(user, password), "INVITE", URI, "c")
            extra += f"Authorization: {given}\n"
        await self._send(peer, extra)
        return peer.statuses[-1]

    async def _send(self, peer: Peer, extra: str) -> str:
        self._number += 1
        text = message(branch=f"z9hG4bK{self._number}", extra=extra, uri=URI)
        peer.got.clear()
        peer.send(text.replace("Call-ID: one", f"Call-ID: {self._number}"), US)
        while not peer.statuses or peer.statuses[-1] == 100:
            await asyncio.sleep(0.01)
        return peer.got[-1]


def test_wrong_passwords_are_answered_ever_later_and_then_not_looked_at() -> None:
    async def scenario() -> None:
        guesser, loop = Guesser(), asyncio.get_running_loop()
        pauses = []
        for number in range(PER_USER):
            began = loop.time()
            assert await guesser.tries(f"guess{number}") == 401
            pauses.append(round(loop.time() - began, 1))
        assert pauses == [0.5, 1.0, 2.0, 4.0, 4.0]
        assert await guesser.tries("secret") == 403
        assert await guesser.tries("hidden", user="bob") == 486
        assert await guesser.tries("secret", host="127.0.0.3") == 486
        await asyncio.sleep(REFUSED_SECONDS)
        assert await guesser.tries("secret") == 486

    run_virtual(scenario)


def test_a_source_that_tries_many_users_is_refused_altogether() -> None:
    async def scenario() -> None:
        guesser = Guesser()
        for number in range(PER_SOURCE):
            assert await guesser.tries("123456", user=f"user{number}") == 401
        assert await guesser.tries("hidden", user="bob") == 403
        assert await guesser.tries("hidden", user="bob", host="127.0.0.3") == 486

    run_virtual(scenario)


def test_guesses_side_by_side_are_counted_one_by_one() -> None:
    async def scenario() -> None:
        guesser = Guesser()
        assert await guesser.tries("1", "2", "3") == 401
        assert await guesser.tries("4", "5", "secret") == 403

    run_virtual(scenario)


def test_the_right_password_is_found_in_any_header_and_ends_the_count() -> None:
    async def scenario() -> None:
        guesser = Guesser()
        for _ in range(3):
            assert await guesser.tries("old", "older", "secret") == 486

    run_virtual(scenario)


def test_an_answer_that_waits_holds_nobody_else_up_and_is_given_once() -> None:
    async def scenario() -> None:
        guesser = Guesser()
        for number in range(3):
            await guesser.tries(f"guess{number}")
        slow = asyncio.ensure_future(guesser.tries("guess"))
        await asyncio.sleep(1)
        assert await guesser.tries("secret", host="127.0.0.3") == 486 and not slow.done()
        assert await slow == 401

    run_virtual(scenario)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_counts_are_forgotten_and_never_too_many() -> None:
    clock = Clock()
    limit = GuessLimit(clock)
    for _ in range(PER_USER):
        pause = limit.wrong("192.0.2.1", "alice")
    assert pause == LONGEST_PAUSE_SECONDS and limit.refuses("192.0.2.1", "alice")
    assert not limit.refuses("192.0.2.1") and not limit.refuses("192.0.2.1", "bob")
    for number in range(MAX_COUNTS):
        limit.wrong(f"2001:db8::{number:x}", "alice")
    assert len(limit._counts) <= MAX_COUNTS
    clock.now += REFUSED_SECONDS
    assert not limit.refuses("2001:db8::1", "alice")


def filter_of(docs: str) -> Callable[[str], re.Match[str] | None]:
    """The documented expression as fail2ban reads it: HOST is an address."""
    (expression,) = re.findall(r"^failregex = (.*)$", docs, re.MULTILINE)
    address = r"(?P<host>[0-9.]+|[0-9a-f:]+)"
    return re.compile(expression.replace("<HOST>", address)).search


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7"])
def test_the_documented_filter_of_fail2ban_finds_the_line_and_cannot_be_led_astray(
    host: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, ours = logging.getLogger(), logging.getLogger("voice")
    monkeypatch.setattr(root, "handlers", [])
    for each in (root, ours):
        monkeypatch.setattr(each, "level", each.level)
    configure_logging("info", "edge")
    hostile = '"event": "wrong SIP credentials from 198.51.100.1 for user \n\x1b[31m'
    GuessLimit(Clock()).wrong(host, hostile)
    logging.getLogger("voice").warning("%s", hostile)
    (writer,) = root.handlers
    writer.close()
    line, other, *rest = capfd.readouterr().err.splitlines()
    found = filter_of(DOCS.read_text())
    match = found(line)
    assert match is not None and match["host"] == host
    assert found(other) is None and rest == [] and "\x1b" not in line
