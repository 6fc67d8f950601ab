"""The event loop's heartbeat, and what it writes."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from voice.telemetry import Heartbeat, Stalls


def stalls(*late_ms: float) -> Stalls:
    counted = Stalls()
    for late in late_ms:
        counted.record(late)
    return counted


def test_a_share_of_all_beats() -> None:
    counted = stalls(*[0.2] * 998, 30.2, 120.7)
    assert counted.beats == 1000
    assert counted.share_ms(0.5) == 0.5
    assert counted.share_ms(0.999) == 30.5
    assert counted.share_ms(1.0) == 121.0
    assert Stalls().share_ms(0.999) == 0.0


@pytest.mark.parametrize(("late", "shown"), [(-1.0, 0.5), (0.0, 0.5), (9e9, 2000.0)])
def test_lateness_without_measure(late: float, shown: float) -> None:
    assert stalls(late).share_ms(1.0) == shown


def test_the_beats_of_a_load_without_those_before_it() -> None:
    before, after = stalls(*[0.1] * 50), stalls(*[0.1] * 50, *[8.0] * 10)
    load = Stalls.read(json.loads(json.dumps(after.written()))).since(before)
    assert load.beats == 10 and load.share_ms(0.5) == 8.5
    assert stalls(1.0).since(before).beats == 1, "another process counts from nothing"


async def beat(heart: Heartbeat) -> None:
    """For a while in which somebody holds up the loop."""
    beating = asyncio.create_task(heart.run())
    await asyncio.sleep(0.05)
    asyncio.get_running_loop().call_soon(time.sleep, 0.1)
    await asyncio.sleep(0.2)
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)


def test_a_loop_that_is_held_up_shows(tmp_path: Path) -> None:
    file = tmp_path / "calls-0.json"
    asyncio.run(beat(Heartbeat(file, lambda: {"running_calls": 2})))
    written = json.loads(file.read_text())
    assert written["running_calls"] == 2 and written["beats"] >= 5
    assert 60 < written["loop_stall_max_ms"] < 1000
    assert written["loop_stall_p50_ms"] <= written["loop_stall_p999_ms"]
    assert Stalls.read(written["stalls"]).beats == written["beats"]
    metrics = file.with_suffix(".prom")
    assert sorted(tmp_path.iterdir()) == [file, metrics]
    families = {
        family.name: family for family in text_string_to_metric_families(metrics.read_text())
    }
    counts = {
        sample.labels.get("le"): sample.value
        for sample in families["voice_event_loop_stall_seconds"].samples
        if sample.name.endswith("_bucket")
    }
    assert counts["+Inf"] == written["beats"]
    assert counts["0.05"] < counts["+Inf"] == counts["1.0"]


def test_a_directory_that_is_gone_ends_nothing(tmp_path: Path) -> None:
    Heartbeat(tmp_path / "gone" / "calls-0.json").write()
