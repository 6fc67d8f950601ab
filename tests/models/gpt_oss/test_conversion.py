"""A gpt-oss becomes a folder that CTranslate2 loads, in bounded memory, whole or not at all."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models.gpt_oss.small_models import (
    EXPERTS,
    LAYERS,
    WINDOW,
    gpt_oss_config,
    gpt_oss_tensors,
    save_checkpoint,
    vocabulary_size,
    with_float_experts,
)
from voice.errors import ModelError
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.gpt_oss import Precision, WantedConversion, convert
from voice.tokenizer_files import read_tokenizer

TEXT = "how much is my bill this month"


def description(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "voice.json").read_text("utf-8"))
    return found


def logits(folder: Path, text: str = TEXT) -> NDArray[np.float32]:
    """Of each token behind the prefix, for the tokens of the vocabulary that are words."""
    tokens = read_tokenizer(folder / "tokenizer.json").encode(text, add_special_tokens=False).tokens
    prefix = description(folder)["prefix_tokens"]
    generator = ctranslate2.Generator(str(folder), compute_type="float32", intra_threads=1)
    found = generator.forward_batch([[*prefix, *tokens]], return_log_probs=False)
    array = np.array(found)[0, len(prefix) :, : -len({*prefix})]
    del generator
    return array


def test_the_folder_says_how_it_is_used(checkpoint: Path, dialogues: Path, tmp_path: Path) -> None:
    convert(checkpoint, tmp_path / "dense", WantedConversion(experts=2, dialogues=dialogues))

    found = description(tmp_path / "dense")
    assert found["prefix_tokens"] == ["<|ct2_sink|>", *["<|ct2_null|>"] * (WINDOW - 1)]
    assert found["context_length"] == 131072 and found["sliding_window"] == WINDOW
    assert found["format"] == "harmony"
    card = found["card"]
    assert card["experts_of_a_layer"] == EXPERTS
    assert [len(layer) for layer in card["experts"]] == [2] * LAYERS
    assert [sum(layer) for layer in card["shares"]] == pytest.approx([1.0] * LAYERS, abs=1e-3)
    assert 0.25 < card["routing_mass_kept"] < 1


def test_it_writes_tokens_and_never_those_that_are_added(
    checkpoint: Path, dialogues: Path, tmp_path: Path
) -> None:
    convert(checkpoint, tmp_path / "dense", WantedConversion(dialogues=dialogues))

    folder = tmp_path / "dense"
    generator = ctranslate2.Generator(str(folder), compute_type="int8", intra_threads=1)
    prompt = [*description(folder)["prefix_tokens"], "<|start|>"]
    written = generator.generate_batch(
        [prompt], max_length=24, sampling_topk=50, include_prompt_in_result=False
    )[0].sequences[0]
    del generator

    assert written and not {"<|ct2_sink|>", "<|ct2_null|>"} & {*written}


@pytest.mark.parametrize(("precision", "tolerance"), [("float16", 0.02), ("int8", 0.25)])
def test_smaller_precisions_stay_near(
    checkpoint: Path, dialogues: Path, tmp_path: Path, precision: Precision, tolerance: float
) -> None:
    sizes = {}
    for name in ("float32", precision):
        convert(checkpoint, tmp_path / name, WantedConversion(2, name, dialogues=dialogues))
        sizes[name] = (tmp_path / name / "model.bin").stat().st_size

    difference = np.abs(logits(tmp_path / precision) - logits(tmp_path / "float32"))

    assert 0 < difference.max() < tolerance
    assert sizes[precision] < 0.6 * sizes["float32"]


def test_mxfp4_and_the_same_numbers_as_bfloat16_convert_alike(
    checkpoint: Path, dialogues: Path, tmp_path: Path
) -> None:
    floats = save_checkpoint(
        tmp_path / "floats", gpt_oss_config(), with_float_experts(gpt_oss_tensors())
    )

    for source, name in ((checkpoint, "from_mxfp4"), (floats, "from_bfloat16")):
        convert(source, tmp_path / name, WantedConversion(2, dialogues=dialogues))

    first, second = (tmp_path / name / "model.bin" for name in ("from_mxfp4", "from_bfloat16"))
    assert first.read_bytes() == second.read_bytes()


def test_statistics_of_an_earlier_conversion_choose_the_same_experts(
    checkpoint: Path, dialogues: Path, tmp_path: Path
) -> None:
    convert(checkpoint, tmp_path / "first", WantedConversion(2, dialogues=dialogues))

    convert(
        checkpoint,
        tmp_path / "second",
        WantedConversion(2, routing=tmp_path / "first" / "routing.json"),
    )

    weights = [Ctranslate2Weights.read(tmp_path / name / "model.bin").variables
               for name in ("first", "second")]  # fmt: skip
    assert weights[0].keys() == weights[1].keys()
    assert all(np.array_equal(value, weights[1][name]) for name, value in weights[0].items())


def test_a_smaller_vocabulary_reads_its_text_as_before(
    checkpoint: Path, dialogues: Path, tmp_path: Path
) -> None:
    text = tmp_path / "words.txt"
    text.write_text(TEXT)
    routing = WantedConversion(2, "float32", dialogues=dialogues)
    convert(checkpoint, tmp_path / "all", routing)

    convert(
        checkpoint,
        tmp_path / "few",
        WantedConversion(2, "float32", vocabulary=text, dialogues=dialogues),
    )

    names = [
        json.loads((tmp_path / name / "vocabulary.json").read_text()) for name in ("all", "few")
    ]
    assert len(names[1]) < 0.5 * len(names[0]) and {*names[1]} < {*names[0]}
    kept = [names[0].index(token) for token in names[1] if not token.startswith("<|ct2_")]
    np.testing.assert_allclose(
        logits(tmp_path / "few"), logits(tmp_path / "all")[:, kept], atol=1e-4
    )
    tokenizers = [read_tokenizer(tmp_path / name / "tokenizer.json") for name in ("all", "few")]
    first, second = (tokenizer.encode(TEXT).tokens for tokenizer in tokenizers)
    assert first == second
    other = "zürich, 12:45, <|end|>"
    assert tokenizers[1].decode(tokenizers[1].encode(other).ids, skip_special_tokens=False) == (
        tokenizers[0].decode(tokenizers[0].encode(other).ids, skip_special_tokens=False)
    )


def deeper(folder: Path, layers: int) -> Path:
    """The same network with so many layers, all as the first."""
    types = ["sliding_attention", "full_attention"] * (layers // 2)
    config = gpt_oss_config(num_hidden_layers=layers, layer_types=types)
    tensors = gpt_oss_tensors()
    for layer in range(LAYERS, layers):
        for name in [name for name in tensors if name.startswith("model.layers.0.")]:
            tensors[name.replace("layers.0.", f"layers.{layer}.")] = tensors[name]
    return save_checkpoint(folder, config, tensors)


def test_more_layers_take_no_more_memory(dialogues: Path, tmp_path: Path) -> None:
    peaks, sizes = [], []
    for layers in (2, 16):
        source, target = deeper(tmp_path / f"deep-{layers}", layers), tmp_path / f"dense-{layers}"
        said: list[str] = []
        tracemalloc.start()
        convert(source, target, WantedConversion(8, "float32", dialogues=dialogues), said.append)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

        sizes.append((target / "model.bin").stat().st_size)
        said_size = float(said[0].split("takes ")[1].split(" MB")[0])
        assert said_size == pytest.approx(sizes[-1] / 1e6, rel=0.1)

    assert peaks[1] - peaks[0] < 0.1 * (sizes[1] - sizes[0])


def test_memory_that_will_not_do_is_said_before_anything_is_done(
    checkpoint: Path, dialogues: Path, tmp_path: Path
) -> None:
    said: list[str] = []

    with pytest.raises(
        ModelError, match=r"converting needs \d+\.\d MB of memory, 1\.0 MB are free"
    ):
        convert(
            checkpoint,
            tmp_path / "dense",
            WantedConversion(dialogues=dialogues),
            said.append,
            lambda: 10**6,
        )

    assert len(said) == 1 and "of memory to convert" in said[0]
    assert not (tmp_path / "dense").exists()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (WantedConversion(experts=9), "gpt-oss-small has 8 experts a layer, not 9"),
        (WantedConversion(experts=2), "experts are chosen by dialogues or by routing statistics"),
        (WantedConversion(form="checkpoint"), "float32 or float16, not int8"),
        (WantedConversion(dialogues=Path("none.jsonl")), r"none\.jsonl: cannot be read"),
        (WantedConversion(routing=Path("none.json")), r"none\.json: no routing statistics"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    checkpoint: Path, tmp_path: Path, wanted: WantedConversion, message: str
) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        convert(checkpoint, tmp_path / "dense", wanted)

    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["gpt-oss-small"]


def test_a_folder_that_is_there_is_left_as_it_is(
    checkpoint: Path, dialogues: Path, tmp_path: Path
) -> None:
    (tmp_path / "dense").mkdir()
    (tmp_path / "dense" / "mine.txt").write_text("mine")

    with pytest.raises(ModelError, match="dense: is there already"):
        convert(checkpoint, tmp_path / "dense", WantedConversion(dialogues=dialogues))

    assert [path.name for path in (tmp_path / "dense").iterdir()] == ["mine.txt"]


def test_a_vocabulary_without_harmony_is_refused(
    checkpoint: Path, dialogues: Path, tmp_path: Path
) -> None:
    file = checkpoint / "tokenizer.json"
    file.write_text(file.read_text("utf-8").replace("<|channel|>", "<|chanel|>"), "utf-8")

    with pytest.raises(ModelError, match=r"tokenizer\.json: no Harmony vocabulary, <\|channel\|>"):
        convert(checkpoint, tmp_path / "dense", WantedConversion(dialogues=dialogues))


def test_a_vocabulary_of_another_model_is_refused(dialogues: Path, tmp_path: Path) -> None:
    tensors = gpt_oss_tensors()
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        tensors[name] = tensors[name][:100]
    source = save_checkpoint(tmp_path / "small", gpt_oss_config(vocab_size=100), tensors)

    with pytest.raises(ModelError, match=f"{vocabulary_size()} tokens, the model has 100"):
        convert(source, tmp_path / "dense", WantedConversion(dialogues=dialogues))
