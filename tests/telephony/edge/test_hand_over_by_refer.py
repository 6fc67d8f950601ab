"""A caller is handed to a person by REFER, or by a second call where that is refused."""

from __future__ import annotations

import re

import pytest

from tests.telephony.edge.inner_call_process import CallProcess, Start, hand_over
from tests.telephony.edge.person import a_person, rings
from tests.telephony.edge.referring_caller import referring_caller
from voice.telephony.leg import (
    LegEnded,
    Transfer,
    TransferProgress,
    TransferResult,
)
from voice.telephony.sip import SipCallState

pytestmark = pytest.mark.calls

NOBODY = "sip:agents@127.0.0.1:9"


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


@pytest.mark.parametrize("status", [486, 600, 603])
async def test_a_person_who_is_busy_or_declines_is_not_called_again(
    start: Start, process: CallProcess, status: int
) -> None:
    async with a_person() as person, referring_caller(await start()) as caller:
        hand_over(process, person.uri)
        await caller.receives("REFER")
        caller.notify(f"SIP/2.0 {status} X\r\n", "terminated")
        result = await process.hears_of(TransferResult)
        assert result == TransferResult(ok=False, reason=str(status))
        assert not person.calls and not process.legs[0].closed


@pytest.mark.parametrize("status", [403, 404, 408, 480, 488, 503])
async def test_a_person_whom_the_callers_side_does_not_reach_is_called(
    start: Start, process: CallProcess, status: int
) -> None:
    async with a_person() as person, referring_caller(await start()) as caller:
        hand_over(process, person.uri)
        await caller.receives("REFER")
        caller.notify("SIP/2.0 100 Trying\r\n")
        caller.notify(f"SIP/2.0 {status} X\r\n", "terminated;reason=noresource")
        result = await process.hears_of(TransferResult)
        assert result == TransferResult(ok=True, reason="200", bridged=True)
        assert not any(text.startswith("BYE") for text in caller.got)


async def test_who_hangs_up_as_the_failure_is_reported_has_nobody_called(
    start: Start, process: CallProcess
) -> None:
    async with a_person(rings) as person, referring_caller(await start()) as caller:
        hand_over(process, person.uri)
        await caller.receives("REFER")
        caller.notify("SIP/2.0 503 X\r\n", "terminated")
        caller.hang_up()
        await process.hears_of(LegEnded)
        if person.calls:
            await person.until(lambda: person.ends)


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
            assert [call.state for call in person.calls[:-1]] in ([], [SipCallState.ENDED])
