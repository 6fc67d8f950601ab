"""SmolLM2, installed as a dense gpt-oss, still knows what it knew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ctranslate2
import pytest

from tests.conftest import fetched
from voice.tokenizer_files import read_tokenizer

pytestmark = pytest.mark.real_models


@pytest.fixture(scope="module")
def folder() -> Path:
    return fetched("smollm2-135m-instruct-q4")


@pytest.fixture(scope="module")
def generator(folder: Path) -> Iterator[ctranslate2.Generator]:
    opened = ctranslate2.Generator(str(folder), compute_type="int8", intra_threads=1)
    yield opened
    opened.unload_model()


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        ("The capital of France is", " Paris"),
        ("One, two, three, four,", " five, six"),
        ("The opposite of hot is", " cold"),
    ],
)
def test_it_goes_on_as_a_model_with_language_in_it(
    generator: ctranslate2.Generator, folder: Path, begun: str, ended: str
) -> None:
    tokenizer = read_tokenizer(folder / "tokenizer.json")

    (result,) = generator.generate_batch(
        [tokenizer.encode(begun).tokens], max_length=6, include_prompt_in_result=False
    )

    assert tokenizer.decode(result.sequences_ids[0]).startswith(ended)
