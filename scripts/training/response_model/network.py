"""A dense network of the gpt-oss architecture, and a lean forward pass for its training."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import GptOssConfig, GptOssForCausalLM

HEAD_SIZE = 32
LAYERS = 4
WIDTH = 256
INNER_WIDTH = 640
KEY_HEADS = 4
UNCLAMPED = 1e9
"""The activation's clamp, far away: the exported form has none."""


def dense_gpt_oss(vocabulary: int, padding: int, stop: int) -> GptOssForCausalLM:
    """One expert a layer, full attention, sinks kept, embeddings tied; new weights."""
    model = GptOssForCausalLM(
        GptOssConfig(
            vocab_size=vocabulary,
            hidden_size=WIDTH,
            intermediate_size=INNER_WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=WIDTH // HEAD_SIZE,
            num_key_value_heads=KEY_HEADS,
            head_dim=HEAD_SIZE,
            num_local_experts=1,
            num_experts_per_tok=1,
            swiglu_limit=UNCLAMPED,
            layer_types=["full_attention"] * LAYERS,
            max_position_embeddings=1024,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
            tie_word_embeddings=True,
            attn_implementation="eager",
            pad_token_id=padding,
            eos_token_id=stop,
        )
    )
    with torch.no_grad():
        for name, weight in model.named_parameters():
            _initialise(name, weight)
    model.tie_weights()
    return model


def _initialise(name: str, weight: nn.Parameter) -> None:
    if "router" in name:
        weight.requires_grad_(False)
        weight.zero_()
    elif name.endswith(("sinks", "bias")):
        weight.zero_()
    elif "norm" in name:
        weight.fill_(1.0)
    elif "down_proj" in name or "o_proj" in name:
        weight.normal_(0.0, 0.04 / (2 * LAYERS) ** 0.5)
    else:
        weight.normal_(0.0, 0.04)


def logits(model: GptOssForCausalLM, ids: Tensor, wanted: Tensor) -> Tensor:
    """Logits [n, vocabulary] at the wanted places (bool [rows, length]) of right-padded ids.

    The same function of the same weights as the model's own forward pass, without its router.
    """
    rows, length = ids.shape
    hidden = model.model.embed_tokens(ids)
    places = torch.arange(length).expand(rows, length)
    cosine, sine = (part[:, None] for part in model.model.rotary_emb(hidden, places))
    later = torch.full((length, length), -1e9).triu(1)
    for layer in model.model.layers:
        hidden = hidden + _attention(layer, hidden, cosine, sine, later)
        hidden = hidden + _inner(layer, hidden)
    return model.lm_head(_norm(model.model.norm, hidden[wanted]))


def _norm(norm: nn.Module, hidden: Tensor) -> Tensor:
    return F.rms_norm(hidden, (hidden.shape[-1],), norm.weight, norm.variance_epsilon)


def _attention(
    layer: nn.Module, hidden: Tensor, cosine: Tensor, sine: Tensor, later: Tensor
) -> Tensor:
    attention = layer.self_attn
    rows, length, _ = hidden.shape
    normed = _norm(layer.input_layernorm, hidden)

    def heads(projection: nn.Module) -> Tensor:
        return projection(normed).view(rows, length, -1, attention.head_dim).transpose(1, 2)

    def turned(x: Tensor) -> Tensor:
        first, second = x.chunk(2, -1)
        return torch.cat((first * cosine - second * sine, second * cosine + first * sine), -1)

    query, key = turned(heads(attention.q_proj)), turned(heads(attention.k_proj))
    value = heads(attention.v_proj)
    shared = attention.num_key_value_groups
    key, value = key.repeat_interleave(shared, 1), value.repeat_interleave(shared, 1)
    scores = query @ key.transpose(2, 3) * attention.scaling + later
    sinks = attention.sinks.view(1, -1, 1, 1).expand(rows, -1, length, 1)
    weights = torch.cat((scores, sinks), -1).softmax(-1)[..., :-1]
    return attention.o_proj((weights @ value).transpose(1, 2).reshape(rows, length, -1))


def _inner(layer: nn.Module, hidden: Tensor) -> Tensor:
    expert = layer.mlp.experts
    normed = _norm(layer.post_attention_layernorm, hidden)
    both = normed @ expert.gate_up_proj[0] + expert.gate_up_proj_bias[0]
    gate, up = both[..., ::2], both[..., 1::2]
    activated = gate * torch.sigmoid(gate * expert.alpha) * (up + 1)
    return activated @ expert.down_proj[0] + expert.down_proj_bias[0]
