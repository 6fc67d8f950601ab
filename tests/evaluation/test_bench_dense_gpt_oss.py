"""The benchmark of dense shapes measures a network of any size, with windows and without."""

from __future__ import annotations

from dataclasses import replace

import pytest

import bench_dense_gpt_oss
from voice.models.gpt_oss.rotary import Rotary, Yarn
from voice.models.gpt_oss.shape import GPT_OSS, Shape

SMALL = Shape(
    kind=GPT_OSS, vocabulary=500, width=64, inner=64, layers=2, heads=4, key_heads=2, head=16,
    epsilon=1e-5, context=4096, rotary=Rotary(150000.0, Yarn(32.0, 4096, truncate=False)),
    windows=(16, None),
)  # fmt: skip


@pytest.mark.parametrize("shape", [SMALL, replace(SMALL, windows=(None, None), inner=256)])
def test_a_network_is_written_and_timed(shape: Shape) -> None:
    speed, gigabytes = bench_dense_gpt_oss.speed_of(shape, threads=1)

    assert speed.first_token_ms > 0 and speed.tokens_per_second > 0
    assert 0 < gigabytes < 0.001


@pytest.mark.torch
def test_it_is_held_against_transformers() -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

    assert bench_dense_gpt_oss.speed_in_transformers(SMALL, threads=1).tokens_per_second > 0
