"""Evaluation on a Ray cluster: the same report, whichever worker, node or driver is killed."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.on_ray.commands import NOTHING, Cluster, command, environment, evaluate, report_of
from tests.on_ray.conftest import COUNT, free_port
from tests.on_ray.nodes import Node, workers_below
from voice.cli.batch_run import chosen_workers
from voice.errors import VoiceError

pytest.importorskip("ray")
# In one process of several: each would start a cluster.
pytestmark = [pytest.mark.calls, pytest.mark.xdist_group("ray"), pytest.mark.timeout(240)]


def result_files(out: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in out.glob("calls/*/*.json")}


def begun(
    folder: Path, out: Path, address: str, *options: str, more: Mapping[str, str] = NOTHING
) -> subprocess.Popen[str]:
    """A run on the cluster that has two results."""
    process = subprocess.Popen(
        command(folder, out, "--ray", address, *options),
        env=environment(more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 90
    while len(result_files(out)) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert process.poll() is None
    return process


def test_a_killed_node_and_a_killed_worker_cost_no_recording(
    cluster: Cluster, folder: Path, report: bytes, scratch: Path, tmp_path: Path
) -> None:
    node = Node(scratch, 1, "--address", cluster.address)
    try:
        node.wait()
        process = begun(folder, tmp_path, cluster.address)
    finally:
        node.kill()
    for worker in cluster.head.workers():
        worker.kill()
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 0, said
    assert report_of(tmp_path) == report
    assert json.loads((tmp_path / "run.json").read_text())["evaluated"] == COUNT


def test_a_killed_driver_is_taken_up_where_it_was_by_a_machine_that_is_no_node(
    cluster: Cluster, folder: Path, report: bytes, tmp_path: Path
) -> None:
    process = begun(folder, tmp_path, cluster.address)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = result_files(tmp_path)
    done = evaluate(folder, tmp_path, "--ray", cluster.for_clients)
    assert done.returncode == 0, done.stderr
    after = result_files(tmp_path)
    assert {name: after[name] for name in before} == before
    assert report_of(tmp_path) == report
    times = json.loads((tmp_path / "run.json").read_text())
    assert times["evaluated_before"] == len(before) >= 2
    assert times["evaluated"] == COUNT - len(before) > 0


def test_a_node_with_another_model_of_that_name_is_refused_in_one_line(
    cluster: Cluster, folder: Path, embedded_recogniser_path: Path, tmp_path: Path
) -> None:
    shutil.copytree(embedded_recogniser_path, tmp_path / "voice" / "models" / "twin")
    own = {"XDG_DATA_HOME": str(tmp_path), "VOICE_RECOGNITION__MODEL": "twin"}
    done = evaluate(folder, tmp_path / "out", "--ray", cluster.address, more=own)
    assert done.returncode == 2
    assert re.fullmatch(
        r"voice: a worker did not start: twin: another model's hash: "
        r"[0-9a-f]{12}\.\.\. there, [0-9a-f]{12}\.\.\. is needed\n",
        done.stderr,
    )


def test_a_cluster_of_another_version_is_refused_in_one_line(
    cluster: Cluster, folder: Path, tmp_path: Path
) -> None:
    other = (
        "import ray; ray.__version__ = '2.0.0'; import sys; sys.argv[0] = 'voice';"
        "from voice.cli.app import main; main()"
    )
    done = evaluate(folder, tmp_path, "--ray", cluster.address, program=("-c", other))
    assert done.returncode == 2
    assert "Version mismatch" in done.stderr and "2.0.0" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    older = (
        "import ray._private.utils as utils; import sys; sys.argv[0] = 'voice';"
        "utils.compute_version_info = lambda: (utils.ray.__version__, '3.9.1');"
        "from voice.cli.app import main; main()"
    )
    done = evaluate(folder, tmp_path, "--ray", cluster.address, program=("-c", older))
    assert done.returncode == 2
    assert "Version mismatch" in done.stderr and "3.9.1" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_cluster_with_another_token_is_refused_in_one_line(
    cluster: Cluster, folder: Path, tmp_path: Path
) -> None:
    done = evaluate(folder, tmp_path, "--ray", cluster.address, more={"RAY_AUTH_TOKEN": "0" * 64})
    assert done.returncode == 2
    assert done.stderr == (
        f"voice: --ray {cluster.address}: the cluster has another token (RAY_AUTH_TOKEN)\n"
    )


def test_a_cluster_that_is_not_there_is_one_line() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    refused = f"--ray {nobody}: no cluster answers there: Connection refused"
    with pytest.raises(VoiceError, match=f"^{re.escape(refused)}$"), chosen_workers(None, nobody):
        pass
    expected = "expected local, auto, HOST:PORT or ray://HOST:PORT"
    with pytest.raises(VoiceError, match=expected), chosen_workers(None, "somewhere:else"):
        pass


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "voice.evaluation.batch.ray_cluster", raising=False)
    with (
        pytest.raises(VoiceError, match=r"^--ray needs Ray: pip install 'voice\[ray\]'$"),
        chosen_workers(None, "local"),
    ):
        pass


def test_a_cluster_of_this_machine_reports_the_same_and_leaves_nothing_of_a_killed_worker(
    folder: Path, report: bytes, scratch: Path, tmp_path: Path
) -> None:
    room = scratch / "room"
    room.mkdir()
    process = begun(folder, tmp_path, "local", "--jobs", "2", more={"TMPDIR": str(room)})
    workers_below(process.pid)[0].kill()
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 0, said
    assert report_of(tmp_path) == report
    assert json.loads((tmp_path / "run.json").read_text())["jobs"] == 2
    assert not list(room.glob("voice-*"))


def test_a_worker_without_memory_is_told_as_that(folder: Path, tmp_path: Path) -> None:
    short = {"RAY_memory_usage_threshold": "0.01", "RAY_memory_monitor_refresh_ms": "100"}
    done = evaluate(folder, tmp_path, "--ray", "local", "--jobs", "1", more=short)
    assert done.returncode == 2
    assert done.stderr == "voice: a worker did not start: its node ran out of memory\n"
