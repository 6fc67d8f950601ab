"""A gpt-oss whose layers have a fixed mix of some experts in their router's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.network import DenseLayer, Linear
from voice.models.gpt_oss.shape import dense
from voice.models.gpt_oss.tensors import Array, Rows


@dataclass(frozen=True)
class Mix:
    """The experts that take the place of a layer's router, and the share of each."""

    experts: tuple[int, ...]
    shares: tuple[float, ...]
    """Their sum is 1."""


class MixedExperts:
    """A gpt-oss checkpoint in which each layer has a fixed mix of experts, as one wide expert.

    The experts' inner layers stand side by side, and each one's share is folded into its output.
    """

    def __init__(self, checkpoint: GptOssCheckpoint, mixes: Sequence[Mix]) -> None:
        self._checkpoint = checkpoint
        self._mixes = mixes
        inner = checkpoint.shape.inner * len(mixes[0].experts)
        self.shape = dense(checkpoint.shape, inner)

    def embedding(self, rows: Rows) -> Array:
        """See DenseNetwork.embedding."""
        return self._checkpoint.embedding(rows)

    def head(self, rows: Rows) -> Array:
        """See DenseNetwork.head."""
        return self._checkpoint.head(rows)

    def final_norm(self) -> Array:
        """See DenseNetwork.final_norm."""
        return self._checkpoint.final_norm()

    def sinks(self, layer: int) -> Array:
        """See DenseNetwork.sinks."""
        return self._checkpoint.sinks(layer)

    def layer(self, index: int) -> DenseLayer:
        """See DenseNetwork.layer."""
        checkpoint, mix = self._checkpoint, self._mixes[index]
        query, key, value, output = (
            Linear(*checkpoint.attention(index, name)) for name in ("q", "k", "v", "o")
        )
        gates, ups, downs = [], [], []
        down_bias = np.zeros(self.shape.width, np.float32)
        for expert, share in zip(mix.experts, mix.shares, strict=True):
            weights = checkpoint.expert(index, expert)
            gates.append(Linear(weights.gate_up[::2], weights.gate_up_bias[::2]))
            ups.append(Linear(weights.gate_up[1::2], weights.gate_up_bias[1::2]))
            downs.append(weights.down * np.float32(share))
            down_bias += weights.down_bias * np.float32(share)
        return DenseLayer(
            attention_norm=checkpoint.norm(index, "input_layernorm"),
            query=query,
            key=key,
            value=value,
            output=output,
            sinks=self.sinks(index),
            inner_norm=checkpoint.norm(index, "post_attention_layernorm"),
            gate=_stacked(gates),
            up=_stacked(ups),
            down=Linear(np.concatenate(downs, axis=1), down_bias),
        )


def _stacked(parts: Sequence[Linear]) -> Linear:
    weights, biases = [part.weight for part in parts], [part.bias for part in parts]
    return Linear(np.concatenate(weights), np.concatenate(biases))
