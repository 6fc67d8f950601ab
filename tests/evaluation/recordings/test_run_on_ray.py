"""Evaluation on a Ray cluster: the same report, whichever worker, node or driver is killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from tests.evaluation.recordings.evaluated import RATE, Say
from tests.evaluation.recordings.ray_nodes import TOKEN, Node
from voice.audio import write_wav

pytest.importorskip("ray")
pytestmark = pytest.mark.calls

ROOT = Path(__file__).resolve().parents[3]
SENTENCES = ("What is my plan?", "How much is my bill?", "I want to speak to a person.")
COUNT = 24
VOICE = ("-m", "voice")
NOTHING: Mapping[str, str] = {}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """Short paths: Ray puts its sockets there."""
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def address(scratch: Path) -> Iterator[str]:
    """A cluster of one node, with a core for one worker."""
    port, for_clients = free_port(), free_port()
    head = Node(
        scratch, 1, "--head", "--port", str(port), "--node-ip-address", "127.0.0.1",
        "--include-dashboard", "false", "--ray-client-server-port", str(for_clients),
        "--temp-dir", str(scratch / "ray"),
    )  # fmt: skip
    try:
        head.wait()
        yield f"127.0.0.1:{port}"
    finally:
        head.kill()


@pytest.fixture(scope="module")
def folder(scratch: Path, say: Say) -> Path:
    """Short recordings with their texts, and one that is damaged."""
    recordings = scratch / "recordings"
    recordings.mkdir()
    for number in range(COUNT - 1):
        sentence = SENTENCES[number % len(SENTENCES)]
        write_wav(recordings / f"{number:02d}.wav", say(0.3, sentence, 0.7 + number / 10), RATE)
        (recordings / f"{number:02d}.txt").write_text(sentence)
    (recordings / "damaged.wav").write_bytes(b"RIFF of nothing")
    return recordings


@pytest.fixture(scope="module")
def report(folder: Path, scratch: Path) -> bytes:
    """What one process of this machine finds."""
    done = evaluate(folder, scratch / "one", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return report_of(scratch / "one")


def command(folder: Path, out: Path, *options: str, program: tuple[str, ...] = VOICE) -> list[str]:
    return [
        *(sys.executable, *program, "evaluate", "recordings", str(folder)),
        *("--out", str(out), "--only", "recognition", *options),
    ]


def environment(more: Mapping[str, str] = NOTHING) -> dict[str, str]:
    own = {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "0", "RAY_AUTH_TOKEN": TOKEN}
    own["RAY_AUTH_MODE"] = "token"  # where Ray loads before us
    return {**os.environ, **own, **more}


def evaluate(
    folder: Path,
    out: Path,
    *options: str,
    program: tuple[str, ...] = VOICE,
    more: Mapping[str, str] = NOTHING,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, out, *options, program=program),
        env=environment(more),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def report_of(out: Path) -> bytes:
    return (out / "report.json").read_bytes() + (out / "report.html").read_bytes()


def result_files(out: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in out.glob("calls/*/*.json")}


def begun(folder: Path, out: Path, address: str, results: int = 2) -> subprocess.Popen[str]:
    """A run on the cluster that has so many results."""
    process = subprocess.Popen(
        command(folder, out, "--ray", address),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 150
    while len(result_files(out)) < results and time.monotonic() < deadline:
        time.sleep(0.005)
    assert process.poll() is None
    return process


def actors() -> list[psutil.Process]:
    """The processes in which recordings are evaluated."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if "ray::ExaminerActor" in " ".join(process.info["cmdline"] or ())
    ]


def test_a_killed_node_and_a_killed_worker_cost_no_recording(
    address: str, folder: Path, report: bytes, scratch: Path, tmp_path: Path
) -> None:
    node = Node(scratch, 1, "--address", address)
    try:
        node.wait()
        process = begun(folder, tmp_path, address)
    finally:
        node.kill()
    for worker in actors():
        worker.kill()
    said, _ = process.communicate(timeout=200)
    assert process.returncode == 0, said
    assert report_of(tmp_path) == report
    assert json.loads((tmp_path / "run.json").read_text())["evaluated"] == COUNT


def test_a_killed_driver_is_taken_up_where_it_was(
    address: str, folder: Path, report: bytes, tmp_path: Path
) -> None:
    process = begun(folder, tmp_path, address)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = result_files(tmp_path)
    done = evaluate(folder, tmp_path, "--ray", address)
    assert done.returncode == 0, done.stderr
    after = result_files(tmp_path)
    assert {name: after[name] for name in before} == before
    assert report_of(tmp_path) == report
    times = json.loads((tmp_path / "run.json").read_text())
    assert times["evaluated_before"] == len(before) >= 2


def test_a_cluster_of_another_version_is_refused_in_one_line(
    address: str, folder: Path, tmp_path: Path
) -> None:
    other = (
        "import ray; ray.__version__ = '2.0.0'; import sys; sys.argv[0] = 'voice';"
        "from voice.cli.app import main; main()"
    )
    done = evaluate(folder, tmp_path, "--ray", address, program=("-c", other))
    assert done.returncode == 2
    assert "Version mismatch" in done.stderr and "2.0.0" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    older = (
        "import ray._private.utils as utils; import sys; sys.argv[0] = 'voice';"
        "utils.compute_version_info = lambda: (utils.ray.__version__, '3.9.1');"
        "from voice.cli.app import main; main()"
    )
    done = evaluate(folder, tmp_path, "--ray", address, program=("-c", older))
    assert done.returncode == 2
    assert "Version mismatch" in done.stderr and "3.9.1" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_cluster_with_another_token_is_refused_in_one_line(
    address: str, folder: Path, tmp_path: Path
) -> None:
    done = evaluate(folder, tmp_path, "--ray", address, more={"RAY_AUTH_TOKEN": "0" * 64})
    assert done.returncode == 2
    assert done.stderr == (
        f"voice: --ray {address}: the cluster has another token (RAY_AUTH_TOKEN)\n"
    )


def test_a_cluster_that_is_not_there_is_one_line(folder: Path, tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    done = evaluate(folder, tmp_path, "--ray", nobody)
    assert done.returncode == 2
    assert done.stderr == f"voice: --ray {nobody}: no cluster answers there: Connection refused\n"
    done = evaluate(folder, tmp_path, "--ray", "somewhere:else")
    assert "expected local, auto, HOST:PORT or ray://HOST:PORT" in done.stderr


def test_without_ray_the_extra_is_named(folder: Path, tmp_path: Path) -> None:
    without = (
        "import sys; sys.modules['ray'] = None; sys.argv[0] = 'voice';"
        "from voice.cli.app import main; main()"
    )
    done = evaluate(folder, tmp_path, "--ray", "local", program=("-c", without))
    assert done.returncode == 2
    assert done.stderr == "voice: --ray needs Ray: pip install 'voice[ray]'\n"


def test_a_cluster_of_this_machine_reports_the_same_and_leaves_nothing(
    folder: Path, report: bytes, scratch: Path, tmp_path: Path
) -> None:
    room = scratch / "room"
    room.mkdir()
    done = evaluate(folder, tmp_path, "--ray", "local", "--jobs", "2", more={"TMPDIR": str(room)})
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert report_of(tmp_path) == report
    assert json.loads((tmp_path / "run.json").read_text())["jobs"] == 2
    assert not list(room.glob("voice-*"))


def test_a_worker_without_memory_is_told_as_that(folder: Path, tmp_path: Path) -> None:
    short = {"RAY_memory_usage_threshold": "0.01", "RAY_memory_monitor_refresh_ms": "100"}
    done = evaluate(folder, tmp_path, "--ray", "local", "--jobs", "1", more=short)
    assert done.returncode == 2
    assert done.stderr == "voice: a worker did not start: its node ran out of memory\n"
