"""`voice evaluate` as it is typed: whole calls, real recordings, and what is wrong with both."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from voice.audio import write_wav
from voice.cli import evaluate
from voice.errors import VoiceError
from voice.evaluation.virtual_time import CostTable
from voice.speech import PiperSpeaker

pytestmark = pytest.mark.calls

ROOT = Path(__file__).resolve().parents[2]
RATE = 8000
COSTS = {
    "recognition": {"job": 2.0, "frame": 0.1, "token": 1.0},
    "response": {"job": 1.0, "prompt_token": 0.05, "token": 1.0},
    "speech": {"clause": 5.0, "second": 20.0},
    "turns": {"job": 35.0},
}


def voice(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voice", "evaluate", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture
def recordings(tmp_path: Path, embedded_caller_voice_path: Path) -> Path:
    """Three recorded callers, one that is missing, and a cost table."""
    speaker = PiperSpeaker.load(embedded_caller_voice_path)
    rows = ["path,text,dialect,goal"]
    for number, text in enumerate(("What is my plan?", "How much is my bill?", "Goodbye.")):
        clause = asyncio.run(speaker.synthesise(text, RATE))
        write_wav(tmp_path / f"{number}.wav", clause.pcm, RATE)
        rows.append(f"{number}.wav,{text},{'ab'[number % 2]},tool=get_plan")
    speaker.close()
    (tmp_path / "all.csv").write_text("\n".join([*rows, "gone.wav,hello,a,"]) + "\n")
    CostTable(COSTS, "a machine").save(tmp_path / "costs.json")
    return tmp_path / "all.csv"


def test_whole_calls_are_the_same_byte_for_byte_and_compared(
    recordings: Path, tmp_path: Path, embedded_responder_path: Path
) -> None:
    one = voice(tmp_path, "recordings", recordings, "--out", "one")
    two = voice(tmp_path, "recordings", recordings, "--out", "two", "--jobs", "2")
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert "gone.wav: " in one.stdout
    report = json.loads((tmp_path / "one" / "report.json").read_text())
    assert report == json.loads((tmp_path / "two" / "report.json").read_text())
    assert report["failures"][0]["name"] == "gone.wav"
    assert "no such file" in report["failures"][0]["reasons"][0]
    figures = report["figures"]
    assert figures["voice_to_voice_median_ms"]["value"] < 1500
    assert figures["task_success"]["n"] == 3
    same = voice(tmp_path, "compare", "one", "two", "--json", "changes.json")
    assert same.returncode == 0, same.stderr
    assert "0 recordings were understood differently" in same.stdout
    changes = json.loads((tmp_path / "changes.json").read_text())
    assert changes["wer"]["change"]["value"] == 0
    assert changes["decision"]["goes_live"] is False
    decided = voice(tmp_path, "compare", "one", "two", "--must-go-live")
    assert decided.returncode == 1
    assert "B stays out: all: errors did not fall beyond chance (+0.0%)" in decided.stdout


def test_calibrate_leaves_a_table_that_loads(tmp_path: Path, embedded_responder_path: Path) -> None:
    done = voice(tmp_path, "calibrate", "--rounds", "2", "--out", "deep/costs.json")
    assert done.returncode == 0, done.stderr
    table = CostTable.load(tmp_path / "deep" / "costs.json")
    assert table.milliseconds["speech"]["second"] > 0
    assert min(table.jobs.values()) >= 12
    assert table.machine in done.stdout.replace("\n", " ") or "cores" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("recordings", "nowhere"), "nowhere: no such file or folder"),
        (("recordings", "wrong.csv"), "wrong.csv: line 1: no column path"),
        (("recordings", "good.csv", "--costs", "none.json"), "voice evaluate calibrate makes one"),
        (("recordings", "empty.csv"), "empty.csv: names no recordings"),
        (("recordings", "good.csv", "--fail-if", "weer > 1"), "did you mean wer?"),
        (
            ("recordings", "said.csv", "--fail-if", "wer@dialect=Indien > 1"),
            "--fail-if wer@dialect=Indien > 1: no dialect is Indien (did you mean Indian?)",
        ),
        (("recordings", "good.csv", "--settings", "none.toml"), "none.toml: No such file"),
        (("recordings", "good.csv", "--settings", "lost.toml"), "lost: neither a folder"),
        (
            ("recordings", "good.csv", "--settings", "lost.toml", "--only", "recognition"),
            "lost: neither a folder",
        ),
        (("compare", "nowhere", "nowhere"), "no report of evaluated recordings"),
        (("recordings", "good.csv", "--out", "good.csv"), "--out: good.csv: cannot be written"),
        (("recordings", "good.csv", "--out", "/proc/none"), "--out: /proc: cannot be written"),
        (("calibrate", "--out", "good.csv/costs.json"), "--out: good.csv: cannot be written"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], reason: str
) -> None:
    monkeypatch.delenv("VOICE_RECOGNITION__MODEL")  # which would win over the settings
    (tmp_path / "wrong.csv").write_text("file\na.wav\n")
    (tmp_path / "good.csv").write_text("path\na.wav\n")
    (tmp_path / "empty.csv").write_text("path\n")
    (tmp_path / "said.csv").write_text("path,text,dialect\na.wav,hello,Indian\n")
    (tmp_path / "lost.toml").write_text('[recognition]\nmodel = "./lost"\n')
    done = voice(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("voice: ")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_measured(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(*_: object) -> None:
        raise AssertionError("hours were spent")

    monkeypatch.setattr("voice.cli.evaluate.configure_logging", lambda *_: None)
    monkeypatch.setattr("voice.cli.evaluation_parts.measured_table", measure)
    monkeypatch.setattr("voice.cli.evaluation_parts.models_at_hand", measure)
    for command in (partial(evaluate.recordings, str(recordings)), evaluate.calibrate):
        with pytest.raises(VoiceError, match=r"--out: .*costs\.json: cannot be written"):
            command(out=tmp_path / "costs.json" / "here")


@pytest.mark.parametrize("folder", ["sentences", "calls"])
def test_real_recordings_run_through(
    recorded_data: Path, tmp_path: Path, embedded_responder_path: Path, folder: str
) -> None:
    CostTable(COSTS).save(tmp_path / "costs.json")
    done = voice(tmp_path, "recordings", recorded_data / folder, "--out", "out")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["calls"] >= 4
    assert all(failure["reasons"] for failure in report["failures"])
    assert report["turns"]["utterances"] > 0
