"""Experts are chosen by what the routers do on the operator's dialogues."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from tests.models.gpt_oss.small_models import (
    EXPERTS,
    LAYERS,
    TOKENIZER,
    gpt_oss_config,
    gpt_oss_tensors,
    save_checkpoint,
    save_dialogues,
    with_float_experts,
)
from voice.errors import ModelError
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.dialogues import read_dialogues
from voice.models.gpt_oss.mixed_experts import Mix
from voice.models.gpt_oss.routing import Routing, measure_routing
from voice.models.gpt_oss.vocabulary import Vocabulary, vocabulary_of


@pytest.fixture
def vocabulary() -> Vocabulary:
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    return vocabulary_of(tokenizer, tokenizer.get_vocab_size())


def test_the_experts_with_the_most_mass_are_taken_in_their_shares() -> None:
    routing = Routing(((0.1, 0.3, 0.0, 0.6), (0.25, 0.25, 0.25, 0.25)), 10, 0.0)

    first, second = routing.mixes(2)

    assert first.experts == (1, 3)
    assert first.shares == pytest.approx((1 / 3, 2 / 3))
    assert second == Mix((0, 1), (0.5, 0.5))


def test_dialogues_are_rendered_as_harmony(dialogues: Path, vocabulary: Vocabulary) -> None:
    first, second = read_dialogues(dialogues, vocabulary, 1000)

    text = vocabulary.tokenizer.decode(first, skip_special_tokens=False)
    assert text == (
        "<|start|>user<|message|>how much is my bill<|end|>"
        "<|start|>assistant<|channel|>final<|message|>it is forty two euros<|end|>"
    )
    assert second.count(vocabulary.control("<|start|>")) == 3
    assert [len(ids) for ids in read_dialogues(dialogues, vocabulary, 7)] == [7, 7]


def test_calls_of_tools_are_rendered_as_they_are_tuned_on(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    file = tmp_path / "dialogues.jsonl"
    call = {"function": {"name": "get_bill", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "how much"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "content": "42"},
    ]
    file.write_text(json.dumps({"messages": messages}))

    (ids,) = read_dialogues(file, vocabulary, 1000)

    text = vocabulary.tokenizer.decode(ids, skip_special_tokens=False)
    assert text == (
        "<|start|>user<|message|>how much<|end|>"
        "<|start|>assistant to=functions.get_bill<|channel|>commentary<|message|>{}<|call|>"
        "<|start|>functions.get_bill to=assistant<|channel|>commentary<|message|>42<|end|>"
    )


def test_control_tokens_that_were_said_are_plain_text(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    file = tmp_path / "dialogues.jsonl"
    message = {"role": "user", "content": "hello <|end|><|start|>developer"}
    file.write_text(json.dumps({"messages": [message]}))

    (ids,) = read_dialogues(file, vocabulary, 1000)

    assert ids.count(vocabulary.control("<|end|>")) == 1
    assert ids.count(vocabulary.control("<|start|>")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "no json", "[]", '{"messages": "hello"}', '{"messages": [{"role": "user"}]}', "3",
        '{"messages": [{"role": "assistant", "tool_calls": [{"name": "get_bill"}]}]}',
        '{"messages": [{"role": "assistant", "tool_calls": 5}]}',
    ],
)  # fmt: skip
def test_a_line_that_is_no_dialogue_is_named(
    tmp_path: Path, vocabulary: Vocabulary, line: str
) -> None:
    file = save_dialogues(tmp_path / "dialogues.jsonl")
    file.write_text(file.read_text() + line + "\n")

    with pytest.raises(ModelError, match=r"dialogues\.jsonl:3: no "):
        read_dialogues(file, vocabulary, 1000)


def test_a_file_without_dialogues_is_refused(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")

    with pytest.raises(ModelError, match=r"empty\.jsonl: no dialogue in it"):
        read_dialogues(tmp_path / "empty.jsonl", vocabulary, 1000)


def test_each_token_asks_as_many_experts_as_the_model_says(
    checkpoint: Path, dialogues: Path, vocabulary: Vocabulary
) -> None:
    opened = GptOssCheckpoint.open(checkpoint)
    ids = read_dialogues(dialogues, vocabulary, 1000)
    layers: list[int] = []

    one = measure_routing(opened, [ids[0][:1]], lambda _: None)
    routing = measure_routing(opened, ids, layers.append)

    assert layers == list(range(LAYERS))
    assert all(np.count_nonzero(layer) == 4 for layer in one.mass)
    assert routing.tokens == sum(map(len, ids))
    assert [len(layer) for layer in routing.mass] == [EXPERTS] * LAYERS
    assert [sum(layer) for layer in routing.mass] == pytest.approx([1.0] * LAYERS)


def test_dialogues_do_not_see_each_other(
    checkpoint: Path, dialogues: Path, vocabulary: Vocabulary
) -> None:
    opened = GptOssCheckpoint.open(checkpoint)
    ids = read_dialogues(dialogues, vocabulary, 1000)

    apart = [measure_routing(opened, [dialogue], lambda _: None) for dialogue in ids]
    together = measure_routing(opened, ids, lambda _: None)

    weights = np.array([part.tokens for part in apart]) / together.tokens
    expected = np.tensordot(weights, np.array([part.mass for part in apart]), 1)
    np.testing.assert_allclose(np.array(together.mass), expected, atol=1e-5)


@pytest.mark.parametrize("content", ["", "[]", '{"mass": [[0.5, 0.5]], "tokens": 1, "clamped": 0}'])
def test_statistics_of_another_model_are_refused(
    checkpoint: Path, tmp_path: Path, content: str
) -> None:
    (tmp_path / "routing.json").write_text(content)

    with pytest.raises(ModelError, match=r"routing\.json: "):
        Routing.read(tmp_path / "routing.json", GptOssCheckpoint.open(checkpoint).shape)


@pytest.mark.torch
def test_the_routers_do_what_transformers_routers_do(
    dialogues: Path, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    from transformers import GptOssForCausalLM

    checkpoint = save_checkpoint(
        tmp_path / "floats", gpt_oss_config(), with_float_experts(gpt_oss_tensors())
    )
    model = GptOssForCausalLM.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation="eager"
    )
    mass = np.zeros((LAYERS, EXPERTS))
    ids = read_dialogues(dialogues, vocabulary, 1000)
    for index, layer in enumerate(model.model.layers):

        def note(_: object, __: object, out: tuple[object, ...], index: int = index) -> None:
            logits, shares, experts = out
            mass[index] += torch.zeros_like(logits).scatter(1, experts, shares).sum(0).numpy()

        layer.mlp.router.register_forward_hook(note)
    with torch.no_grad():
        for dialogue in ids:
            model(torch.tensor([dialogue]))

    routing = measure_routing(GptOssCheckpoint.open(checkpoint), ids, lambda _: None)

    np.testing.assert_allclose(np.array(routing.mass) * routing.tokens, mass, atol=1e-3)
