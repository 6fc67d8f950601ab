"""The demonstration as a user runs it: one whole call, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from voice.audio import read_stereo, read_stereo_flac
from voice.evaluation.processes import descendants
from voice.events import CallEnded, Interrupted, from_json

DEMO = [sys.executable, "-m", "voice", "demo", "--embedded"]
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.calls


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.timeout(260)
def test_the_demo_leaves_recording_events_and_report(tmp_path: Path) -> None:
    done = subprocess.run(
        DEMO, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=220
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "voice to voice" in done.stdout and "assistant" in done.stdout
    assert "the call ended" in done.stdout, "the last line is shown, too"

    caller, assistant, rate = read_stereo(tmp_path / "demo" / "call.wav")
    assert rate == 8000 and caller.any() and assistant.any()
    recorded = read_stereo_flac(tmp_path / "demo" / "call.flac")
    assert (recorded[0] == caller).all() and (recorded[1] == assistant).all()
    lines = (tmp_path / "demo" / "events.jsonl").read_text().splitlines()
    events = [from_json(line) for line in lines]
    assert isinstance(events[-1], CallEnded)
    assert [event.sequence for event in events] == list(range(len(events)))
    assert any(isinstance(event, Interrupted) for event in events)

    report = json.loads((tmp_path / "demo" / "report.json").read_text())
    assert {"scenario", "seed", "turns", "totals"} == set(report)
    wanted = {"reference", "recognised", "response", "tools", "voice_to_voice_ms", "stages_ms"}
    assert all(wanted <= set(turn) for turn in report["turns"])
    assert len(report["turns"]) >= 4 and any(turn["interrupts"] for turn in report["turns"])
    totals = report["totals"]
    assert {"word_error_rate", "voice_to_voice_ms", "task_success", "real_time_factor"} <= set(
        totals
    )
    assert 100 < totals["voice_to_voice_ms"]["median"] < 5000


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_whoever_stops_it_leaves_no_process(tmp_path: Path, number: int, status: int) -> None:
    with subprocess.Popen(
        DEMO, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        line = next(line for line in demo.stdout if "answered" in line)
        family = descendants(demo.pid)
        assert line and len(family) >= 4
        demo.send_signal(number)
        assert demo.wait(timeout=40) == status
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def test_an_unknown_scenario_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--scenario", "plam"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("voice: no scenario 'plam'") and "\n" not in done.stderr.strip()
