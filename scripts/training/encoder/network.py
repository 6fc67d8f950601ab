"""An installed embedding in torch, straight from CTranslate2's variables, with low-rank changes.

The names of the weights are CTranslate2's, so what is learned is a difference that
`voice.models.difference` merges. Architecture: Devlin et al. 2018; low rank: Hu et al. 2021.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from voice.models.ctranslate2_weights import Ctranslate2Weights, as_floats, scale_of
from voice.models.difference import IN, OUT

_WORDS = "encoder/embeddings_0/weight"
_AT_ONCE = 48
"""Texts that are padded to one length."""
_MATRICES = (
    "self_attention/linear_0", "self_attention/linear_1", "ffn/linear_0", "ffn/linear_1",
)  # fmt: skip
_NORMS = ("self_attention/layer_norm", "ffn/layer_norm")


class Linear(nn.Module):
    """A layer as it was, and what is learned to be added to it."""

    def __init__(self, weight: Tensor, bias: Tensor, rank: int) -> None:
        super().__init__()
        out, into = weight.shape
        self.register_buffer("weight", weight, persistent=False)
        self.bias = nn.Parameter(bias)
        self.out = nn.Parameter(torch.zeros(out, rank))
        self.into = nn.Parameter(torch.randn(rank, into) / math.sqrt(into))

    def forward(self, states: Tensor) -> Tensor:
        """In the precision of its weight."""
        kind = self.weight.dtype
        states = states.to(kind)
        low = F.linear(states, self.into.to(kind))
        return F.linear(states, self.weight, self.bias.to(kind)) + F.linear(low, self.out.to(kind))


class Layer(nn.Module):
    """One layer of the encoder; sums and norms are float32."""

    def __init__(
        self, parts: dict[str, tuple[Tensor, Tensor]], rank: int, heads: int, epsilon: float
    ) -> None:
        """`parts`: by the names of matrices and norms, the two variables of each."""
        super().__init__()
        self.joint, self.attended, self.wide, self.narrow = (
            Linear(*parts[name], rank) for name in _MATRICES
        )
        self.first, self.second = (_norm(*parts[name], epsilon) for name in _NORMS)
        self._heads = heads

    def forward(self, states: Tensor, known: Tensor) -> Tensor:
        """States (texts, tokens, width); `known` (texts, 1, 1, tokens) is false for padding."""
        parts = self.joint(states).chunk(3, -1)
        query, key, value = (p.unflatten(-1, (self._heads, -1)).transpose(1, 2) for p in parts)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=known)
        mixed = self.attended(mixed.transpose(1, 2).flatten(2))
        states = self.first(states + mixed.float())
        inner = self.narrow(F.gelu(self.wide(states)))
        return self.second(states + inner.float())


class Encoder(nn.Module):
    """Texts as ids become vectors, as `voice.embeddings.Embedder` makes them."""

    def __init__(self, folder: Path, rank: int, precision: torch.dtype = torch.float32) -> None:
        """`folder`: an installed embedding; `precision` is that of products of matrices."""
        super().__init__()
        variables = Ctranslate2Weights.read(folder / "model.bin").variables
        epsilon = json.loads((folder / "config.json").read_text("utf-8"))["layer_norm_epsilon"]
        heads = int(variables["encoder/num_heads"])
        self._words = torch.from_numpy(variables[_WORDS].copy())
        self._scale = torch.from_numpy(variables[scale_of(_WORDS)].copy())[:, None]
        places = as_floats("encoder/position_encodings/encodings", variables)
        self._places = torch.from_numpy(places.copy())
        start = "encoder/layernorm_embedding"
        self.start = _norm(*_pair(variables, start, "gamma", "beta", torch.float32), epsilon)
        self.layers = nn.ModuleList()
        while (name := f"encoder/layer_{len(self.layers)}") + "/ffn/linear_0/bias" in variables:
            parts = {
                part: _pair(variables, f"{name}/{part}", "weight", "bias", precision)
                for part in _MATRICES
            } | {
                part: _pair(variables, f"{name}/{part}", "gamma", "beta", torch.float32)
                for part in _NORMS
            }
            self.layers.append(Layer(parts, rank, heads, epsilon))
        self._base = {
            name: value.detach().clone()
            for name, value in self.named_parameters()
            if not name.endswith(".into")
        }

    def forward(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """[texts, width], each of length 1."""
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        found = [
            self._means([rows[row] for row in order[first : first + _AT_ONCE]])
            for first in range(0, len(rows), _AT_ONCE)
        ]
        back = torch.empty(len(rows), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(rows))
        return torch.cat(found)[back]

    def _means(self, rows: Sequence[Sequence[int]]) -> Tensor:
        lengths = torch.tensor([len(row) for row in rows])
        ids = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
        known = torch.arange(ids.shape[1]) < lengths[:, None]
        states = self._words[ids].float() / self._scale[ids] + self._places[: ids.shape[1]]
        states = self.start(states)
        for layer in self.layers:
            states = layer(states, known[:, None, None])
        return F.normalize((states * known[..., None]).sum(1) / lengths[:, None], dim=-1)

    def keep(self, share: float) -> None:
        """Go back to the base, but for a share of what was learned."""
        with torch.no_grad():
            for name, value in self.named_parameters():
                if name in self._base:
                    value.copy_(torch.lerp(self._base[name], value, share))

    def difference(self) -> dict[str, NDArray[np.float32]]:
        """What was learned, under the names that `voice.models.difference` knows."""
        found: dict[str, Tensor] = {}
        for name, part in self._parts():
            if isinstance(part, Linear):
                found |= {f"{name}/weight{OUT}": part.out, f"{name}/weight{IN}": part.into}
                found[f"{name}/bias"] = part.bias
            else:
                found |= {f"{name}/gamma": part.weight, f"{name}/beta": part.bias}
        return {name: value.detach().numpy() for name, value in found.items()}

    def _parts(self) -> Iterator[tuple[str, Any]]:
        yield "encoder/layernorm_embedding", self.start
        for number, layer in enumerate(self.layers):
            assert isinstance(layer, Layer)
            parts = (
                layer.joint, layer.attended, layer.wide, layer.narrow, layer.first, layer.second,
            )  # fmt: skip
            for name, part in zip((*_MATRICES, *_NORMS), parts, strict=True):
                yield f"encoder/layer_{number}/{name}", part


def _pair(
    variables: dict[str, NDArray[Any]], name: str, first: str, second: str, precision: torch.dtype
) -> tuple[Tensor, Tensor]:
    one, other = (as_floats(f"{name}/{part}", variables).copy() for part in (first, second))
    return torch.from_numpy(one).to(precision), torch.from_numpy(other)


def _norm(gamma: Tensor, beta: Tensor, epsilon: float) -> nn.LayerNorm:
    norm = nn.LayerNorm(len(gamma), epsilon)
    norm.weight, norm.bias = nn.Parameter(gamma), nn.Parameter(beta)
    return norm
