"""Whisper in torch, straight from CTranslate2's variables, with low-rank changes to some weights.

The names of the weights are CTranslate2's, so what is learned is a difference that
`voice.models.difference` merges. Architecture: Radford et al. 2022; low rank: Hu et al. 2021.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from voice.models.ctranslate2_weights import Ctranslate2Weights

_HEAD_WIDTH = 64
_OUT, _IN = ".out", ".in"


class WhisperNetwork(nn.Module):
    """A frozen model, and the pairs of factors that are learned for some of its matrices."""

    def __init__(self, model: Path, *, tuned: str, rank: int) -> None:
        """`tuned` is the part whose layers get low-rank changes: `encoder` or `decoder`."""
        super().__init__()
        variables = Ctranslate2Weights.read(model).variables
        self._weights = {
            name: torch.from_numpy(value.astype(np.float32))
            for name, value in variables.items()
            if value.ndim and value.dtype in (np.float16, np.float32)
        }
        self.width = len(self._weights["encoder/layer_norm/gamma"])
        self.layers = sum(name.endswith("/ffn/linear_0/bias") for name in variables) // 2
        self._changes_on = True
        self.changes = nn.ParameterDict()
        for name in self._tuned_matrices(tuned):
            out, into = self._weights[f"{name}/weight"].shape
            self.changes[_key(name, _OUT)] = nn.Parameter(torch.zeros(out, rank))
            self.changes[_key(name, _IN)] = nn.Parameter(torch.randn(rank, into) / math.sqrt(into))

    def _tuned_matrices(self, part: str) -> Iterator[str]:
        for name, value in self._weights.items():
            if name.startswith(f"{part}/layer_") and name.endswith("/weight") and value.ndim == 2:
                yield name.removesuffix("/weight")

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """As the base is."""
        self._changes_on = False
        try:
            yield
        finally:
            self._changes_on = True

    def difference(self) -> dict[str, NDArray[np.float16]]:
        """What was learned, as `voice.models.difference` stores it."""
        return {
            key.replace("|", "/").replace("!", "."): parameter.detach().numpy().astype(np.float16)
            for key, parameter in self.changes.items()
        }

    def encode(self, mel: Tensor) -> Tensor:
        """States of shape (batch, frames / 2, width) of mel frames (batch, bins, frames)."""
        weights = self._weights
        first, second = "encoder/conv1", "encoder/conv2"
        x = F.gelu(F.conv1d(mel, weights[f"{first}/weight"], weights[f"{first}/bias"], padding=1))
        x = F.conv1d(x, weights[f"{second}/weight"], weights[f"{second}/bias"], 2, padding=1)
        x = F.gelu(x).transpose(1, 2)
        x = x + weights["encoder/position_encodings/encodings"][: x.shape[1]]
        for number in range(self.layers):
            layer = f"encoder/layer_{number}"
            x = x + self._self_attention(x, layer, causal=False)
            x = x + self._feed_forward(x, layer)
        return self._normalised(x, "encoder/layer_norm")

    def decode(self, pieces: Tensor, states: Tensor) -> Tensor:
        """Hidden states behind each piece, shape (batch, pieces, width); see `scores`."""
        weights = self._weights
        x = weights["decoder/embeddings/weight"][pieces]
        x = x + weights["decoder/position_encodings/encodings"][: pieces.shape[1]]
        for number in range(self.layers):
            layer = f"decoder/layer_{number}"
            x = x + self._self_attention(x, layer, causal=True)
            x = x + self._cross_attention(x, states, layer)
            x = x + self._feed_forward(x, layer)
        return self._normalised(x, "decoder/layer_norm")

    def scores(self, hidden: Tensor) -> Tensor:
        """Logits of the next piece."""
        return F.linear(hidden, self._weights["decoder/embeddings/weight"])

    def _self_attention(self, x: Tensor, layer: str, causal: bool) -> Tensor:
        name = f"{layer}/self_attention"
        joint = self._linear(self._normalised(x, f"{name}/layer_norm"), f"{name}/linear_0")
        query, key, value = joint.chunk(3, -1)
        return self._linear(_attend(query, key, value, causal), f"{name}/linear_1")

    def _cross_attention(self, x: Tensor, states: Tensor, layer: str) -> Tensor:
        name = f"{layer}/attention"
        query = self._linear(self._normalised(x, f"{name}/layer_norm"), f"{name}/linear_0")
        key, value = self._linear(states, f"{name}/linear_1").chunk(2, -1)
        return self._linear(_attend(query, key, value, causal=False), f"{name}/linear_2")

    def _feed_forward(self, x: Tensor, layer: str) -> Tensor:
        name = f"{layer}/ffn"
        wide = self._linear(self._normalised(x, f"{name}/layer_norm"), f"{name}/linear_0")
        return self._linear(F.gelu(wide), f"{name}/linear_1")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        y = F.linear(x, self._weights[f"{name}/weight"], self._weights.get(f"{name}/bias"))
        out = self.changes.get(_key(name, _OUT)) if self._changes_on else None
        if out is None:
            return y
        return y + F.linear(F.linear(x, self.changes[_key(name, _IN)]), out)

    def _normalised(self, x: Tensor, name: str) -> Tensor:
        gamma, beta = self._weights[f"{name}/gamma"], self._weights[f"{name}/beta"]
        return F.layer_norm(x.float(), x.shape[-1:], gamma, beta)


def _key(name: str, ending: str) -> str:
    """A parameter's name may hold no dot and no slash."""
    return f"{name}/weight".replace("/", "|") + ending.replace(".", "!")


def _attend(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    heads = [part.unflatten(-1, (-1, _HEAD_WIDTH)).transpose(1, 2) for part in (query, key, value)]
    mixed = F.scaled_dot_product_attention(*heads, is_causal=causal)
    return mixed.transpose(1, 2).flatten(2)
