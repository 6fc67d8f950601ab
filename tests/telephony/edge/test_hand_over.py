"""A caller is handed to a person: by REFER, or by a second call where that is refused."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import TONE_HZ, Caller, calling, strength
from tests.telephony.edge.edge_programs import APOLOGY_HZ
from tests.telephony.edge.inner_call_process import CallProcess, Start
from tests.telephony.edge.person import PERSON_HZ, Person, a_person, plays_early, refuses, rings
from tests.telephony.edge.referring_caller import ReferringCaller, referring_caller
from voice.audio import Pcm, read_stereo_flac
from voice.telephony.leg import (
    CancelTransfer,
    HangUp,
    LegEnded,
    Offer,
    Record,
    Transfer,
    TransferProgress,
    TransferResult,
)
from voice.telephony.sip import AccessPolicy, CallState, EndCause

pytestmark = pytest.mark.calls

RINGING_HZ = 425.0
NOBODY = "sip:agents@127.0.0.1:9"


def hand_over(process: CallProcess, target: str) -> None:
    process.legs[0].send(Transfer(target=target))


# By REFER


async def test_an_accepted_refer_that_succeeds_hands_the_caller_over(
    start: Start, process: CallProcess
) -> None:
    async with referring_caller(await start()) as caller:
        hand_over(process, NOBODY)
        refer = await caller.receives("REFER")
        assert f"Refer-To: <{NOBODY}>" in refer
        caller.notify("SIP/2.0 180 Ringing\r\n")
        progress = await process.hears_of(TransferProgress)
        assert progress == TransferProgress(status=180, bridged=False)
        caller.notify("SIP/2.0 200 OK\r\n", "terminated;reason=noresource")
        assert await process.hears_of(TransferResult) == TransferResult(ok=True, reason="200")
        assert 'text="transferred"' in await caller.receives("BYE")


async def test_a_person_whom_the_callers_side_does_not_reach_brings_the_assistant_back(
    start: Start, process: CallProcess
) -> None:
    async with a_person() as person, referring_caller(await start()) as caller:
        hand_over(process, person.uri)
        await caller.receives("REFER")
        caller.notify("SIP/2.0 486 Busy Here\r\n", "terminated")
        assert await process.hears_of(TransferResult) == TransferResult(ok=False, reason="486")
        assert not person.calls and not process.legs[0].closed


@pytest.mark.parametrize("notified", [True, False])
async def test_an_accepted_refer_is_never_called_a_failure_when_its_outcome_is_late(
    start: Start, process: CallProcess, notified: bool
) -> None:
    """It may ring, and succeed, for as long as the caller's side likes."""
    address = await start(VOICE_SIP__TRANSFER_SECONDS="5")
    async with referring_caller(address) as caller:
        hand_over(process, NOBODY)
        await caller.receives("REFER")
        if notified:
            caller.notify("SIP/2.0 180 Ringing\r\n")
        result = await process.hears_of(TransferResult)
        assert result.ok and "accepted" in result.reason
        await caller.receives("BYE")


@pytest.mark.parametrize(
    ("headers", "state"), [(("Refer-Sub: false",), None), ((), "terminated;reason=giveup")]
)
async def test_a_side_that_will_report_nothing_is_not_waited_for(
    start: Start, process: CallProcess, headers: tuple[str, ...], state: str | None
) -> None:
    async with referring_caller(await start()) as caller:
        caller.refer_headers = headers
        hand_over(process, NOBODY)
        await caller.receives("REFER")
        if state is not None:
            caller.notify("SIP/2.0 100 Trying\r\n", state)
        assert (await process.hears_of(TransferResult)).ok
        await caller.receives("BYE")


async def test_a_side_that_hangs_up_after_accepting_has_taken_the_call_over(
    start: Start, process: CallProcess
) -> None:
    async with referring_caller(await start()) as caller:
        hand_over(process, NOBODY)
        await caller.receives("REFER")
        caller.notify("SIP/2.0 100 Trying\r\n")
        await process.hears_of(TransferProgress)
        caller.hang_up()
        await process.hears_of(LegEnded)
        assert TransferResult(ok=True, reason="202") in process.told


async def test_what_is_still_said_of_an_earlier_refer_does_not_count_for_the_next(
    start: Start, process: CallProcess
) -> None:
    async with referring_caller(await start()) as caller:
        hand_over(process, NOBODY)
        first = cseq_of(await caller.receives("REFER"))
        caller.notify("SIP/2.0 486 Busy Here\r\n")
        assert await process.hears_of(TransferResult) == TransferResult(ok=False, reason="486")
        hand_over(process, NOBODY)
        second = cseq_of(await caller.receives("REFER", count=2))
        caller.notify("SIP/2.0 486 Busy Here\r\n", "terminated", f"refer;id={first}")
        caller.notify("SIP/2.0 200 OK\r\n", "terminated", f"refer ; id={second}")
        await process.hears_of(LegEnded)
        assert process.told.count(TransferResult(ok=False, reason="486")) == 1
        assert TransferResult(ok=True, reason="200") in process.told


def cseq_of(request: str) -> str:
    found = re.search(r"^CSeq: ([0-9]+)", request, re.MULTILINE)
    assert found
    return found[1]


# A refused REFER


@pytest.mark.parametrize("status", [403, 405, 407, 501, 603])
async def test_a_refused_refer_is_bridged(start: Start, process: CallProcess, status: int) -> None:
    async with a_person() as person, referring_caller(await start()) as caller:
        caller.refer_status = status
        hand_over(process, person.uri)
        result = await process.hears_of(TransferResult)
        assert result == TransferResult(ok=True, reason="200", bridged=True)
        assert TransferProgress(status=180, bridged=True) in process.told
        assert not any(text.startswith("BYE") for text in caller.got)


async def test_a_refer_that_nobody_answers_is_bridged(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.telephony.edge.hand_over.REFER_SECONDS", 0.5)
    async with a_person() as person, referring_caller(await start()) as caller:
        caller.refer_status = None
        hand_over(process, person.uri)
        assert (await process.hears_of(TransferResult)).bridged


CHALLENGE = 'Proxy-Authenticate: Digest realm="pbx", nonce="abc", algorithm=MD5, qop="auth"'


async def test_a_challenged_refer_is_repeated_with_the_credentials_of_the_trunk(
    start: Start, process: CallProcess
) -> None:
    address = await start(
        VOICE_SIP__OUTGOING__ADDRESS="127.0.0.1:9",
        VOICE_SIP__OUTGOING__USERNAME="assistant",
        VOICE_SIP__OUTGOING__PASSWORD="secret",
    )
    async with referring_caller(address) as caller:
        caller.refer_status, caller.refer_headers = 407, (CHALLENGE,)
        hand_over(process, NOBODY)
        await caller.receives("REFER")
        caller.refer_status = 202
        again = await caller.receives("REFER", count=2)
        assert 'Proxy-Authorization: Digest username="assistant"' in again
        assert "secret" not in again
        caller.notify("SIP/2.0 200 OK\r\n", "terminated")
        assert (await process.hears_of(TransferResult)).ok


async def test_only_the_trunks_own_side_is_shown_its_credentials(
    start: Start, process: CallProcess
) -> None:
    address = await start(
        VOICE_SIP__OUTGOING__ADDRESS="127.0.0.2:9",
        VOICE_SIP__OUTGOING__USERNAME="assistant",
        VOICE_SIP__OUTGOING__PASSWORD="secret",
    )
    async with referring_caller(address) as caller:
        caller.refer_status, caller.refer_headers = 407, (CHALLENGE,)
        hand_over(process, NOBODY)
        assert not (await process.hears_of(TransferResult)).ok
        assert not any("Authorization" in text for text in caller.got)


# The second call; our own user agent, as a caller, answers REFER with 405


Bridged = tuple[Caller, Person]


@pytest.fixture
async def connect(
    start: Start, process: CallProcess
) -> AsyncIterator[Callable[..., AbstractAsyncContextManager[Bridged]]]:
    @contextlib.asynccontextmanager
    async def connect(codecs: Sequence[str] = ("PCMU", "PCMA")) -> AsyncIterator[Bridged]:
        """A caller and a person who are through to each other."""
        async with a_person(codecs=codecs) as someone, calling(await start()) as caller:
            await caller.hears(TONE_HZ)
            hand_over(process, someone.uri)
            assert (await process.hears_of(TransferResult)).bridged
            yield caller, someone

    yield connect


Connect = Callable[..., AbstractAsyncContextManager[Bridged]]


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
async def test_both_hear_each_other_whatever_their_codecs(connect: Connect, codec: str) -> None:
    async with connect(codecs=[codec]) as (caller, person):
        await caller.hears(PERSON_HZ)
        await person.hears(TONE_HZ)
        assert strength(await caller.listens(50), PERSON_HZ) > 0.9


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


async def _frames(heard: list[Pcm], count: int) -> None:
    while len(heard) < count:
        await asyncio.sleep(0.01)


async def test_who_only_listens_is_not_cut_off(
    start: Start, process: CallProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A muted telephone may send nothing: its side is asked whether it is still there."""
    monkeypatch.setattr("voice.telephony.edge.presence.CHECK_SECONDS", 0.2)
    monkeypatch.setattr("voice.settings.ANSWER_SECONDS", 0.0)
    monkeypatch.setattr("voice.settings.PROMPT_SECONDS", 0.0)
    short = {"VOICE_CALLS__NO_INPUT_SECONDS": "0.1", "VOICE_RTP__MEDIA_TIMEOUT_SECONDS": "0.5"}
    address = await start(**short)
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
    async with a_person(rings) as person, calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        await caller.hears(RINGING_HZ)
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
    async with a_person(rings) as person, calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        await caller.hears(RINGING_HZ)
        process.legs[0].send(CancelTransfer())
        result = await process.hears_of(TransferResult)
        assert result == TransferResult(ok=False, reason="cancelled")
        await person.until(lambda: person.ends)
        assert person.ends[0].cause is EndCause.CANCELLED
        await caller.hears(TONE_HZ)


async def test_a_caller_who_hangs_up_while_it_rings_lets_no_telephone_ring_on(
    start: Start, process: CallProcess
) -> None:
    async with a_person(rings) as person, calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        await caller.hears(RINGING_HZ)
        caller.call.bye()
        await person.until(lambda: person.ends)
        assert person.ends[0].cause is EndCause.CANCELLED
        await process.hears_of(LegEnded)


@pytest.mark.parametrize("refused", ["before", "after"])
async def test_a_caller_who_hangs_up_as_the_refer_is_refused_has_no_telephone_ring(
    start: Start, process: CallProcess, refused: str
) -> None:
    address = await start()
    async with a_person(rings) as person, referring_caller(address) as caller:
        caller.refer_status = None
        hand_over(process, person.uri)
        refer = await caller.receives("REFER")
        if refused == "before":
            caller.reply(refer, 405)
        caller.hang_up()
        if refused == "after":
            caller.reply(refer, 405)
        await process.hears_of(LegEnded)
        if person.calls:
            await person.until(lambda: person.ends)
        async with referring_caller(address) as another:
            another.refer_status = 405
            process.legs[1].send(Transfer(target=person.uri))
            await process.hears_of(TransferProgress)
            assert [call.state for call in person.calls[:-1]] in ([], [CallState.ENDED])


async def test_a_call_process_that_hangs_up_while_it_rings_ends_both(
    start: Start, process: CallProcess
) -> None:
    async with a_person(rings) as person, calling(await start()) as caller:
        await caller.hears(TONE_HZ)
        hand_over(process, person.uri)
        await caller.hears(RINGING_HZ)
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


# What the call process knows of a call


async def test_the_offer_says_where_the_call_came_from(start: Start, process: CallProcess) -> None:
    async with referring_caller(await start()) as caller:
        offer: Offer = process.offers[0]
        assert offer.sip_call_id == f"call-of-{caller.port}"
        assert offer.source == f"127.0.0.1:{caller.port}"
        assert offer.trunk is None
        assert re.fullmatch("[0-9a-f]{16}", offer.call_id)


async def test_the_offer_names_the_trunk(
    start: Start, process: CallProcess, installation: Path
) -> None:
    file = installation / "voice.toml"
    trunk = '[[sip.trunks]]\nname = "carrier"\nnetworks = ["127.0.0.0/8"]\n[rtp]'
    file.write_text(file.read_text().replace("[rtp]", trunk))
    async with referring_caller(await start()) as caller:
        assert isinstance(caller, ReferringCaller)
        assert process.offers[0].trunk == "carrier"
