"""How many threads a worker of an engine has where the settings do not say."""

from __future__ import annotations

import os

import pytest

from voice.engine_threads import threads_for


@pytest.mark.parametrize(
    ("cores", "workers", "threads"),
    [(1, 1, 1), (2, 1, 2), (2, 2, 1), (2, 8, 1), (8, 2, 4), (6, 2, 3), (64, 1, 4)],
)
def test_all_workers_together_have_no_more_threads_than_there_are_cores(
    monkeypatch: pytest.MonkeyPatch, cores: int, workers: int, threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    assert threads_for(workers) == threads
