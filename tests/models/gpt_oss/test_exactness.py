"""A converted network gives the logits of transformers, with each of gpt-oss's features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch
pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

from training.gpt_oss_exactness import Converted, Features, converted, random_gpt_oss  # noqa: E402

EXACT = 1e-3
BARE = Features(experts=1, biases=False, yarn=False, sinks=False, windows=False)
FEATURES = {
    "one expert": BARE,
    "a mix of four experts": replace(BARE, experts=4),
    "biases": replace(BARE, biases=True),
    "YaRN": replace(BARE, yarn=True),
    "sinks": replace(BARE, sinks=True),
    "windows": replace(BARE, windows=True),
    "tied embeddings": replace(BARE, tied=True, sinks=True),
    "all of gpt-oss": Features(),
}


@pytest.fixture(params=[*FEATURES.values()], ids=[*FEATURES])
def network(
    request: pytest.FixtureRequest, tmp_path: Path, embedded_responder_path: Path
) -> Iterator[Converted]:
    features: Features = request.param
    saved = tmp_path / "saved"
    model = random_gpt_oss(features, embedded_responder_path / "tokenizer.json", saved)
    found = Converted(model, converted(model, saved, tmp_path / "converted", features.experts))
    yield found
    found.close()


def test_read_at_once_and_in_a_batch(network: Converted) -> None:
    assert network.prefill() <= EXACT
    assert network.batch() <= EXACT


def test_step_by_step_past_the_window(network: Converted) -> None:
    assert network.step_by_step() <= EXACT


def test_behind_a_static_prompt(network: Converted) -> None:
    assert network.static_prompt() <= EXACT
