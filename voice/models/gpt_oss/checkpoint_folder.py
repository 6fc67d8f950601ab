"""Writes a dense gpt-oss network as transformers loads it, for a training; a shard a layer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from voice.models.gpt_oss.layout import Precision
from voice.models.gpt_oss.network import DenseLayer, DenseNetwork
from voice.models.gpt_oss.rotary import Rotary
from voice.models.gpt_oss.shape import GPT_OSS, Shape
from voice.models.gpt_oss.tensors import INDEX, Array
from voice.models.gpt_oss.vocabulary import Vocabulary

_NO_WINDOW = 128
"""Where no layer has one; transformers wants a number."""
UNCLAMPED = 1e9
"""The activation's clamp, far away: a dense network has none."""


def write_checkpoint(
    network: DenseNetwork, vocabulary: Vocabulary, precision: Precision, folder: Path
) -> None:
    """Fill `folder`; one expert a layer, whose router gives it all."""
    kind = np.dtype(precision)
    names: dict[str, str] = {}
    shards = network.shape.layers + 1

    def shard(number: int, tensors: Mapping[str, Array]) -> None:
        name = f"model-{number:05}-of-{shards:05}.safetensors"
        stored: dict[str, NDArray[Any]] = {
            key: np.ascontiguousarray(value, kind) for key, value in tensors.items()
        }
        save_file(stored, folder / name, {"format": "pt"})
        names.update(dict.fromkeys(tensors, name))

    ends = {
        "model.embed_tokens.weight": network.embedding(vocabulary.rows),
        "model.norm.weight": network.final_norm(),
    }
    if not network.shape.tied:
        ends["lm_head.weight"] = network.head(vocabulary.rows)
    shard(1, ends)
    for index in range(network.shape.layers):
        layer = _layer(network.layer(index))
        shard(index + 2, {f"model.layers.{index}.{key}": value for key, value in layer.items()})
    (folder / INDEX).write_text(
        json.dumps({"metadata": {}, "weight_map": names}, indent=1), "utf-8"
    )
    config = _config(network.shape, vocabulary, precision)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    vocabulary.tokenizer.save(str(folder / "tokenizer.json"))


def _layer(layer: DenseLayer) -> dict[str, Array]:
    found = {
        "input_layernorm.weight": layer.attention_norm,
        "post_attention_layernorm.weight": layer.inner_norm,
        "self_attn.sinks": layer.sinks,
    }
    projections = zip("qkvo", (layer.query, layer.key, layer.value, layer.output), strict=True)
    for letter, linear in projections:
        found[f"self_attn.{letter}_proj.weight"] = linear.weight
        found[f"self_attn.{letter}_proj.bias"] = linear.bias
    gate_up = np.stack([layer.gate.weight, layer.up.weight], axis=1)
    gate_up_bias = np.stack([layer.gate.bias, layer.up.bias], axis=1)
    width = layer.gate.weight.shape[1]
    return {
        **found,
        "mlp.router.weight": np.zeros((1, width), np.float32),
        "mlp.router.bias": np.zeros(1, np.float32),
        "mlp.experts.gate_up_proj": gate_up.reshape(-1, width).T[None],
        "mlp.experts.gate_up_proj_bias": gate_up_bias.reshape(1, -1),
        "mlp.experts.down_proj": layer.down.weight.T[None],
        "mlp.experts.down_proj_bias": layer.down.bias[None],
    }


def _config(shape: Shape, vocabulary: Vocabulary, precision: Precision) -> dict[str, Any]:
    types = [
        "full_attention" if window is None else "sliding_attention" for window in shape.windows
    ]
    return {
        "architectures": ["GptOssForCausalLM"],
        "model_type": GPT_OSS,
        "vocab_size": len(vocabulary),
        "hidden_size": shape.width,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.key_heads,
        "head_dim": shape.head,
        "num_local_experts": 1,
        "num_experts_per_tok": 1,
        "swiglu_limit": UNCLAMPED,
        "rms_norm_eps": shape.epsilon,
        "max_position_embeddings": shape.context,
        "rope_parameters": _positions(shape.rotary),
        "layer_types": types,
        "sliding_window": shape.window or _NO_WINDOW,
        "tie_word_embeddings": shape.tied,
        "attention_bias": True,
        "router_aux_loss_coef": 0.0,
        "torch_dtype": precision,
        "bos_token_id": vocabulary.control(vocabulary.start),
        "pad_token_id": vocabulary.control(vocabulary.start),
        "eos_token_id": vocabulary.control(vocabulary.stop),
    }


def _positions(rotary: Rotary) -> dict[str, Any]:
    if rotary.yarn is None:
        return {"rope_type": "default", "rope_theta": rotary.theta}
    yarn = rotary.yarn
    return {
        "rope_type": "yarn",
        "rope_theta": rotary.theta,
        "factor": yarn.factor,
        "beta_fast": yarn.beta_fast,
        "beta_slow": yarn.beta_slow,
        "truncate": yarn.truncate,
        "original_max_position_embeddings": yarn.original_context,
        "attention_factor": rotary.attention_factor,
    }
