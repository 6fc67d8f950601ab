"""A gpt-oss is read by workers as it is read here: the same bytes, each share once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.models.gpt_oss.small_models import gpt_oss_config, gpt_oss_tensors, save_checkpoint
from tests.tuning.told_progress import Told
from voice.errors import VoiceError
from voice.evaluation.batch import Processes, Workers
from voice.models.gpt_oss import routing
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.routing import read_through, shares_of
from voice.tuning.response.reading_workers import ReadingWorkers

DIALOGUES = [list(range(first, first + 20 + first // 10)) for first in (10, 40, 70, 100)]


@contextmanager
def two() -> Iterator[Workers]:
    yield Processes(2)


@pytest.fixture
def mixture(tmp_path: Path) -> Path:
    return save_checkpoint(tmp_path / "mixture", gpt_oss_config(), gpt_oss_tensors())


def test_shares_hold_whole_dialogues_and_depend_on_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert shares_of(DIALOGUES, 64) == [DIALOGUES]
    monkeypatch.setattr(routing, "_SHARE_BYTES", 64 * 2 * 50)
    assert shares_of(DIALOGUES, 64) == [DIALOGUES[:2], DIALOGUES[2:3], DIALOGUES[3:]]
    assert shares_of(DIALOGUES, 6400) == [[dialogue] for dialogue in DIALOGUES]


def test_what_workers_read_is_what_one_process_reads(
    mixture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "_SHARE_BYTES", 64 * 2 * 50)
    here = read_through(GptOssCheckpoint.open(mixture), DIALOGUES, lambda _: None)
    shares = shares_of(DIALOGUES, 64)

    there = ReadingWorkers(mixture, two).read(shares, tmp_path / "shares", Told())

    assert np.array_equal(there.states.astype(np.float16), here.states.astype(np.float16))
    assert there.routing == here.routing
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "shares").glob("*/*.json")}
    assert len(kept) == len(shares) == 3
    next(iter(kept)).unlink()
    ReadingWorkers(mixture, two).read(shares, tmp_path / "shares", Told())
    again = {file: file.stat().st_mtime_ns for file in (tmp_path / "shares").glob("*/*.json")}
    assert again.keys() == kept.keys()
    assert sum(again[file] != kept[file] for file in kept) == 1


def test_a_share_that_cannot_be_read_is_one_line(mixture: Path, tmp_path: Path) -> None:
    readers = ReadingWorkers(mixture, two)
    with pytest.raises(VoiceError, match=r"^1 of 2 shares were not read: the worker died \(exit"):
        readers.read([[[1, 2]], [[10**9]]], tmp_path / "shares", Told())
