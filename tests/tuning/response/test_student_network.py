"""The network that learns computes what transformers computes, and is written as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest

from tests.conftest import ROOT
from tests.models.gpt_oss.test_llama import CONTROL, save_llama
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.difference import merge, save_difference
from voice.models.download import hash_of
from voice.models.gpt_oss import WantedConversion, convert
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.ctranslate2_folder import write_ctranslate2
from voice.models.gpt_oss.layout import Layout
from voice.models.gpt_oss.llama import LlamaNetwork
from voice.models.gpt_oss.mixed_experts import MixedExperts
from voice.models.gpt_oss.routing import Routing, read_through
from voice.models.gpt_oss.source import open_source

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

NETWORK = ROOT / "tests" / "data" / "small_gpt_oss"
KEPT = np.load(NETWORK / "logits.npz")


def student(rank: int = 0) -> Any:
    from voice.tuning.response.network import StudentNetwork

    checkpoint = GptOssCheckpoint.open(NETWORK)
    routing = Routing.read(NETWORK / "routing.json", checkpoint.shape)
    dense = MixedExperts(checkpoint, routing.mixes(2))
    torch.manual_seed(0)
    rows = np.arange(checkpoint.shape.vocabulary)
    return StudentNetwork(dense, rows, dense.shape, rank=rank)


def logits(network: Any) -> Any:
    with torch.no_grad():
        return network.scores(network(torch.from_numpy(KEPT["ids"]).long())).numpy()


@pytest.mark.parametrize("rank", [0, 4])
def test_it_gives_the_logits_that_transformers_gave(rank: int) -> None:
    np.testing.assert_allclose(logits(student(rank)), KEPT["logits"], atol=1e-3)


def test_the_original_read_by_numpy_is_a_teacher_with_these_logits() -> None:
    checkpoint = GptOssCheckpoint.open(NETWORK)

    reading = read_through(checkpoint, [KEPT["ids"].tolist()], lambda _: None)

    found = reading.states @ checkpoint.head(slice(None)).T
    np.testing.assert_allclose(found, KEPT["logits"], atol=1e-3)


@pytest.mark.parametrize("rank", [0, 4])
def test_what_was_learned_is_what_ctranslate2_computes(rank: int, tmp_path: Path) -> None:
    from voice.tuning.response.network import LearnedNetwork

    changed = student(rank)
    with torch.no_grad():
        for value in changed.parameters():
            value.add_(0.05 * torch.randn_like(value))
    _, vocabulary = open_source(NETWORK)
    layout = Layout(changed.shape, sinks=True, precision="float32")
    write_ctranslate2(LearnedNetwork(changed), vocabulary, layout, tmp_path)

    generator = ctranslate2.Generator(str(tmp_path), compute_type="float32", intra_threads=1)
    words = json.loads((tmp_path / "vocabulary.json").read_text())
    prompt = [*layout.prefix, *(words[row] for row in KEPT["ids"])]
    found = np.array(generator.forward_batch([prompt], return_log_probs=False))[0]
    found = found[len(layout.prefix) :, : len(vocabulary)]
    assert np.abs(found - KEPT["logits"]).max() > 0.1
    np.testing.assert_allclose(found, logits(changed), atol=2e-3)


def test_low_rank_changes_of_a_network_without_sinks_are_a_difference(tmp_path: Path) -> None:
    from voice.tuning.response.network import LearnedNetwork, StudentNetwork

    llama = save_llama(tmp_path / "llama", CONTROL)
    convert(llama, tmp_path / "base", WantedConversion(precision="float32"))
    network, vocabulary = open_source(llama)
    assert isinstance(network, LlamaNetwork)
    changed = StudentNetwork(network, vocabulary.rows, network.shape, rank=4)
    with torch.no_grad():
        for value in changed.parameters():
            value.add_(0.05 * torch.randn_like(value))
    weights = tmp_path / "base" / "model.bin"
    save_difference(tmp_path / "difference", hash_of(weights), changed.difference(), {})

    merge(weights, tmp_path / "difference", tmp_path / "merged.bin")

    whole = tmp_path / "whole"
    whole.mkdir()
    layout = Layout(changed.shape, sinks=False, precision="float32")
    write_ctranslate2(LearnedNetwork(changed), vocabulary, layout, whole)
    merged = Ctranslate2Weights.read(tmp_path / "merged.bin").variables
    written = Ctranslate2Weights.read(whole / "model.bin").variables
    assert merged.keys() == written.keys()
    for name, value in written.items():
        np.testing.assert_allclose(merged[name], value, atol=2e-3, err_msg=name)
