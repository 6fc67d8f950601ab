"""A caller whose telephone sends nothing is asked, and told before the call ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import calling
from voice.evaluation.trial_service import TrialService
from voice.events import CallEnded, CallEvent, ClauseSpoken, NoInput, from_json
from voice.languages import language
from voice.telephony.sip import EndCause

PHRASES = language().phrases

SETTINGS = """
[sip]
listen = "127.0.0.1:0"
[rtp]
media_timeout_seconds = 29.1
[calls]
greeting = "Hello."
no_input_seconds = 1.0
no_input_reprompts = 1
[supervision]
enabled = false
"""


@pytest.mark.calls
@pytest.mark.timeout(120)
async def test_a_muted_telephone_hears_the_prompts_and_the_goodbye(tmp_path: Path) -> None:
    async with TrialService(tmp_path, SETTINGS) as service:
        host, _, port = service.address.rpartition(":")
        async with calling((host, int(port))) as caller:
            caller.fall_away()
            end = await asyncio.wait_for(caller.ended, 40)
            assert (end.cause, end.text) == (EndCause.REMOTE_BYE, "no input")
        (file,) = service.records.glob("*/events.jsonl")
        events = await whole_call(file)
    assert [event.count for event in events if isinstance(event, NoInput)] == [1, 2]
    said = " ".join(event.text for event in events if isinstance(event, ClauseSpoken))
    assert said.endswith(f"{PHRASES.still_there[0]} {PHRASES.nobody_there}")
    ended = events[-1]
    assert isinstance(ended, CallEnded) and ended.by == "assistant"


async def whole_call(file: Path) -> list[CallEvent]:
    async with asyncio.timeout(5):
        while True:
            lines = await asyncio.to_thread(file.read_text)
            events = [from_json(line) for line in lines.splitlines()]
            if isinstance(events[-1], CallEnded):
                return events
            await asyncio.sleep(0.05)
