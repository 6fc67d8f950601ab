"""A small network with all of gpt-oss's features gives the logits that transformers gave.

`scripts/training/gpt_oss_exactness.py` wrote the network and its logits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from tests.conftest import ROOT
from voice.models.gpt_oss import WantedConversion, convert

NETWORK = ROOT / "tests" / "data" / "small_gpt_oss"
EXACT = 1e-3
KEPT = np.load(NETWORK / "logits.npz")
LENGTH, VOCABULARY = KEPT["logits"].shape


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("converted") / "dense"
    convert(NETWORK, target, WantedConversion(2, "float32", routing=NETWORK / "routing.json"))
    return target


@pytest.fixture
def generator(folder: Path) -> Iterator[ctranslate2.Generator]:
    opened = ctranslate2.Generator(str(folder), compute_type="float32", intra_threads=1)
    yield opened
    opened.unload_model()


@pytest.fixture
def prefix(folder: Path) -> list[str]:
    found: list[str] = json.loads((folder / "voice.json").read_text())["prefix_tokens"]
    return found


@pytest.fixture
def words(folder: Path) -> list[str]:
    tokens = json.loads((folder / "vocabulary.json").read_text())
    return [tokens[row] for row in KEPT["ids"]]


def test_read_at_once_and_beside_a_shorter_one(
    generator: ctranslate2.Generator, prefix: list[str], words: list[str]
) -> None:
    prompts = [[*prefix, *words], [*prefix, *words[: LENGTH // 2]]]

    found = np.array(generator.forward_batch(prompts, return_log_probs=False))

    for logits, prompt in zip(found, prompts, strict=True):
        there = logits[len(prefix) : len(prompt), :VOCABULARY]
        np.testing.assert_allclose(there, KEPT["logits"][: len(there)], atol=EXACT)


def test_behind_a_cached_prompt(
    generator: ctranslate2.Generator, prefix: list[str], words: list[str]
) -> None:
    """The first reads the prompt, the others find it in the cache."""
    static = [*prefix, *words[:20]]

    for end in (30, LENGTH, 41):
        (result,) = generator.generate_batch(
            [words[20:end]], static_prompt=static, max_length=1, return_logits_vocab=True,
            include_prompt_in_result=False,
        )  # fmt: skip
        logits = np.array(result.logits[0][0])[:VOCABULARY]
        np.testing.assert_allclose(logits, KEPT["logits"][end - 1], atol=EXACT)


def test_token_by_token(
    generator: ctranslate2.Generator, prefix: list[str], words: list[str]
) -> None:
    """The text is what the generator has to write."""
    (result,) = generator.generate_batch(
        [[*prefix, *words]], max_length=1, return_logits_vocab=True, include_prompt_in_result=True
    )

    logits = np.array([np.array(step) for step in result.logits[0]])[len(prefix) - 1 :]
    np.testing.assert_allclose(logits[:, :VOCABULARY], KEPT["logits"][: len(logits)], atol=EXACT)


def test_without_the_prefix_it_is_another_network(
    generator: ctranslate2.Generator, words: list[str]
) -> None:
    found = np.array(generator.forward_batch([words], return_log_probs=False))[0, :, :VOCABULARY]

    assert np.abs(found - KEPT["logits"]).max() > 0.1
