"""What a load is compared with: the service as it was when the first call was answered."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from voice.evaluation import busy_load
from voice.evaluation.trial_service import TrialService


async def test_idle_beats_before_the_first_call_do_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(busy_load, "_CHECK_SECONDS", 0.001)
    written = [{"running_calls": 0, "stalls": {"0": 900}}]
    known = SimpleNamespace(call_statistics=lambda: written, cpu_seconds=4.0)
    service = cast(TrialService, known)
    waiting = asyncio.create_task(busy_load._at_first_answer(service))
    await asyncio.sleep(0.02)
    assert not waiting.done()

    written[0] = {"running_calls": 2, "stalls": {"0": 1000}}
    _, cpu, before = await asyncio.wait_for(waiting, 5)
    written[0] = {"running_calls": 0, "stalls": {"0": 1000, "60": 3}}
    (after,) = busy_load._stalls(service)
    assert cpu == 4.0 and after.since(before[0]).beats == 3
    assert after.since(before[0]).share_ms(0.5) == 30.5
