"""One Ray cluster of one core for all of these tests, and recordings to be evaluated on it."""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.on_ray.commands import Cluster, evaluate, report_of
from tests.on_ray.nodes import Node
from voice.audio import silence, write_wav
from voice.speech import PiperSpeaker

SENTENCES = ("What is my plan?", "How much is my bill?", "I want to speak to a person.")
COUNT = 24
RATE = 8000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """Short paths: Ray puts its sockets there."""
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def cluster(scratch: Path, embedded_recogniser_path: Path) -> Iterator[Cluster]:
    """One node, with a core for one worker; of the recogniser `twin` it has another version."""
    twin = scratch / "there" / "voice" / "models" / "twin"
    shutil.copytree(embedded_recogniser_path, twin)
    (twin / "README.md").write_text("Another version.")
    port, for_clients = free_port(), free_port()
    head = Node(
        scratch, 1, "--head", "--port", str(port), "--node-ip-address", "127.0.0.1",
        "--include-dashboard", "false", "--ray-client-server-port", str(for_clients),
        "--temp-dir", str(scratch / "ray"), XDG_DATA_HOME=str(scratch / "there"),
    )  # fmt: skip
    try:
        head.wait()
        yield Cluster(f"127.0.0.1:{port}", f"ray://127.0.0.1:{for_clients}", head)
    finally:
        head.kill()


@pytest.fixture(scope="session")
def folder(scratch: Path, embedded_caller_voice_path: Path) -> Path:
    """Short recordings with their texts, and one that is damaged."""
    recordings = scratch / "recordings"
    recordings.mkdir()
    speaker = PiperSpeaker.load(embedded_caller_voice_path)
    spoken = {one: asyncio.run(speaker.synthesise(one, RATE)).pcm for one in SENTENCES}
    speaker.close()
    for number in range(COUNT - 1):
        sentence = SENTENCES[number % len(SENTENCES)]
        after = silence(round((0.7 + number / 10) * RATE))
        sound = [silence(round(0.3 * RATE)), spoken[sentence], after]
        write_wav(recordings / f"{number:02d}.wav", np.concatenate(sound), RATE)
        (recordings / f"{number:02d}.txt").write_text(sentence)
    (recordings / "damaged.wav").write_bytes(b"RIFF of nothing")
    return recordings


@pytest.fixture(scope="session")
def report(folder: Path, scratch: Path) -> bytes:
    """What one process of this machine finds."""
    done = evaluate(folder, scratch / "one", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return report_of(scratch / "one")
