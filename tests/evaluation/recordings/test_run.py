"""Runs over many recordings: any number of processes, killed and resumed, full disks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.evaluation.recordings.evaluated import RATE, Say
from voice.audio import write_wav
from voice.errors import VoiceError
from voice.evaluation.batch import Processes, RunOutcome, processes
from voice.evaluation.batch import run as run_module
from voice.evaluation.recordings import run as running
from voice.evaluation.recordings.manifest import read_recordings
from voice.evaluation.recordings.plan import RecordingsPlan, fingerprint_of
from voice.evaluation.recordings.report_files import results_of
from voice.settings import Settings

pytestmark = pytest.mark.calls

ROOT = Path(__file__).resolve().parents[3]
SENTENCES = ("What is my plan?", "How much is my bill?", "I want to speak to a person.")
COUNT = 8

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path, say: Say) -> Path:
    """Short recordings with their texts, and one that is damaged."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for number in range(COUNT):
        sentence = SENTENCES[number % len(SENTENCES)]
        write_wav(recordings / f"{number}.wav", say(0.3, sentence, 0.7 + number / 10), RATE)
        (recordings / f"{number}.txt").write_text(sentence)
    (recordings / "damaged.wav").write_bytes(b"RIFF of nothing")
    return recordings


def command(folder: Path, out: Path, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "voice", "evaluate", "recordings", str(folder)),
        *("--out", str(out), "--only", "recognition", *options),
    ]


def evaluate(folder: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, out, *options),
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def result_files(out: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in out.glob("calls/*/*.json")}


def test_one_and_two_processes_report_the_same_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    one = evaluate(folder, tmp_path / "one", "--jobs", "1")
    two = evaluate(folder, tmp_path / "two", "--jobs", "2")
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    for name in ("report.json", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    report = json.loads((tmp_path / "one" / "report.json").read_text())
    assert report["calls"] == COUNT + 1
    assert [failure["name"] for failure in report["failures"]] == ["damaged.wav"]
    times = json.loads((tmp_path / "two" / "run.json").read_text())
    assert (times["jobs"], times["evaluated"]) == (2, COUNT + 1)


def test_kill_9_and_resume_repeats_and_loses_nothing(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        command(folder, out),
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(result_files(out)) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = result_files(out)
    assert len(before) >= 2
    assert not (out / "report.json").exists()
    again = evaluate(folder, out)
    assert again.returncode == 0, again.stderr
    after = result_files(out)
    assert len(after) == COUNT + 1
    assert {name: after[name] for name in before} == before
    times = json.loads((out / "run.json").read_text())
    assert (times["evaluated_before"], times["evaluated"]) == (
        len(before),
        len(after) - len(before),
    )
    whole = evaluate(folder, tmp_path / "whole")
    assert whole.returncode == 0
    same = (tmp_path / "whole" / "report.json").read_bytes()
    assert (out / "report.json").read_bytes() == same


def test_the_limit_sets_the_exit_status(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert evaluate(folder, out, "--fail-if", "failure_rate > 0.5").returncode == 0
    broken = evaluate(folder, out, "--fail-if", "wer >= 0")
    assert broken.returncode == 1
    assert "wer >= 0" in broken.stdout
    wrong = evaluate(folder, out, "--fail-if", "happiness > 1")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("voice: --fail-if")


def test_a_folder_of_another_run_is_left_alone(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert evaluate(folder, out).returncode == 0
    (folder / "0.txt").write_text("something else")
    other = evaluate(folder, out)
    assert other.returncode == 2
    assert "another --out, or --fresh" in other.stderr
    assert evaluate(folder, out, "--fresh").returncode == 0


def test_a_full_disk_is_one_line(folder: Path, tmp_path: Path) -> None:
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200));"
        "sys.argv = ['voice', *sys.argv[1:]]; runpy.run_module('voice', run_name='__main__')"
    )
    arguments = command(folder, tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "-c", limited, *arguments[3:]],
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "plan.json: cannot be written: File too large" in done.stderr


@pytest.fixture
def prepared(folder: Path, tmp_path: Path, embedded_recogniser_path: Path) -> Path:
    settings = Settings()
    count, fingerprint = fingerprint_of(read_recordings(folder), settings)
    plan = RecordingsPlan(
        count, fingerprint, "recognition", "left", False, 1, settings.model_dump_json(), None
    )
    plan.prepare(tmp_path / "out", fresh=False)
    return tmp_path / "out"


def hold(out: Path, folder: Path, jobs: int = 1) -> RunOutcome:
    return asyncio.run(running.run(out, read_recordings(folder), Processes(jobs), lambda: None))


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from voice.evaluation.batch import Processes
from voice.evaluation.recordings.manifest import read_recordings
from voice.evaluation.recordings.run import run
resource.setrlimit(resource.RLIMIT_FSIZE, (620, 620))
out, folder = map(Path, sys.argv[1:])
outcome = asyncio.run(run(out, read_recordings(folder), Processes(1), lambda: None))
print(outcome.evaluated, len(outcome.lost), outcome.lost[0])
"""


def test_results_that_the_disk_does_not_take_are_told_and_the_rest_goes_on(
    prepared: Path, folder: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(prepared), str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    evaluated, lost, reason = done.stdout.split(maxsplit=2)
    assert int(evaluated) + int(lost) == COUNT + 1
    assert int(lost)
    assert "File too large" in reason
    again = hold(prepared, folder)
    assert (again.skipped, again.evaluated) == (int(evaluated), int(lost))


def test_a_worker_that_is_killed_costs_no_recording_and_leaves_nothing(
    prepared: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setenv("TMPDIR", str(room))  # of the worker
    monkeypatch.setattr(tempfile, "tempdir", str(room))

    async def kill_the_first() -> RunOutcome:
        work = asyncio.create_task(
            running.run(prepared, read_recordings(folder), Processes(1), lambda: None)
        )
        while not (result_files(prepared) or work.done()):
            await asyncio.sleep(0.005)
        for child in psutil.Process().children():
            child.kill()
        return await work

    outcome = asyncio.run(kill_the_first())
    assert outcome.lost == () and not list(room.iterdir())
    names = [result.name for result in results_of(prepared)]
    assert len(names) == len(set(names)) == COUNT + 1


DEADLY = """
import os
from voice.evaluation.batch import worker
from voice.evaluation.recordings.examiner import RecordingExaminer
def evaluate(self, recording, real=RecordingExaminer.evaluate):
    if recording.name == "3.wav":
        os.kill(os.getpid(), 9)
    return real(self, recording)
RecordingExaminer.evaluate = evaluate
raise SystemExit(worker.main())
"""


def test_a_recording_that_kills_its_workers_is_a_failure_and_the_rest_goes_on(
    prepared: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "WORKER", ("-c", DEADLY))
    hold(prepared, folder, jobs=2)
    failures = {result.name: result.failures for result in results_of(prepared) if result.failures}
    assert failures["3.wav"] == ("the worker died (signal 9)",)
    assert set(failures) == {"3.wav", "damaged.wav"}


NOTED = """
import os
from voice.evaluation.batch import worker
with open(os.environ["NOTED_IN"], "a") as file:
    print(os.getpid(), file=file)
raise SystemExit(worker.main())
"""


def test_a_worker_is_replaced_before_it_grows(
    prepared: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "WORKER", ("-c", NOTED))
    monkeypatch.setenv("NOTED_IN", str(prepared / "started"))
    monkeypatch.setattr(run_module, "TASKS_PER_WORKER", 4)
    assert hold(prepared, folder).evaluated == COUNT + 1
    started = (prepared / "started").read_text().split()
    assert len(started) == 3
    assert hold(prepared, folder, jobs=2).skipped == COUNT + 1
    assert (prepared / "started").read_text().split() == started
    assert not any(psutil.pid_exists(int(process)) for process in started)


def test_a_worker_that_cannot_start_says_why(prepared: Path, folder: Path) -> None:
    plan = RecordingsPlan.load(prepared / "plan.json")
    settings = json.loads(plan.settings)
    settings["recognition"]["model"] = "/nowhere"
    replace(plan, settings=json.dumps(settings)).save(prepared / "plan.json")
    with pytest.raises(VoiceError, match=r"did not start: .*/nowhere"):
        hold(prepared, folder, jobs=2)
    (prepared / "plan.json").write_text("{}")
    with pytest.raises(VoiceError, match=r"plan\.json: not the plan of a run"):
        hold(prepared, folder)


def test_ctrl_c_stops_and_the_same_command_goes_on(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        command(folder, out),
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not result_files(out) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "goes on from here" in said
    assert not errors
    assert evaluate(folder, out).returncode == 0
    assert len(result_files(out)) == COUNT + 1
