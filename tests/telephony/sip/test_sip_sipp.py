"""sipp calls us over real UDP: the other implementation that must understand what we send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from voice.telephony.sip import (
    AccessPolicy,
    CallEnd,
    CallHandlers,
    EndCause,
    IncomingCall,
    LocalMedia,
    UserAgent,
    answer_offer,
)

SCENARIOS = Path(__file__).parent / "scenarios"
Behave = Callable[[IncomingCall], None]


@pytest.fixture(autouse=True)
def _sipp_is_there(require_peer: Callable[[str], str]) -> None:
    require_peer("sipp")


def answer(call: IncomingCall) -> None:
    assert call.offer is not None
    call.ring()
    call.answer(answer_offer(call.offer, LocalMedia("127.0.0.1", 9000)).sdp)


def answer_and_hang_up(call: IncomingCall) -> None:
    call.handlers.on_confirmed = call.bye
    answer(call)


async def sipp(port: int, scenario: str, folder: Path, *options: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        "sipp", f"127.0.0.1:{port}", "-sf", str(SCENARIOS / f"{scenario}.xml"),
        "-i", "127.0.0.1", "-nostdin", "-timeout", "40", "-timeout_error", "-d", "100",
        # By itself it signs a URI without the user that it calls.
        "-auth_uri", f"bot@127.0.0.1:{port}", *options,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode(errors="replace")[-3000:]


async def served(
    behave: Behave,
    scenario: str,
    folder: Path,
    *options: str,
    policy: AccessPolicy | None = None,
) -> list[CallEnd]:
    """How the calls of one sipp run ended; the run itself must have been a success."""
    ends: list[CallEnd] = []

    def on_call(call: IncomingCall) -> None:
        call.handlers = CallHandlers(on_ended=ends.append)
        behave(call)

    agent = UserAgent(on_call, policy=policy)
    await agent.listen("127.0.0.1", 0)
    try:
        status, output = await sipp(agent.address[1], scenario, folder, *options)
        assert status == 0, output
    finally:
        await agent.close()
    assert not agent.calls
    return ends


async def test_the_caller_hangs_up(tmp_path: Path) -> None:
    ends = await served(answer, "caller_hangs_up", tmp_path, "-m", "20", "-r", "50")
    assert [end.cause for end in ends] == [EndCause.REMOTE_BYE] * 20


async def test_we_hang_up(tmp_path: Path) -> None:
    ends = await served(answer_and_hang_up, "bot_hangs_up", tmp_path, "-m", "20", "-r", "50")
    assert [end.cause for end in ends] == [EndCause.LOCAL_BYE] * 20


async def test_the_caller_cancels(tmp_path: Path) -> None:
    ends = await served(IncomingCall.ring, "caller_cancels", tmp_path, "-m", "20", "-r", "50")
    assert [end.cause for end in ends] == [EndCause.CANCELLED] * 20


async def test_calls_come_through_when_every_seventh_message_is_lost(tmp_path: Path) -> None:
    options = ("-m", "20", "-r", "40", "-lost", "15")
    ends = await served(answer, "caller_hangs_up", tmp_path, *options)
    assert [end.cause for end in ends] == [EndCause.REMOTE_BYE] * 20


async def test_the_caller_gives_its_credentials(tmp_path: Path) -> None:
    policy = AccessPolicy(users={"alice": "secret"})
    ends = await served(answer, "caller_authenticates", tmp_path, "-m", "5", policy=policy)
    assert [end.cause for end in ends] == [EndCause.REMOTE_BYE] * 5
