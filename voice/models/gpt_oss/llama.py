"""A Llama network is a dense gpt-oss network: the same logits, with other weights.

SiLU(g) * u = 1.702 * (h * sigmoid(1.702 h)) * ((u - 1) + 1) with h = g / 1.702: gpt-oss's
activation where the gate's weights are divided by 1.702, the up bias is -1 and the down weights
are multiplied by 1.702. Attention has no biases, and sinks that take nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np

from voice.errors import ModelError
from voice.models.gpt_oss.network import DenseLayer, Linear
from voice.models.gpt_oss.shape import ALPHA, LLAMA, Shape, dense, read_shape
from voice.models.gpt_oss.tensors import Array, Rows, SafetensorsFolder, Tensors, check_shapes

_EMBEDDING, _HEAD = "model.embed_tokens.weight", "lm_head.weight"
_NORM = "model.norm.weight"
_NOTHING = -1e4
"""A sink's logit that leaves it no share of the softmax in float32."""
_BIASES = ("self_attn.q_proj.bias", "mlp.gate_proj.bias")


class LlamaNetwork:
    """A DenseNetwork of a Llama's tensors, under the names that transformers gives them."""

    def __init__(self, shape: Shape, tensors: Tensors, place: Path) -> None:
        """Raises ModelError when tensors of `place` are missing or are no Llama's."""
        self.shape = dense(shape, shape.inner)
        self._tensors = tensors
        if any(f"model.layers.0.{name}" in tensors for name in _BIASES):
            raise ModelError(f"{place}: a Llama with biases cannot be converted")
        check_shapes(tensors, _wanted(shape), place)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """A folder as transformers saves it; raises ModelError when it is no Llama or damaged."""
        shape = read_shape(folder / "config.json")
        if shape.kind != LLAMA:
            raise ModelError(f"{folder}: not a Llama")
        return cls(shape, SafetensorsFolder.open(folder), folder)

    def embedding(self, rows: Rows) -> Array:
        """See DenseNetwork.embedding."""
        return self._tensors.floats(_EMBEDDING, rows)

    def head(self, rows: Rows) -> Array:
        """See DenseNetwork.head."""
        return self.embedding(rows) if self.shape.tied else self._tensors.floats(_HEAD, rows)

    def final_norm(self) -> Array:
        """See DenseNetwork.final_norm."""
        return self._tensors.floats(_NORM)

    def sinks(self, layer: int) -> Array:
        """See DenseNetwork.sinks."""
        return np.full(self.shape.heads, _NOTHING, np.float32)

    def layer(self, index: int) -> DenseLayer:
        """See DenseNetwork.layer."""
        place = f"model.layers.{index}"

        def linear(name: str, times: float = 1.0, bias: float = 0.0) -> Linear:
            weight = self._tensors.floats(f"{place}.{name}_proj.weight") * np.float32(times)
            return Linear(weight, np.full(len(weight), bias, np.float32))

        return DenseLayer(
            attention_norm=self._tensors.floats(f"{place}.input_layernorm.weight"),
            query=linear("self_attn.q"),
            key=linear("self_attn.k"),
            value=linear("self_attn.v"),
            output=linear("self_attn.o"),
            sinks=self.sinks(index),
            inner_norm=self._tensors.floats(f"{place}.post_attention_layernorm.weight"),
            gate=linear("mlp.gate", times=1 / ALPHA),
            up=linear("mlp.up", bias=-1.0),
            down=linear("mlp.down", times=ALPHA),
        )


def _wanted(shape: Shape) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor."""
    width, wide, narrow = shape.width, shape.heads * shape.head, shape.key_heads * shape.head
    wanted: dict[str, tuple[int, ...]] = {_EMBEDDING: (shape.vocabulary, width), _NORM: (width,)}
    if not shape.tied:
        wanted[_HEAD] = (shape.vocabulary, width)
    layer = {
        "input_layernorm": (width,), "post_attention_layernorm": (width,),
        "self_attn.q_proj": (wide, width), "self_attn.k_proj": (narrow, width),
        "self_attn.v_proj": (narrow, width), "self_attn.o_proj": (width, wide),
        "mlp.gate_proj": (shape.inner, width), "mlp.up_proj": (shape.inner, width),
        "mlp.down_proj": (width, shape.inner),
    }  # fmt: skip
    for index in range(shape.layers):
        wanted |= {f"model.layers.{index}.{name}.weight": size for name, size in layer.items()}
    return wanted
