"""Three call nodes behind the real Kamailio, with the files of deploy/kamailio/ as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from scale_bench.call_nodes import NODES, Caller, Region
from voice.doctor.peers import ask_sip_peer
from voice.evaluation.measured_call import read_events
from voice.evaluation.trial_service import TrialService
from voice.events import CallEnded
from voice.settings.values import host_and_port
from voice.telephony.sip import CallRejected, EndCause

pytestmark = pytest.mark.calls


@pytest.mark.timeout(180)
async def test_nodes_and_kamailio_come_and_go_and_only_calls_of_a_dead_node_are_lost(
    tmp_path: Path, require_peer: Callable[[str], str]
) -> None:
    require_peer("kamailio")
    async with Region(tmp_path) as region:
        await a_killed_node_loses_its_own_calls_only(region)
        await a_drained_node_loses_none(region)
        await calls_outlive_kamailio(region)
        await without_a_node_carriers_are_told(region)
        await whoever_looks_from_a_nodes_machine_is_answered(region)


async def a_killed_node_loses_its_own_calls_only(region: Region) -> None:
    async with region.callers(2 * NODES) as callers:
        assert sorted(caller.node for caller in callers) == [0, 0, 1, 1, 2, 2]
        region.nodes[0].kill()
        await expect_new_calls(region, {1, 2})
        heard = await asyncio.gather(*(caller.hears() for caller in callers))
        assert [each for each, caller in zip(heard, callers, strict=True) if caller.node] == [
            True
        ] * 4
        # Its successor finds the dead node's dialogs in the journal and ends them through Kamailio.
        await region.replace(0)
        for caller in callers:
            if caller.node == 0:
                await asyncio.wait_for(caller.line.ended.wait(), 10)
                assert caller.line.end is not None
                assert caller.line.end.cause is EndCause.REMOTE_BYE
                assert caller.line.end.text == "restarted"
    await expect_new_calls(region, {0, 1, 2})


async def a_drained_node_loses_none(region: Region) -> None:
    node = region.nodes[1]
    async with region.callers(2 * NODES) as callers:
        node.ask_to_stop()
        await refuses_calls(region.addresses[1])
        await expect_new_calls(region, {0, 2})
        await region.kamailio.until_state(region.addresses[1], "IP")
        await expect_new_calls(region, {0, 2})
        assert all(await asyncio.gather(*(caller.hears() for caller in callers)))
    await node.ended()
    assert {end.by for end in ends_of(node)} == {"caller"}


async def refuses_calls(address: str) -> None:
    """Wait until a node that was asked to stop does."""
    async with asyncio.timeout(10):
        with suppress(CallRejected):
            while True:
                caller = Caller()
                try:
                    await caller.dial(address)
                finally:
                    await caller.line.close()


async def calls_outlive_kamailio(region: Region) -> None:
    nodes = {number: region.nodes[number] for number in (0, 2)}
    before = {number: len(ends_of(node)) for number, node in nodes.items()}
    async with region.callers(2) as callers:
        # Whoever is heard has had the ACK, which passes Kamailio.
        assert all(await asyncio.gather(*(caller.hears() for caller in callers)))
        await region.kamailio.kill()
        assert all(await asyncio.gather(*(caller.hears() for caller in callers)))
        await region.kamailio.start()
        for caller in callers:
            await caller.line.hang_up()
        await expect_new_calls(region, {0, 2})
    for number, node in nodes.items():
        # What belongs to a call finds its node, though this Kamailio never saw its INVITE.
        async with asyncio.timeout(10):
            while len(ends_of(node)) <= before[number] + NODES:
                await asyncio.sleep(0.05)
        assert {end.by for end in ends_of(node)[before[number] :]} == {"caller"}


async def without_a_node_carriers_are_told(region: Region) -> None:
    for address in region.addresses:
        await region.kamailio.tell("dispatcher.set_state", "d", "1", f"sip:{address}")
    caller = Caller()
    try:
        with pytest.raises(CallRejected) as refused:
            await caller.dial(region.kamailio.address)
        assert refused.value.status == 503
    finally:
        await caller.line.close()


async def whoever_looks_from_a_nodes_machine_is_answered(region: Region) -> None:
    (region.kamailio.folder / "address.list").write_text("1 203.0.113.0 28 0 elsewhere\n")
    await region.kamailio.tell("permissions.addressReload")
    host, port = host_and_port(region.kamailio.address)
    # What a doctor on a node's machine asks comes from another port than the node's requests.
    assert (await ask_sip_peer("sip.trunks", (host, port))).level == "ok"


async def expect_new_calls(region: Region, nodes: set[int]) -> None:
    """New calls are all answered, by these nodes, whatever Kamailio knows of the others yet."""
    async with region.callers(2 * NODES) as callers:
        assert {caller.node for caller in callers} == nodes
        assert all(await asyncio.gather(*(caller.hears(5) for caller in callers)))


def ends_of(node: TrialService) -> list[CallEnded]:
    """How the calls of a node ended, oldest first."""
    files = sorted(node.records.glob("*/events.jsonl"), key=lambda file: file.stat().st_mtime)
    events = (event for file in files for event in read_events(file))
    return [event for event in events if isinstance(event, CallEnded)]
