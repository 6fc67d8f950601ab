"""Hand-overs with other people's user agents as the person, and as the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import TONE_HZ, calling
from tests.telephony.edge.edge_programs import running
from tests.telephony.edge.inner_call_process import CallProcess, Start
from tests.telephony.edge.person import a_person
from tests.telephony.edge.test_edge_peers import Control, baresip_folder, free_port
from voice.telephony.leg import Answered, Transfer, TransferProgress, TransferResult

pytestmark = pytest.mark.calls

SCENARIOS = Path(__file__).parent / "scenarios"


@pytest.mark.parametrize("scenario", ["person_answers", "person_is_cancelled"])
async def test_sipp_is_the_person(
    start: Start,
    process: CallProcess,
    require_peer: Callable[[str], str],
    tmp_path: Path,
    scenario: str,
) -> None:
    port = free_port()
    command = [require_peer("sipp"), "-sf", str(SCENARIOS / f"{scenario}.xml"), "-p", str(port)]
    command += ["-i", "127.0.0.1", "-mi", "127.0.0.1", "-m", "1", "-nostdin"]
    command += ["-timeout", "20s", "-timeout_error"]
    async with running(["env", "-C", tmp_path, *command]) as peer:
        async with calling(await start()) as caller:
            await caller.hears(TONE_HZ)
            process.legs[0].send(Transfer(target=f"sip:agents@127.0.0.1:{port}"))
            if scenario == "person_answers":
                assert (await process.hears_of(TransferResult)).bridged
            await process.hears_of(TransferProgress)
        assert await peer.wait(30) == 0, "\n".join(peer.lines[-30:])


async def test_baresip_takes_a_refer_and_calls_the_person_itself(
    start: Start, process: CallProcess, require_peer: Callable[[str], str], tmp_path: Path
) -> None:
    address = await start()
    port = free_port()
    folder = baresip_folder(tmp_path / "baresip", port)
    async with a_person() as person, running([require_peer("baresip"), "-f", folder]) as peer:
        await peer.line("baresip is ready")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await Control(reader, writer).tell("dial", f"sip:echo@127.0.0.1:{address[1]}")
        await process.hears_of(Answered)
        process.legs[0].send(Transfer(target=person.uri))
        result = await process.hears_of(TransferResult, 20)
        assert result.ok and not result.bridged
        assert len(person.calls) == 1
        writer.close()
        peer.terminate()
        await peer.wait()
