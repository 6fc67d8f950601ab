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
from voice.models.gpt_oss.tensors import Array, Rows, SafetensorsFolder, Tensors

_NOTHING = -1e4
"""A sink's logit that leaves it no share of the softmax in float32."""
_BIASES = ("self_attn.q_proj.bias", "mlp.gate_proj.bias")


class LlamaNetwork:
    """A DenseNetwork of a Llama's tensors, under the names that transformers gives them."""

    def __init__(self, shape: Shape, tensors: Tensors) -> None:
        """Raises ModelError for a network with biases, which no Llama of the field has."""
        self.shape = dense(shape, shape.inner)
        self._tensors = tensors
        if any(f"model.layers.0.{name}" in tensors for name in _BIASES):
            raise ModelError("a Llama with biases cannot be converted")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """A folder as transformers saves it; raises ModelError when it is no Llama or damaged."""
        shape = read_shape(folder / "config.json")
        if shape.kind != LLAMA:
            raise ModelError(f"{folder}: not a Llama")
        return cls(shape, SafetensorsFolder.open(folder))

    def embedding(self, rows: Rows) -> Array:
        """See DenseNetwork.embedding."""
        return self._tensors.floats("model.embed_tokens.weight", rows)

    def head(self, rows: Rows) -> Array:
        """See DenseNetwork.head."""
        return (
            self.embedding(rows)
            if self.shape.tied
            else self._tensors.floats("lm_head.weight", rows)
        )

    def final_norm(self) -> Array:
        """See DenseNetwork.final_norm."""
        return self._tensors.floats("model.norm.weight")

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
