"""An edge is killed while it calls a person: its successor lets no telephone ring on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.telephony.edge.edge_programs import EdgeProcess, EdgeStarter
from tests.telephony.edge.inner_call_process import CallProcess, hand_over
from tests.telephony.edge.person import Person, a_person, rings
from tests.telephony.edge.referring_caller import referring_caller
from voice.telephony.leg import TransferProgress
from voice.telephony.rtp import open_port_pair
from voice.telephony.sip import EndCause

pytestmark = pytest.mark.calls


def free_port() -> int:
    with contextlib.closing(open_port_pair("127.0.0.1", 20000, 29000)) as pair:
        return pair.port


async def journal_where(journal: Path, fits: Callable[[str], bool]) -> None:
    """Sooner or later: it is written by a thread."""

    def is_so() -> bool:
        return journal.exists() and fits(journal.read_text())

    async with asyncio.timeout(5):
        while not await asyncio.to_thread(is_so):
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def rung_by_a_killed_edge(
    start_edge: EdgeStarter, process: CallProcess, journal: Path
) -> AsyncIterator[tuple[Person, dict[str, str]]]:
    """A person whose telephone rings, and the settings of the edge that is no more."""
    settings = {"VOICE_SIP__LISTEN": f"127.0.0.1:{free_port()}"}
    async with a_person(rings) as person:
        async with start_edge(**settings) as edge, referring_caller(edge.address) as caller:
            caller.refer_status = 405
            hand_over(process, person.uri)
            await process.hears_of(TransferProgress)
            await journal_where(journal, lambda text: "INVITE sip:agents" in text)
            edge.program.kill()
            await edge.program.wait()
        yield person, settings


@pytest.fixture
def journal(installation: Path) -> Path:
    return installation / "run" / "dialogs.jsonl"


async def is_cleaned_up(edge: EdgeProcess, journal: Path) -> None:
    """Nothing of the person's call is left to be done at the next start."""
    await edge.program.line("a dialog of the edge before this one was ended")
    await journal_where(journal, lambda text: "sip:agents" not in text)


async def test_a_telephone_that_rings_is_let_go(
    start_edge: EdgeStarter, process: CallProcess, journal: Path
) -> None:
    async with rung_by_a_killed_edge(start_edge, process, journal) as (person, settings):
        assert not person.ends
        async with start_edge(**settings) as successor:
            await person.until(lambda: person.ends)
            assert person.ends[0].cause is EndCause.CANCELLED
            assert len(person.calls) == 1
            await is_cleaned_up(successor, journal)


async def test_a_person_who_has_answered_meanwhile_is_hung_up_on(
    start_edge: EdgeStarter, process: CallProcess, journal: Path
) -> None:
    async with rung_by_a_killed_edge(start_edge, process, journal) as (person, settings):
        person.answer(person.calls[0])
        async with start_edge(**settings) as successor:
            await person.until(lambda: person.ends)
            assert person.ends[0].cause is EndCause.REMOTE_BYE
            await is_cleaned_up(successor, journal)
