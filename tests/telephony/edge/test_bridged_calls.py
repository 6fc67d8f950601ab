"""A person is called for the caller and both are joined: our own agent refuses every REFER."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import TONE_HZ, Caller, calling, strength
from tests.telephony.edge.edge_programs import APOLOGY_HZ
from tests.telephony.edge.inner_call_process import CallProcess, Start, hand_over
from tests.telephony.edge.person import PERSON_HZ, Person, a_person, plays_early, refuses, rings
from voice.audio import Pcm, read_stereo_flac
from voice.telephony.leg import (
    CancelTransfer,
    HangUp,
    LegEnded,
    Record,
    TransferProgress,
    TransferResult,
)
from voice.telephony.sip import AccessPolicy, EndCause

pytestmark = pytest.mark.calls

RINGING_HZ = 425.0
NOBODY = "sip:agents@127.0.0.1:9"


Bridged = tuple[Caller, Person]
Connect = Callable[..., AbstractAsyncContextManager[Bridged]]


@contextlib.asynccontextmanager
async def while_it_rings(start: Start, process: CallProcess) -> AsyncIterator[Bridged]:
    """A caller who hears that the person's telephone rings, and that person."""
    async with a_person(rings) as person, calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        await caller.hears(RINGING_HZ)
        yield caller, person


@pytest.fixture
def connect(start: Start, process: CallProcess) -> Connect:
    @contextlib.asynccontextmanager
    async def connect(codecs: Sequence[str] = ("PCMU", "PCMA")) -> AsyncIterator[Bridged]:
        """A caller and a person who are through to each other."""
        async with a_person(codecs=codecs) as someone, calling(await start()) as caller:
            await caller.hears(TONE_HZ)
            hand_over(process, someone.uri)
            assert (await process.hears_of(TransferResult)).bridged
            yield caller, someone

    return connect


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
async def test_both_hear_each_other_whatever_their_codecs(connect: Connect, codec: str) -> None:
    async with connect(codecs=[codec]) as (caller, person):
        await caller.hears(PERSON_HZ)
        await person.hears(TONE_HZ)
        # One packet that a busy machine brings too late costs the tone a tenth of its purity.
        assert strength(await caller.listens(50), PERSON_HZ) > 0.7


async def test_keys_go_both_ways(connect: Connect, process: CallProcess) -> None:
    async with connect() as (caller, person):
        await caller.hears(PERSON_HZ)
        await person.hears(TONE_HZ)
        caller.rtp.send_key("4")
        person.rtp.send_key("7")
        await person.until(lambda: person.keys == ["4"])
        await person.until(lambda: caller.keys == ["7"])
    assert not any(type(message).__name__ == "Dtmf" for message in process.told)


async def test_the_person_sees_who_calls(connect: Connect) -> None:
    async with connect() as (_caller, person):
        assert person.calls[0].caller.number == "+35312345"
        assert person.calls[0].display_name == "+35312345"


async def test_the_caller_hangs_up_and_the_person_is_released(
    connect: Connect, process: CallProcess
) -> None:
    async with connect() as (caller, person):
        caller.call.bye()
        await person.until(lambda: person.ends)
        assert person.ends[0].cause is EndCause.REMOTE_BYE
        await process.hears_of(LegEnded)


async def test_the_person_hangs_up_and_the_caller_is_released(
    connect: Connect, process: CallProcess
) -> None:
    async with connect() as (caller, person):
        person.calls[0].bye()
        assert (await asyncio.wait_for(caller.ended, 5)).cause is EndCause.REMOTE_BYE
        await process.hears_of(LegEnded)


@pytest.mark.parametrize("who", ["caller", "person"])
async def test_either_may_hold_and_resume(connect: Connect, who: str) -> None:
    async with connect() as (caller, person):
        await caller.hears(PERSON_HZ)
        await person.hears(TONE_HZ)
        holder: Caller | Person = caller if who == "caller" else person
        await holder.offer_anew("sendonly")
        heard, held = (caller.heard, person) if who == "caller" else (person.heard, caller)
        # Who is held hears what the other plays meanwhile; nothing comes back.
        count = len(heard)
        await held.hears(TONE_HZ if who == "caller" else PERSON_HZ)
        await asyncio.wait_for(_frames(heard, count + 25), 5)
        assert all(not frame.any() for frame in heard[count + 15 : count + 25])
        await holder.offer_anew("sendrecv")
        await caller.hears(PERSON_HZ)
        await person.hears(TONE_HZ)


@pytest.mark.parametrize("who", ["caller", "person"])
async def test_who_is_held_in_silence_hears_silence_and_is_not_cut_off(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """Far beyond the time after which a side that sends nothing counts as gone."""
    address = await start(**without_long_silences(monkeypatch))
    async with a_person() as person, calling(address) as caller:
        hand_over(process, person.uri)
        await caller.hears(PERSON_HZ)
        await person.hears(TONE_HZ)
        holder, held = (caller, person) if who == "caller" else (person, caller)
        clock = caller.clock if who == "caller" else person.clock
        await holder.offer_anew("inactive")
        clock.discard(holder.rtp)
        count, packets = len(held.heard), held.rtp.statistics.received
        await asyncio.wait_for(_frames(held.heard, count + 90), 10)
        assert held.rtp.statistics.received > packets + 60
        assert all(not frame.any() for frame in held.heard[count + 15 : count + 90])
        assert not caller.ended.done() and not person.ends
        clock.add(holder.rtp)
        await holder.offer_anew("sendrecv")
        await caller.hears(PERSON_HZ)
        await person.hears(TONE_HZ)


def without_long_silences(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings under which a side that sends nothing is asked after half a second."""
    monkeypatch.setattr("voice.telephony.edge.presence.CHECK_SECONDS", 0.2)
    monkeypatch.setattr("voice.settings.tree.ANSWER_SECONDS", 0.0)
    monkeypatch.setattr("voice.settings.tree.PROMPT_SECONDS", 0.0)
    return {"VOICE_CALLS__NO_INPUT_SECONDS": "0.1", "VOICE_RTP__MEDIA_TIMEOUT_SECONDS": "0.5"}


async def _frames(heard: list[Pcm], count: int) -> None:
    while len(heard) < count:
        await asyncio.sleep(0.01)


async def test_who_only_listens_is_not_cut_off(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A muted telephone may send nothing: its side is asked whether it is still there."""
    address = await start(**without_long_silences(monkeypatch))
    async with a_person() as person, calling(address) as caller:
        hand_over(process, person.uri)
        await caller.hears(PERSON_HZ)
        person.clock.discard(person.rtp)
        heard = await caller.listens(60)
        assert not heard[-1600:].any()
        assert not caller.ended.done() and not person.ends


async def test_what_the_two_say_is_recorded(
    start: Start, process: CallProcess, installation: Path
) -> None:
    async with a_person() as person:
        async with calling(await start()) as caller:
            process.legs[0].send(Record(path="joined/call.flac"))
            await caller.hears(TONE_HZ)
            hand_over(process, person.uri)
            await caller.hears(PERSON_HZ)
            await caller.listens(100)
            await person.hears(TONE_HZ)
        await process.hears_of(LegEnded)
        file = installation / "records" / "joined" / "call.flac"
        await person.until(lambda: file.exists() and len(read_stereo_flac(file)[0]) > 16000)
        heard, said, _ = read_stereo_flac(file)
        assert strength(heard[-8000:-2000], TONE_HZ) > 0.9
        assert strength(said[-8000:-2000], PERSON_HZ) > 0.9


async def test_the_caller_hears_it_ring_and_then_the_assistant_when_the_person_is_busy(
    start: Start, process: CallProcess
) -> None:
    async with while_it_rings(start, process) as (caller, person):
        progress = await process.hears_of(TransferProgress)
        assert progress == TransferProgress(status=180, bridged=True)
        person.calls[0].reject(486)
        result = await process.hears_of(TransferResult)
        assert not result.ok and result.reason.startswith("486")
        await caller.hears(TONE_HZ)


@pytest.mark.parametrize("status", [404, 480, 503, 603])
async def test_a_person_who_cannot_be_had_brings_the_assistant_back(
    start: Start, process: CallProcess, status: int
) -> None:
    async with a_person(refuses(status)) as person, calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        result = await process.hears_of(TransferResult)
        assert not result.ok and result.reason.startswith(str(status))
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        await person.until(lambda: len(person.calls) == 2)


async def test_early_media_of_the_persons_side_is_heard(start: Start, process: CallProcess) -> None:
    async with a_person(plays_early) as person, calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        await caller.hears(PERSON_HZ)
        assert TransferProgress(status=183, bridged=True) in process.told
        # Nobody has answered: the caller is not heard there.
        assert not any(frame.any() for frame in person.heard)
        person.answer(person.calls[0])
        await person.hears(TONE_HZ)


async def test_nobody_answers_in_time_and_the_ringing_is_cancelled(
    start: Start, process: CallProcess
) -> None:
    address = await start(VOICE_SIP__TRANSFER_SECONDS="5")
    async with a_person(rings) as person, calling(address) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        result = await process.hears_of(TransferResult)
        assert result == TransferResult(ok=False, reason="no answer")
        await person.until(lambda: person.ends)
        assert person.ends[0].cause is EndCause.CANCELLED
        await caller.hears(TONE_HZ)


async def test_a_person_who_answers_into_the_cancellation_is_released(
    start: Start, process: CallProcess
) -> None:
    async with a_person(rings) as person, calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        await process.hears_of(TransferProgress)
        process.legs[0].send(CancelTransfer())
        person.answer(person.calls[0])
        assert await process.hears_of(TransferResult) in (
            TransferResult(ok=False, reason="cancelled"),
            TransferResult(ok=True, reason="200", bridged=True),
        )
        if not (await process.hears_of(TransferResult)).ok:
            await person.until(lambda: person.ends)


async def test_the_call_process_cancels(start: Start, process: CallProcess) -> None:
    async with while_it_rings(start, process) as (caller, person):
        process.legs[0].send(CancelTransfer())
        result = await process.hears_of(TransferResult)
        assert result == TransferResult(ok=False, reason="cancelled")
        await person.until(lambda: person.ends)
        assert person.ends[0].cause is EndCause.CANCELLED
        await caller.hears(TONE_HZ)


async def test_a_caller_who_hangs_up_while_it_rings_lets_no_telephone_ring_on(
    start: Start, process: CallProcess
) -> None:
    async with while_it_rings(start, process) as (caller, person):
        caller.call.bye()
        await person.until(lambda: person.ends)
        assert person.ends[0].cause is EndCause.CANCELLED
        await process.hears_of(LegEnded)


async def test_a_call_process_that_hangs_up_while_it_rings_ends_both(
    start: Start, process: CallProcess
) -> None:
    async with while_it_rings(start, process) as (caller, person):
        process.legs[0].send(HangUp(reason="time is up"))
        assert (await asyncio.wait_for(caller.ended, 5)).text == "time is up"
        await person.until(lambda: person.ends)
        assert person.ends[0].cause is EndCause.CANCELLED


async def test_a_person_out_of_reach_is_given_up_soon(start: Start, process: CallProcess) -> None:
    async with calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, NOBODY)
        result = await process.hears_of(TransferResult)
        assert not result.ok and "nothing comes back" in result.reason
        await caller.hears(TONE_HZ)


async def test_a_host_that_is_a_name_needs_the_outgoing_trunk(
    start: Start, process: CallProcess
) -> None:
    async with calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, "sip:agents@pbx.example")
        assert "sip.outgoing.address" in (await process.hears_of(TransferResult)).reason


async def test_the_outgoing_trunk_is_called_with_its_credentials(
    start: Start, process: CallProcess
) -> None:
    policy = AccessPolicy(users={"assistant": "secret"})
    async with a_person(policy=policy) as person:
        address = await start(
            VOICE_SIP__OUTGOING__ADDRESS=f"127.0.0.1:{person.agent.address[1]}",
            VOICE_SIP__OUTGOING__USERNAME="assistant",
            VOICE_SIP__OUTGOING__PASSWORD="secret",
        )
        async with calling(address) as caller:
            await caller.hears(TONE_HZ)
            hand_over(process, "sip:agents@pbx.example")
            await caller.hears(PERSON_HZ)
            assert person.calls[0].account == "assistant"
            assert person.calls[0].called == "agents"


async def test_a_bridged_call_outlives_its_call_process(
    connect: Connect, process: CallProcess
) -> None:
    async with connect() as (caller, person):
        await caller.hears(PERSON_HZ)
        process.legs[0].abort()
        assert strength(await caller.listens(50), PERSON_HZ) > 0.9
        await person.hears(TONE_HZ)
        caller.call.bye()
        await person.until(lambda: person.ends)


async def test_after_the_apology_a_person_is_called(start: Start, process: CallProcess) -> None:
    async with a_person() as person:
        address = await start(VOICE_SIP__PERSON=person.uri)
        async with calling(address) as caller:
            await caller.hears(TONE_HZ)
            process.legs[0].abort()
            await caller.hears(APOLOGY_HZ)
            await caller.hears(PERSON_HZ)
            await person.hears(TONE_HZ)


async def test_after_the_apology_nobody_is_there(start: Start, process: CallProcess) -> None:
    async with a_person(refuses(486)) as person:
        address = await start(VOICE_SIP__PERSON=person.uri)
        async with calling(address) as caller:
            await caller.hears(TONE_HZ)
            process.legs[0].abort()
            await caller.hears(APOLOGY_HZ)
            assert (await asyncio.wait_for(caller.ended, 5)).text == "transfer failed"


async def test_a_call_process_that_dies_while_it_rings_is_apologised_for_only_then(
    start: Start, process: CallProcess
) -> None:
    async with a_person(rings) as person:
        address = await start(VOICE_SIP__PERSON=person.uri)
        async with calling(address) as caller:
            await caller.hears(TONE_HZ)
            hand_over(process, person.uri)
            await caller.hears(RINGING_HZ)
            process.legs[0].abort()
            person.calls[0].reject(486)
            await caller.hears(APOLOGY_HZ)
            assert (await asyncio.wait_for(caller.ended, 5)).text == "call process lost"
            assert len(person.calls) == 1
