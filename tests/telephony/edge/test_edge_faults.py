"""Call processes and callers that misbehave, with an edge and its legs inside the test."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import TONE_HZ, calling
from tests.telephony.edge.edge_programs import APOLOGY_HZ
from tests.telephony.edge.inner_call_process import CallProcess, Start
from voice.telephony.leg import (
    Cancelled,
    Dtmf,
    Hold,
    LegEnded,
    LegFailed,
    MediaLost,
    Record,
    Recording,
    StopRecording,
    Transfer,
    TransferResult,
)
from voice.telephony.sip import CallRejected, EndCause, SipCallState

pytestmark = pytest.mark.calls

NOWHERE = "sip:person@127.0.0.1:9"


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
        assert caller.call.state is SipCallState.CONFIRMED


async def test_the_only_call_process_is_waited_for(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.telephony.edge.call_processes.SILENT_SECONDS", 0.2)
    process.hesitates_seconds = 0.5
    async with calling(await start()) as caller:
        await caller.hears(TONE_HZ)


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
            assert call.dialog is not None
            call._stack.in_dialog(call.dialog, "INFO", lambda _: None, headers, body)
        assert await process.hears_of(Dtmf) == Dtmf("7")


@pytest.mark.parametrize("transferred", [False, True], ids=["", "after a failed transfer"])
async def test_caller_who_holds_the_call_and_vanishes_is_found(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch, transferred: bool
) -> None:
    monkeypatch.setattr("voice.telephony.edge.presence.CHECK_SECONDS", 0.2)
    address = await start()
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        if transferred:
            process.legs[0].send(Transfer(target=NOWHERE))
            assert not (await process.hears_of(TransferResult)).ok
        await caller.offer_anew("inactive")
        await process.hears_of(Hold)
        await asyncio.sleep(0.5)
        assert caller.call.state is SipCallState.CONFIRMED
        caller.agent._dialogs.clear()  # as a telephone that was switched off and on
        assert await process.hears_of(LegFailed) == LegFailed("the other side is gone")
        await process.hears_of(LegEnded)


async def test_caller_may_send_nothing_while_holding_but_not_after(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.settings.tree.ANSWER_SECONDS", 0.0)
    monkeypatch.setattr("voice.settings.tree.PROMPT_SECONDS", 0.0)
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


async def test_a_recording_is_announced_once_there_is_a_file(
    start: Start, process: CallProcess, installation: Path
) -> None:
    async with calling(await start()):
        process.legs[0].send(Record(path="first/call.flac"))
        assert await process.hears_of(Recording) == Recording(on=True)
        assert (installation / "records" / "first" / "call.flac").exists()


async def test_a_recording_that_cannot_be_made_is_not_announced(
    start: Start, process: CallProcess, installation: Path
) -> None:
    address = await start()
    (installation / "records").rmdir()
    (installation / "records").touch()
    async with calling(address):
        process.legs[0].send(Record(path="first/call.flac"))
        assert await process.hears_of(Recording) == Recording(on=False)


async def test_a_recording_that_is_not_wanted_leaves_no_file(
    start: Start, process: CallProcess, installation: Path
) -> None:
    async with calling(await start()) as caller:
        process.legs[0].send(Record(path="first/call.flac"))
        await process.hears_of(Recording)
        process.legs[0].send(StopRecording())
        await caller.listens(10)
    await process.hears_of(LegEnded)
    file = installation / "records" / "first" / "call.flac"
    async with asyncio.timeout(5):
        while file.exists():
            await asyncio.sleep(0.01)
