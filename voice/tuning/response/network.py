"""A dense gpt-oss in torch, of all whose weights, or low-rank changes, are learned.

The weights have CTranslate2's names, so low-rank changes are a difference that
`voice.models.difference` merges where the layout adds nothing to them. Low rank: Hu et al. 2021.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from voice.models.difference import IN, OUT
from voice.models.gpt_oss.conversion import has_sinks
from voice.models.gpt_oss.network import DenseLayer, DenseNetwork, Linear
from voice.models.gpt_oss.shape import ALPHA, Shape
from voice.models.gpt_oss.tensors import Array, Rows
from voice.tuning.network import difference_of, parameter_name

QKV, OUTPUT = "self_attention/linear_0", "self_attention/linear_1"
GATE, UP, DOWN = "ffn/linear_0", "ffn/linear_0_noact", "ffn/linear_1"
_NORMS = ("self_attention/layer_norm", "ffn/layer_norm")
_EMBEDDINGS, _PROJECTION = "decoder/embeddings/weight", "decoder/projection/weight"
_FINAL_NORM = "decoder/layer_norm/gamma"


class StudentNetwork(nn.Module):
    """Reads one dialogue at a time."""

    def __init__(
        self,
        network: DenseNetwork,
        rows: NDArray[np.int64],
        shape: Shape,
        *,
        rank: int,
        precision: torch.dtype = torch.float32,
        device: str = "cpu",
    ) -> None:
        """`rows` are those of the vocabulary; with `rank` 0 all weights learn, else changes of it.

        `shape` is the network's, where windows are left out perhaps. `precision` is that of
        products of matrices; all else is float32.
        """
        super().__init__()
        self.shape, self._precision, self._device = shape, precision, device
        self._sinks = has_sinks(network)
        self._fixed: dict[str, Tensor] = {}
        self.learned = nn.ParameterDict()
        self._place(_EMBEDDINGS, network.embedding(rows), rank)
        if not shape.tied:
            self._place(_PROJECTION, network.head(rows), rank)
        self._place(_FINAL_NORM, network.final_norm(), rank)
        for index in range(shape.layers):
            for name, value in _arrays(network.layer(index)).items():
                self._place(f"decoder/layer_{index}/{name}", value, rank)
        turns = torch.from_numpy(shape.rotary.frequencies(shape.head)).float()
        self._turns = turns.to(device)

    def _place(self, name: str, value: Array, rank: int) -> None:
        tensor = torch.from_numpy(np.array(value, np.float32)).to(self._device)
        if not rank and (self._sinks or not name.endswith("sinks")):
            self.learned[parameter_name(name)] = nn.Parameter(tensor)
            return
        matrix = name.startswith("decoder/layer_") and name.endswith("/weight")
        self._fixed[name] = tensor.to(self._precision) if matrix else tensor
        if rank and matrix:
            out, into = tensor.shape
            factor = torch.zeros(out, rank, device=self._device)
            self.learned[parameter_name(name, OUT)] = nn.Parameter(factor)
            factor = (torch.randn(rank, into) / math.sqrt(into)).to(self._device)
            self.learned[parameter_name(name, IN)] = nn.Parameter(factor)

    def difference(self) -> dict[str, NDArray[np.float16]]:
        """The low-rank changes, as `voice.models.difference` stores them."""
        return difference_of(dict(self.learned.items()))

    def forward(self, ids: Tensor) -> Tensor:
        """The states (tokens, width) of a dialogue's tokens, before the output layer."""
        x = F.embedding(ids, self.weight(_EMBEDDINGS))
        angles = torch.arange(len(ids), device=self._device)[:, None] * self._turns
        factor = self.shape.rotary.attention_factor
        turning = angles.cos() * factor, angles.sin() * factor
        for index in range(self.shape.layers):
            x = x + self._attention(x, index, turning)
            x = x + self._inner(x, f"decoder/layer_{index}")
        return self._normed(x, _FINAL_NORM)

    def scores(self, states: Tensor) -> Tensor:
        """The logits of the next token."""
        head = self.weight(_EMBEDDINGS if self.shape.tied else _PROJECTION)
        return F.linear(states.to(self._precision), head.to(self._precision)).float()

    def _attention(self, x: Tensor, index: int, turning: tuple[Tensor, Tensor]) -> Tensor:
        shape, place = self.shape, f"decoder/layer_{index}"
        normed = self._normed(x, f"{place}/{_NORMS[0]}/gamma")
        wide, narrow = shape.heads * shape.head, shape.key_heads * shape.head
        parts = self._linear(normed, f"{place}/{QKV}").split([wide, narrow, narrow], -1)
        query, key, value = (part.unflatten(-1, (-1, shape.head)).transpose(0, 1) for part in parts)
        query, key = _turned(query, turning), _turned(key, turning)
        shared = shape.heads // shape.key_heads
        key, value = key.repeat_interleave(shared, 0), value.repeat_interleave(shared, 0)
        if self._sinks or shape.windows[index] is not None:
            # The sink is one more key, of zeros, whose logit the mask holds, and whose value is 0.
            key, value = F.pad(key, (0, 0, 0, 1)), F.pad(value, (0, 0, 0, 1))
            mixed = F.scaled_dot_product_attention(query, key, value, self._mask(len(x), index))
        else:
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self._linear(mixed.transpose(0, 1).flatten(1), f"{place}/{OUTPUT}")

    def _mask(self, length: int, index: int) -> Tensor:
        """What is added to the scores (heads, tokens, tokens and the sink)."""
        places = torch.arange(length, device=self._device)
        back = places[:, None] - places
        window = self.shape.windows[index] or length
        hidden = (back < 0) | (back >= window)
        seen = torch.zeros(length, length, device=self._device).masked_fill(hidden, -math.inf)
        sinks = self.weight(f"decoder/layer_{index}/self_attention/sinks")
        heads = len(sinks)
        columns = sinks[:, None, None].expand(heads, length, 1)
        return torch.cat([seen.expand(heads, length, length), columns], -1)

    def _inner(self, x: Tensor, place: str) -> Tensor:
        normed = self._normed(x, f"{place}/{_NORMS[1]}/gamma")
        gate, up = self._linear(normed, f"{place}/{GATE}"), self._linear(normed, f"{place}/{UP}")
        return self._linear(gate * torch.sigmoid(ALPHA * gate) * (up + 1), f"{place}/{DOWN}")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        x = x.to(self._precision)
        weight = f"{name}/weight"
        y = F.linear(x, self.weight(weight).to(self._precision)).float()
        y = y + self.weight(f"{name}/bias")
        out = self.learned.get(parameter_name(weight, OUT))
        if out is None:
            return y
        low = F.linear(x, self.learned[parameter_name(weight, IN)].to(self._precision))
        return y + F.linear(low, out.to(self._precision)).float()

    def _normed(self, x: Tensor, name: str) -> Tensor:
        return F.rms_norm(x, x.shape[-1:], self.weight(name), self.shape.epsilon)

    def weight(self, name: str) -> Tensor:
        """A weight as it is now; of a matrix that learns in low rank without its change."""
        key = parameter_name(name)
        return self.learned[key] if key in self.learned else self._fixed[name]


class LearnedNetwork:
    """A StudentNetwork for writers, a DenseNetwork in numpy with all changes in its weights."""

    def __init__(self, student: StudentNetwork) -> None:
        self.shape = student.shape
        self._student = student

    def embedding(self, rows: Rows) -> Array:
        """See DenseNetwork.embedding; rows are the student's."""
        return self._array(_EMBEDDINGS)[rows]

    def head(self, rows: Rows) -> Array:
        """See DenseNetwork.head."""
        return self._array(_EMBEDDINGS if self.shape.tied else _PROJECTION)[rows]

    def final_norm(self) -> Array:
        """See DenseNetwork.final_norm."""
        return self._array(_FINAL_NORM)

    def sinks(self, layer: int) -> Array:
        """See DenseNetwork.sinks."""
        return self._array(f"decoder/layer_{layer}/self_attention/sinks")

    def layer(self, index: int) -> DenseLayer:
        """See DenseNetwork.layer."""
        place, shape = f"decoder/layer_{index}", self.shape
        ends = np.cumsum([shape.heads * shape.head, shape.key_heads * shape.head])
        joint = self._linear(f"{place}/{QKV}")
        weights, biases = np.split(joint.weight, ends), np.split(joint.bias, ends)
        query, key, value = (Linear(*both) for both in zip(weights, biases, strict=True))
        return DenseLayer(
            attention_norm=self._array(f"{place}/{_NORMS[0]}/gamma"),
            query=query,
            key=key,
            value=value,
            output=self._linear(f"{place}/{OUTPUT}"),
            sinks=self.sinks(index),
            inner_norm=self._array(f"{place}/{_NORMS[1]}/gamma"),
            gate=self._linear(f"{place}/{GATE}"),
            up=self._linear(f"{place}/{UP}"),
            down=self._linear(f"{place}/{DOWN}"),
        )

    def _linear(self, name: str) -> Linear:
        weight, learned = self._array(f"{name}/weight"), self._student.learned
        if parameter_name(f"{name}/weight", OUT) in learned:
            out, into = (learned[parameter_name(f"{name}/weight", end)] for end in (OUT, IN))
            weight = weight + (out @ into).detach().cpu().numpy()
        return Linear(weight, self._array(f"{name}/bias"))

    def _array(self, name: str) -> Array:
        found: Array = self._student.weight(name).detach().float().cpu().numpy()
        return found


def _arrays(layer: DenseLayer) -> dict[str, Array]:
    """A layer under CTranslate2's names, and its sinks."""
    three = (layer.query, layer.key, layer.value)
    linear = {
        QKV: Linear(
            np.concatenate([one.weight for one in three]),
            np.concatenate([one.bias for one in three]),
        ),
        OUTPUT: layer.output, GATE: layer.gate, UP: layer.up, DOWN: layer.down,
    }  # fmt: skip
    return {
        **{f"{name}/weight": one.weight for name, one in linear.items()},
        **{f"{name}/bias": one.bias for name, one in linear.items()},
        f"{_NORMS[0]}/gamma": layer.attention_norm,
        f"{_NORMS[1]}/gamma": layer.inner_norm,
        "self_attention/sinks": layer.sinks,
    }


def _turned(heads: Tensor, turning: tuple[Tensor, Tensor]) -> Tensor:
    cosine, sine = turning
    first, second = heads.chunk(2, -1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)
