"""Recordings in an object store: a web server that is there, away, and there again."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.evaluation.recordings.evaluated import RATE, Say
from voice.audio import AudioFileError, write_wav
from voice.errors import VoiceError
from voice.evaluation.batch import Processes
from voice.evaluation.recordings.manifest import ListedRecording, ManifestError
from voice.evaluation.recordings.places import recordings_at
from voice.evaluation.recordings.report_files import results_of
from voice.evaluation.recordings.run import run
from voice.evaluation.recordings.stores import StoreError, on_this_machine

ROOT = Path(__file__).resolve().parents[3]
HERE = ("127.0.0.1",)


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder, without a word."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[str]:
    handler = partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def store(tmp_path: Path, say: Say) -> Path:
    folder = tmp_path / "store"
    folder.mkdir()
    write_wav(folder / "plan.wav", say(0.3, "What is my plan?", 0.7), RATE)
    (folder / "plan.txt").write_text("What is my plan?")
    (folder / "damaged.wav").write_bytes(b"RIFF of nothing")
    (folder / "notes.md").write_text("no sound")
    (folder / "all.csv").write_text(
        "path,text,dialect\nplan.wav,What is my plan?,a\ngone.wav,x,b\n"
    )
    return folder


def named(recordings: Iterator[ListedRecording]) -> list[tuple[str, str | None]]:
    return [(recording.url, recording.text) for recording in recordings]


def test_a_folder_and_a_manifest_of_a_store_are_read(store: Path, tmp_path: Path) -> None:
    with serving(store) as url:
        assert named(recordings_at(f"{url}/", HERE)) == [
            (f"{url}/damaged.wav", None),
            (f"{url}/plan.wav", "What is my plan?"),
        ]
        assert named(recordings_at(f"{url}/all.csv", HERE)) == [
            (f"{url}/plan.wav", "What is my plan?"),
            (f"{url}/gone.wav", "x"),
        ]
        table = tmp_path / "table.csv"
        table.write_text(f"path,text\n{url}/plan.wav,What is my plan?\n")
        assert named(recordings_at(str(table), HERE)) == [(f"{url}/plan.wav", "What is my plan?")]


def test_nobody_is_asked_whom_the_settings_do_not_name(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("path\ns3://calls/plan.wav\n")
    with pytest.raises(VoiceError, match=r"s3://calls/plan\.wav: \[network\] allow does not name"):
        list(recordings_at(str(table)))
    with pytest.raises(VoiceError, match=r"allow does not name calls"):
        list(recordings_at("s3://calls/"))


def fetch(url: str) -> None:
    with on_this_machine(url):
        pass


def test_what_is_wrong_with_a_store_is_one_line(store: Path) -> None:
    (store / "empty").mkdir()
    with serving(store) as url:
        with pytest.raises(AudioFileError, match=r"gone\.wav: no such file"):
            fetch(f"{url}/gone.wav")
        with pytest.raises(ManifestError, match="no sound files there"):
            list(recordings_at(f"{url}/empty/", HERE))
    with pytest.raises(StoreError, match=r"plan\.wav: cannot be fetched: "):
        fetch(f"{url}/plan.wav")
    with pytest.raises(VoiceError, match=r"nothing://calls/a\.wav: Protocol not known"):
        fetch("nothing://calls/a.wav")


@pytest.mark.calls
def test_a_store_that_vanishes_loses_nothing(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    allowed = {"PYTHONPATH": str(ROOT), "VOICE_NETWORK__ALLOW": json.dumps(HERE)}

    def evaluate(url: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(sys.executable, "-m", "voice", "evaluate", "recordings", f"{url}/all.csv"),
                *("--out", str(out), "--only", "recognition"),
            ],
            env={**os.environ, **allowed},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    with serving(store) as url:
        assert evaluate(url).returncode == 0
        port = int(url.rpartition(":")[2])
        [first, second] = results_of(out)
        assert (first.path, first.heard, first.failures) == (f"{url}/plan.wav", first.heard, ())
        assert first.heard
        assert second.failures == (f"{url}/gone.wav: no such file",)
        there = list(recordings_at(f"{url}/all.csv", HERE))
    before = json.loads((out / "report.json").read_text())
    for file in out.glob("calls/*/*.json"):
        file.unlink()
    away = asyncio.run(run(out, iter(there), Processes(1), lambda: None))
    assert (away.evaluated, len(away.lost)) == (0, 2)
    assert "cannot be fetched" in away.lost[0]
    done = evaluate(url)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "all.csv: cannot be fetched" in done.stderr
    with serving(store, port) as url:
        assert evaluate(url).returncode == 0
    assert json.loads((out / "report.json").read_text()) == before
