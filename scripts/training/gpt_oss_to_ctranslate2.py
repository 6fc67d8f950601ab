"""A dense gpt-oss network as a CTranslate2 decoder, with its attention sinks.

CTranslate2 has no sinks, so one token `<|ct2_sink|>` stands before each prompt and plays their
part. Two extra dimensions carry it: a flag in the hidden state, which is non-zero for this token
alone, and one more channel in each attention head, in which every query holds the head's sink
logit and only the sink token's key is one. Its true key and value channels are zero, so it takes
the share of the softmax that a sink takes and adds nothing. The norms are rescaled for the flag.
The activation's clamp is left out: it must be far away in the network that is converted.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ctranslate2.converters import utils
from ctranslate2.specs import common_spec, transformer_spec
from numpy.typing import NDArray
from transformers import GptOssConfig, GptOssForCausalLM

SINK_TOKEN = "<|ct2_sink|>"
_FLAG_VALUE = 1e6
"""Size of the flag in the embedding: large, so that the norm of the token is the flag alone."""
_NEVER = -1e9
_EVEN = 2
"""Head sizes stay even: one channel for the sink, one unused."""

Array = NDArray[np.float32]


def convert(
    model: GptOssForCausalLM,
    tokens: list[str],
    folder: Path,
    *,
    stop: str,
    quantization: str | None,
) -> list[str]:
    """Write the converted model; returns the tokens that have to precede every prompt.

    Raises ValueError for networks with windows, YaRN or more than one expert.
    """
    config = model.config
    _refuse_what_is_not_covered(config)
    shape = _Shape(config)
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        config.num_hidden_layers,
        config.num_attention_heads,
        pre_norm=True,
        activation=common_spec.Activation.GELUSigmoid,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=config.head_dim,
        rotary_interleave=False,
        rotary_base=config.rope_parameters["rope_theta"],
        num_heads_kv=config.num_key_value_heads,
        head_dim=config.head_dim + _EVEN,
    )
    _embeddings(spec.decoder, model, shape)
    for target, layer in zip(spec.decoder.layer, model.model.layers, strict=True):
        _attention(target.self_attention, layer, shape)
        _inner(target.ffn, layer, shape)
    spec.register_vocabulary([*tokens, SINK_TOKEN])
    spec.config.layer_norm_epsilon = config.rms_norm_eps * shape.width / shape.wide
    spec.config.unk_token = spec.config.bos_token = tokens[0]
    spec.config.eos_token = stop
    spec.validate()
    spec.optimize(quantization=quantization)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    spec.save(str(folder))
    return [SINK_TOKEN]


def _refuse_what_is_not_covered(config: GptOssConfig) -> None:
    if set(config.layer_types) != {"full_attention"}:
        raise ValueError("only full attention can be converted")
    if config.num_local_experts != 1:
        raise ValueError("only one expert can be converted")
    if config.rope_parameters["rope_type"] != "default":
        raise ValueError("only plain rotary positions can be converted")


class _Shape:
    """Widths with and without the flag."""

    def __init__(self, config: GptOssConfig) -> None:
        self.width = config.hidden_size
        self.wide = config.hidden_size + 1
        self.heads = config.num_attention_heads
        self.key_heads = config.num_key_value_heads
        self.head = config.head_dim
        self.flag_after_norm = float(np.sqrt(self.wide))
        self.scale = float(config.head_dim**-0.5)


def _array(tensor: torch.Tensor) -> Array:
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())


def _with_flag_input(weight: Array) -> Array:
    """[out, width] -> [out, width + 1]; the flag is not read."""
    return np.concatenate([weight, np.zeros((weight.shape[0], 1), np.float32)], 1)


def _with_flag_output(weight: Array) -> Array:
    """[width, ...] -> [width + 1, ...]; the flag is not written."""
    return np.concatenate([weight, np.zeros((1, *weight.shape[1:]), np.float32)])


def _norm(target: common_spec.LayerNormSpec, weight: torch.Tensor, shape: _Shape) -> None:
    scaled = _array(weight) * np.sqrt(shape.width / shape.wide)
    target.gamma = np.append(scaled, 1.0).astype(np.float32)


def _embeddings(decoder: Any, model: GptOssForCausalLM, shape: _Shape) -> None:
    sink = np.zeros((1, shape.wide), np.float32)
    sink[0, shape.width] = _FLAG_VALUE
    embedding = _with_flag_input(_array(model.model.embed_tokens.weight))
    head = _with_flag_input(_array(model.lm_head.weight))
    decoder.scale_embeddings = False
    decoder.embeddings.weight = np.concatenate([embedding, sink])
    decoder.projection.weight = np.concatenate([head, np.zeros_like(sink)])
    bias = np.zeros(len(head) + 1, np.float32)
    bias[-1] = _NEVER
    decoder.projection.bias = bias
    _norm(decoder.layer_norm, model.model.norm.weight, shape)


def _attention(target: Any, layer: torch.nn.Module, shape: _Shape) -> None:
    source = layer.self_attn
    target.queries_scale = np.float32(shape.scale)
    _norm(target.layer_norm, layer.input_layernorm.weight, shape)
    query = _heads(source.q_proj, shape.heads, shape)
    key = _heads(source.k_proj, shape.key_heads, shape)
    value = _heads(source.v_proj, shape.key_heads, shape)
    for weight, bias in (key, value):
        weight[:, : shape.head, shape.width] = -bias[:, : shape.head] / shape.flag_after_norm
    query[1][:, shape.head] = _array(source.sinks) / shape.scale
    key[0][:, shape.head, shape.width] = 1.0 / shape.flag_after_norm
    fused = []
    for weight, bias in (query, key, value):
        linear = common_spec.LinearSpec()
        linear.weight = np.ascontiguousarray(weight.reshape(-1, shape.wide))
        linear.bias = np.ascontiguousarray(bias.reshape(-1))
        fused.append(linear)
    utils.fuse_linear(target.linear[0], fused)
    output = _array(source.o_proj.weight).reshape(shape.width, shape.heads, shape.head)
    unused = np.zeros((shape.width, shape.heads, _EVEN), np.float32)
    wide = np.concatenate([output, unused], 2).reshape(shape.width, -1)
    target.linear[1].weight = _with_flag_output(wide)
    target.linear[1].bias = _with_flag_output(_array(source.o_proj.bias))


def _heads(projection: torch.nn.Module, heads: int, shape: _Shape) -> tuple[Array, Array]:
    """Weight [heads, head + 2, width + 1] and bias [heads, head + 2], new channels zero."""
    weight = _with_flag_input(_array(projection.weight)).reshape(heads, shape.head, shape.wide)
    bias = _array(projection.bias).reshape(heads, shape.head)
    more = np.zeros((heads, _EVEN, shape.wide), np.float32)
    return np.concatenate([weight, more], 1), np.concatenate([bias, more[..., 0]], 1)


def _inner(target: Any, layer: torch.nn.Module, shape: _Shape) -> None:
    expert = layer.mlp.experts
    both, bias = _array(expert.gate_up_proj[0]).T, _array(expert.gate_up_proj_bias[0])
    _norm(target.layer_norm, layer.post_attention_layernorm.weight, shape)
    target.linear_0.weight = _with_flag_input(np.ascontiguousarray(both[::2]))
    target.linear_0.bias = np.ascontiguousarray(bias[::2])
    target.linear_0_noact.weight = _with_flag_input(np.ascontiguousarray(both[1::2]))
    target.linear_0_noact.bias = bias[1::2] + np.float32(1.0)
    down = np.ascontiguousarray(_array(expert.down_proj[0]).T)
    target.linear_1.weight = _with_flag_output(down)
    target.linear_1.bias = _with_flag_output(_array(expert.down_proj_bias[0]))
