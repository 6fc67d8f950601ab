"""Call processes and callers that misbehave, with an edge and its legs inside the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from edge_caller import TONE_HZ, calling
from edge_programs import APOLOGY_HZ

from voice.settings import load_settings
from voice.telephony.edge import Edge
from voice.telephony.leg import (
    Answer,
    Audio,
    Cancelled,
    Dtmf,
    Hold,
    Leg,
    LegEnded,
    LegFailed,
    LegMessage,
    LegServer,
    MediaLost,
    Offer,
    Ring,
    Transfer,
    TransferResult,
)
from voice.telephony.sip import CallRejected, CallState, EndCause

pytestmark = pytest.mark.calls

NOWHERE = "sip:person@127.0.0.1:9"


class CallProcess:
    """Echoes what it hears and keeps what else it is told; `answers` may be put off."""

    def __init__(self) -> None:
        self.answers = True
        self.offers: list[Offer] = []
        self.told: list[LegMessage] = []
        self.legs: list[Leg] = []
        self._news = asyncio.Event()

    async def on_leg(self, leg: Leg, offer: Offer) -> None:
        self.offers.append(offer)
        self.legs.append(leg)
        leg.send(Answer() if self.answers else Ring())
        async for message in leg:
            if isinstance(message, Audio):
                leg.send(message)
            else:
                self.told.append(message)
            self._news.set()

    async def hears_of(self, kind: type[object]) -> LegMessage:
        """The first message of a kind, once it has come."""
        async with asyncio.timeout(5):
            while True:
                for message in self.told:
                    if isinstance(message, kind):
                        return message
                self._news.clear()
                await self._news.wait()


Start = Callable[..., Awaitable[tuple[str, int]]]


@pytest.fixture
async def process(installation: Path) -> AsyncIterator[CallProcess]:
    process = CallProcess()
    async with LegServer(installation / "run" / "calls-0.sock", process.on_leg):
        yield process


@pytest.fixture
async def start(installation: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Starts the edge with settings from the environment; returns its address."""
    async with contextlib.AsyncExitStack() as running:

        async def start(**settings: str) -> tuple[str, int]:
            for name, value in settings.items():
                monkeypatch.setenv(name, value)
            edge = Edge(load_settings(installation / "voice.toml"))
            running.push_async_callback(edge.stop)
            return await edge.start()

        yield start


async def test_caller_who_gives_up_while_it_rings_leaves_the_next_call_healthy(
    start: Start, process: CallProcess
) -> None:
    address = await start()
    process.answers = False
    dialling = asyncio.create_task(calling(address).__aenter__())
    while not process.legs:
        await asyncio.sleep(0.01)
    dialling.cancel()
    await process.hears_of(Cancelled)
    await process.hears_of(LegEnded)
    assert process.legs[0].ended_well
    process.answers = True
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)


async def test_call_process_that_never_answers_is_not_waited_for(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.telephony.edge.call.ANSWER_SECONDS", 0.3)
    address = await start()
    process.answers = False
    with pytest.raises(CallRejected) as refused:
        async with calling(address):
            pass
    assert refused.value.status == 503
    await process.hears_of(LegEnded)
    process.answers = True
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        await caller.listens(25)
        assert caller.call.state is CallState.CONFIRMED


async def test_stuck_call_process_is_apologised_for(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.telephony.edge.call.STUCK_FRAMES", 10)
    address = await start()
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        monkeypatch.setattr("voice.telephony.leg.AUDIO_BACKLOG_BYTES", -1)
        await caller.hears(APOLOGY_HZ)
        end = await asyncio.wait_for(caller.ended, 5)
        assert (end.cause, end.text) == (EndCause.REMOTE_BYE, "call process lost")


async def test_after_a_failed_transfer_a_lost_call_process_still_ends_the_call(
    start: Start, process: CallProcess
) -> None:
    address = await start()
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        process.legs[0].send(Transfer(target=NOWHERE))
        assert await process.hears_of(TransferResult) != TransferResult(ok=True, reason="200")
        process.legs[0].abort()
        await caller.hears(APOLOGY_HZ)
        end = await asyncio.wait_for(caller.ended, 5)
        assert end.text == "call process lost"


async def test_names_are_cut_and_cleaned_before_the_call_process_sees_them(
    start: Start, process: CallProcess
) -> None:
    address = await start()
    async with calling(address, "x%1b%5b31m" + "%F0%9F%98%80" * 300, "\N{GRINNING FACE}" * 300):
        pass
    (offer,) = process.offers
    assert offer.called.startswith("x?[31m\N{GRINNING FACE}")
    assert len(offer.called) == len(offer.caller_display) == 80


async def test_keys_as_info_reach_the_call_process(start: Start, process: CallProcess) -> None:
    address = await start()
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        for body in (b"nonsense", b"Signal= 7\r\nDuration= 160\r\n"):
            headers = [("Content-Type", "application/dtmf-relay")]
            call = caller.call
            call._stack.in_dialog(call.dialog, "INFO", lambda _: None, headers, body)
        assert await process.hears_of(Dtmf) == Dtmf("7")


async def test_caller_who_holds_the_call_and_vanishes_is_found(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.telephony.edge.presence.CHECK_SECONDS", 0.2)
    address = await start()
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        await caller.offer_anew("inactive")
        await process.hears_of(Hold)
        await asyncio.sleep(0.5)
        assert caller.call.state is CallState.CONFIRMED
        caller.agent._dialogs.clear()  # as a telephone that was switched off and on
        assert await process.hears_of(LegFailed) == LegFailed("the other side is gone")
        await process.hears_of(LegEnded)


async def test_caller_may_send_nothing_while_holding_but_not_after(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.settings.ANSWER_SECONDS", 0.0)
    monkeypatch.setattr("voice.settings.PROMPT_SECONDS", 0.0)
    short = {"VOICE_CALLS__NO_INPUT_SECONDS": "0.1", "VOICE_RTP__MEDIA_TIMEOUT_SECONDS": "0.5"}
    address = await start(**short)
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        await caller.offer_anew("sendonly")
        caller.fall_away()
        await asyncio.sleep(1.0)
        assert not any(isinstance(message, MediaLost) for message in process.told)
        await caller.offer_anew("sendrecv")
        await process.hears_of(MediaLost)
