"""What tunings learn from, prepared on a Ray cluster: the same bytes as in one process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.models.gpt_oss.small_models import gpt_oss_config, gpt_oss_tensors, save_checkpoint
from tests.on_ray.commands import Cluster, environment
from tests.tuning.corpora_on_disk import manifest
from tests.tuning.tiny_whisper import tiny_whisper
from tests.tuning.told_progress import Told

for _module in ("ray", "scipy"):
    pytest.importorskip(_module)
# In one process of several: each would start a cluster.
pytestmark = [pytest.mark.calls, pytest.mark.xdist_group("ray"), pytest.mark.timeout(240)]


def test_windows_and_readings_are_those_of_one_process(cluster: Cluster, tmp_path: Path) -> None:
    from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
    from voice.models.gpt_oss.routing import read_through
    from voice.tuning.lessons import LessonBook
    from voice.tuning.reading import ReferenceReader
    from voice.tuning.speech_data import read_corpus

    base = tiny_whisper(tmp_path / "base")
    (tmp_path / "speech").mkdir()
    manifest(tmp_path / "speech", rows=6)
    mixture = save_checkpoint(tmp_path / "mixture", gpt_oss_config(), gpt_oss_tensors())
    dialogues = [list(range(first, first + 30)) for first in (10, 40, 70)]
    (tmp_path / "shares.json").write_text(json.dumps([dialogues[:2], dialogues[2:]]))

    command = [sys.executable, "-m", "tests.on_ray.preparing", cluster.address, str(tmp_path)]
    subprocess.run(command, env=environment(), check=True, timeout=100)

    there = tmp_path / "prepared"
    book = LessonBook(tmp_path / "here", ReferenceReader(base, "sw"), 1, 1)
    utterances = dict(enumerate(read_corpus(tmp_path / "speech").utterances))
    assert not book.lessons(utterances, 2, Told())[1]
    assert windows(there / "windows") == windows(tmp_path / "here") != {}
    opened = GptOssCheckpoint.open(mixture)
    apart = [
        read_through(opened, share, lambda _: None) for share in (dialogues[:2], dialogues[2:])
    ]
    states = np.concatenate([reading.states for reading in apart]).astype(np.float16)
    assert np.array_equal(np.load(there / "states.npy"), states)


def windows(folder: Path) -> dict[str, bytes]:
    return {f"{file.parent.name}/{file.name}": file.read_bytes() for file in folder.glob("*/*.npy")}
