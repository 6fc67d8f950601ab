"""A whole call with the log at debug: what the service writes of it, and what it does not."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from voice.evaluation.callers import Persona
from voice.evaluation.demo_operator import caller_of, open_books
from voice.evaluation.measured_call import read_events
from voice.evaluation.simulated_supervisor import SimulatedSupervisor
from voice.evaluation.trial_call import hold_trial_call
from voice.evaluation.trial_service import TrialService
from voice.events import CallEvent, ClauseSpoken, FinalTranscript, PartialTranscript, ToolReturned
from voice.supervision.accounts import Accounts

SEED = 1
WANTED = ("voice_calls_ended_total{", "voice_rtp_sessions{", "voice_supervision_pages{")


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def said_in(events: Iterable[CallEvent], persona: Persona) -> set[str]:
    """All that a log must not hold of a call."""
    told = {persona.number, persona.customer_number, persona.pin}
    for event in events:
        match event:
            case (
                FinalTranscript(text=text) | PartialTranscript(text=text) | ClauseSpoken(text=text)
            ):
                told.add(text)
            case ToolReturned(result=result):
                told |= {str(value) for key, value in result.items() if key != "status"}
    # A single word, such as "goodbye", may be a log's own.
    return {plain(text) for text in told if re.search(r"\d| ", plain(text))}


async def listen(url: str, password: str) -> str:
    """Sign in, listen to the first call that there is, and return its id."""
    supervisor = await SimulatedSupervisor.sign_in(url, "ana", password)
    async for changes in supervisor.changes():
        if changes["calls"]:
            call_id: str = changes["calls"][0]["id"]
            async with supervisor.listening(call_id) as numbers:
                while not numbers:
                    await asyncio.sleep(0.05)
            return call_id
    raise AssertionError("no call came")


async def metrics_of(address: str) -> str:
    """Once each process has written its figures after the call."""
    async with httpx2.AsyncClient() as client, asyncio.timeout(20):
        while True:
            text = (await client.get(f"http://{address}/metrics")).text
            if all(name in text for name in WANTED):
                return text
            await asyncio.sleep(0.2)


@pytest.mark.calls
@pytest.mark.timeout(240)
async def test_a_whole_call_leaves_its_lines_and_nothing_of_what_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, pages, monitoring = tmp_path / "accounts.json", free_address(), free_address()
    monkeypatch.setenv("VOICE_TELEMETRY__LISTEN", monitoring)
    settings = (
        'log_level = "debug"\n[sip]\nlisten = "127.0.0.1:0"\n'
        f'[supervision]\nlisten = "{pages}"\naccounts = "{accounts}"\n'
    )
    password = Accounts(accounts).issue("ana")
    async with TrialService(tmp_path, settings) as service:
        customer = caller_of(open_books(service.database, SEED), SEED)
        listening = asyncio.create_task(listen(f"http://{pages}", password))
        call = await hold_trial_call(service, "balance", customer, SEED, tmp_path)
        call_id = await asyncio.wait_for(listening, 5)
        metrics = await metrics_of(monitoring)
    assert call.records is not None, call.verdict

    log = (tmp_path / "service.log").read_text()
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.splitlines()]
    of_call = [line for line in lines if line.get("call_id") == call_id]
    (started,) = [line for line in of_call if line["event"] == "call started"]
    (ended,) = [line for line in of_call if line["event"] == "call ended"]
    (joined,) = [line for line in of_call if line["event"] == "a supervisor listens"]
    assert started["level"] == ended["level"] == joined["level"] == "info"
    assert (ended["reason"], ended["by"]) == ("goodbye", "assistant")
    assert ended["duration_ms"] > 1000 and joined["supervisor"] == "ana"

    told = said_in(read_events(call.records / "events.jsonl"), customer.persona)
    assert len(told) > 10, "the call was about something"
    written = plain(log)
    assert {text for text in told if re.search(rf"\b{text}\b", written)} == set()
    assert password not in log
    counted = plain(metrics)
    assert {text for text in told if re.search(rf"\b{text}\b", counted)} == set()
