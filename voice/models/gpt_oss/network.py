"""A dense gpt-oss network as its writers want it: one expert a layer, a layer at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from voice.models.gpt_oss.shape import Shape
from voice.models.gpt_oss.tensors import Array, Rows

NO_SINK = -1e3
"""A sink's logit below which it takes nothing from any attention."""


@dataclass(frozen=True)
class Linear:
    """A linear layer: weight (out, in) and bias (out)."""

    weight: Array
    bias: Array


@dataclass(frozen=True)
class DenseLayer:
    """The weights of one layer."""

    attention_norm: Array
    query: Linear
    key: Linear
    value: Linear
    output: Linear
    sinks: Array
    inner_norm: Array
    gate: Linear
    up: Linear
    down: Linear


class DenseNetwork(Protocol):
    """A network of gpt-oss's form with one expert a layer and no clamp."""

    @property
    def shape(self) -> Shape:
        """Its sizes; `inner` is that of the one expert."""

    def embedding(self, rows: Rows) -> Array:
        """The embeddings of some tokens."""

    def head(self, rows: Rows) -> Array:
        """The output layer's rows of some tokens."""

    def final_norm(self) -> Array:
        """The weights of the norm before the output layer."""

    def sinks(self, layer: int) -> Array:
        """The logit of each head's sink."""

    def layer(self, index: int) -> DenseLayer:
        """Read one layer."""
