"""A difference is made smaller, as near to what was learned as its rank allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from voice.tuning.low_rank import rank_of, with_rank


def difference(rank: int = 16) -> dict[str, NDArray[Any]]:
    random = np.random.default_rng(1)
    strengths = 0.5 ** np.arange(rank)
    return {
        "a/weight.out": (random.normal(0, 1, (96, rank)) * strengths).astype(np.float16),
        "a/weight.in": random.normal(0, 1, (rank, 64)).astype(np.float16),
        "a/bias": random.normal(0, 1, 96).astype(np.float16),
    }


def product(found: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
    return found["a/weight.out"].astype(np.float32) @ found["a/weight.in"].astype(np.float32)


def test_it_is_the_nearest_of_its_rank() -> None:
    whole = product(difference())
    u, strengths, v = np.linalg.svd(whole)

    for rank in (1, 2, 4, 8):
        smaller = with_rank(difference(), rank)

        best = u[:, :rank] * strengths[:rank] @ v[:rank]
        np.testing.assert_allclose(product(smaller), best, atol=0.02)
        assert rank_of(smaller) == rank


def test_a_rank_that_it_has_changes_nothing() -> None:
    np.testing.assert_allclose(
        product(with_rank(difference(), 16)), product(difference()), atol=0.02
    )


def test_whole_changes_stay_whole() -> None:
    smaller = with_rank(difference(), 2)

    np.testing.assert_array_equal(smaller["a/bias"], difference()["a/bias"])


@pytest.mark.parametrize(("rank", "size"), [(16, 5312), (2, 832)])
def test_its_size(rank: int, size: int) -> None:
    assert sum(array.nbytes for array in with_rank(difference(), rank).values()) == size
