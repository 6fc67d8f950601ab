"""A checkpoint is read tensor by tensor; what is missing or damaged is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.models.gpt_oss.small_models import (
    INDEX,
    gpt_oss_config,
    gpt_oss_tensors,
    save_checkpoint,
    save_shard,
    upper_halves,
)
from voice.errors import ModelError
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.mxfp4 import dequantised
from voice.models.gpt_oss.tensors import SafetensorsFolder

SECOND = "model-00002-of-00002.safetensors"


def test_bfloat16_is_read_as_it_was_written(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)
    save_shard(tmp_path / "model.safetensors", {"weight": values})
    kept = (upper_halves(values).astype(np.uint32) << 16).view(np.float32)

    tensors = SafetensorsFolder.open(tmp_path)

    np.testing.assert_array_equal(tensors.floats("weight"), kept)
    np.testing.assert_array_equal(tensors.floats("weight", slice(2, 4)), kept[2:4])
    np.testing.assert_array_equal(tensors.floats("weight", 5), kept[5])
    np.testing.assert_array_equal(tensors.floats("weight", np.array([5, 0])), kept[[5, 0]])


def test_mxfp4_by_hand() -> None:
    """A byte's lower half comes first; 0x72 is 1 and 6, 0x9f is -6 and -0.5."""
    blocks = np.zeros((1, 2, 16), np.uint8)
    blocks[0, 0, 0], blocks[0, 1, 15] = 0x72, 0x9F
    scales = np.array([[127, 129]], np.uint8)  # times 1 and times 4

    numbers = dequantised(blocks, scales)

    assert numbers.shape == (1, 64)
    assert numbers[0, :2].tolist() == [1.0, 6.0]
    assert numbers[0, 62:].tolist() == [-24.0, -2.0]
    assert not numbers[0, 2:62].any()


def test_one_expert_is_read_at_a_time(checkpoint: Path) -> None:
    tensors = gpt_oss_tensors()
    place = "model.layers.1.mlp.experts"
    whole = dequantised(
        tensors[f"{place}.down_proj_blocks"][3], tensors[f"{place}.down_proj_scales"][3]
    )

    expert = GptOssCheckpoint.open(checkpoint).expert(1, 3)

    np.testing.assert_array_equal(expert.down, whole)
    assert expert.gate_up.shape == (64, 64) and expert.down_bias.shape == (64,)


def test_missing_shards_are_named(checkpoint: Path) -> None:
    (checkpoint / SECOND).unlink()

    with pytest.raises(ModelError, match=f"1 of 2 shards are missing: {SECOND}"):
        GptOssCheckpoint.open(checkpoint)


def test_a_shard_that_is_cut_off_is_named(checkpoint: Path) -> None:
    data = (checkpoint / SECOND).read_bytes()
    (checkpoint / SECOND).write_bytes(data[:-100])

    with pytest.raises(ModelError, match=rf"{SECOND}: not a safetensors file, or cut off"):
        GptOssCheckpoint.open(checkpoint)


@pytest.mark.parametrize("data", [b"", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]", b"<html></html>"])
def test_a_shard_that_is_something_else_is_named(checkpoint: Path, data: bytes) -> None:
    (checkpoint / SECOND).write_bytes(data)

    with pytest.raises(ModelError, match=rf"{SECOND}: not a safetensors file"):
        GptOssCheckpoint.open(checkpoint)


def test_a_damaged_index_is_named(checkpoint: Path) -> None:
    (checkpoint / INDEX).write_text("{}")

    with pytest.raises(ModelError, match=rf"{INDEX}: cannot be read"):
        GptOssCheckpoint.open(checkpoint)


def test_a_tensor_that_no_shard_has_is_named(tmp_path: Path) -> None:
    tensors = gpt_oss_tensors()
    del tensors["model.layers.1.self_attn.sinks"]
    folder = save_checkpoint(tmp_path / "gpt-oss", gpt_oss_config(), tensors)

    with pytest.raises(ModelError, match=r"model\.layers\.1\.self_attn\.sinks is in none"):
        GptOssCheckpoint.open(folder)


def test_a_tensor_of_another_size_is_named(tmp_path: Path) -> None:
    folder = save_checkpoint(
        tmp_path / "gpt-oss", gpt_oss_config(num_local_experts=16), gpt_oss_tensors()
    )

    with pytest.raises(ModelError, match=r"mlp\.router\.weight has the shape \(8, 64\)"):
        GptOssCheckpoint.open(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "mistral"}, "not a gpt-oss .*model_type is 'mistral'"),
        ({"model_type": None}, "not a gpt-oss .*model_type is None"),
        ({"hidden_size": "large"}, "config.json: hidden_size is 'large', not a number"),
        ({"hidden_act": "gelu"}, "hidden_act 'gelu' cannot be converted"),
        ({"swiglu_alpha": 2.0}, "swiglu_alpha 2.0 cannot be converted"),
        ({"rope_scaling": {"rope_type": "longrope"}}, "positions of the kind 'longrope'"),
        ({"rope_scaling": "yarn"}, "config.json: "),
        ({"rope_theta": 0}, "rotary positions are none"),
        ({"num_key_value_heads": 3}, "sizes do not fit together"),
        ({"rms_norm_eps": -1}, "epsilon is -1"),
        ({"layer_types": ["full_attention"]}, "layer_types is no list"),
    ],
)
def test_what_is_no_gpt_oss_says_why(
    checkpoint: Path, changes: dict[str, object], message: str
) -> None:
    (checkpoint / "config.json").write_text(json.dumps(gpt_oss_config(**changes)))

    with pytest.raises(ModelError, match=message):
        GptOssCheckpoint.open(checkpoint)


def test_a_configuration_that_lacks_something_says_what(checkpoint: Path) -> None:
    config = gpt_oss_config()
    del config["num_key_value_heads"], config["sliding_window"]
    (checkpoint / "config.json").write_text(json.dumps(config))

    with pytest.raises(ModelError, match=r"config\.json: sliding_window is missing"):
        GptOssCheckpoint.open(checkpoint)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json there"):
        GptOssCheckpoint.open(tmp_path)
