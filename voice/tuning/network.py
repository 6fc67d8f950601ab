"""Whisper in torch, straight from CTranslate2's variables, with low-rank changes to some weights.

The names of the weights are CTranslate2's, so what is learned is a difference that
`voice.models.difference` merges. Architecture: Radford et al. 2022; low rank: Hu et al. 2021.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from voice.errors import ModelError
from voice.models.ctranslate2_weights import Ctranslate2Weights, as_floats, scale_of
from voice.models.difference import IN, OUT

Half = Literal["encoder", "decoder"]
_HEAD_WIDTH = 64
_FLOATS = (np.float16, np.float32)


class WhisperNetwork(nn.Module):
    """A frozen model, and the pairs of factors that are learned for some of its matrices."""

    def __init__(
        self,
        model: Path,
        *,
        tuned: Sequence[Half],
        rank: int,
        precision: torch.dtype = torch.float32,
        device: str = "cpu",
        dropout: float = 0.0,
    ) -> None:
        """The layers of the halves in `tuned` get low-rank changes, of which `dropout` is a part.

        `precision` is that of products of matrices; factors and sums are float32. Raises
        ModelError where the model holds weights of another kind.
        """
        super().__init__()
        variables = Ctranslate2Weights.read(model).variables
        self._precision, self._device, self._dropout = precision, device, dropout
        self._weights = {
            name: self._placed(name, as_floats(name, variables))
            for name, value in variables.items()
            if value.ndim and (value.dtype in _FLOATS or scale_of(name) in variables)
        }
        if "decoder/embeddings/weight" not in self._weights:
            raise ModelError(f"{model}: holds neither floats nor int8 with its scales")
        self.width = len(self._weights["encoder/layer_norm/gamma"])
        self._changes_on = True
        self.changes = nn.ParameterDict()
        for name in [name for half in tuned for name in self._matrices_of(half)]:
            out, into = self._weights[f"{name}/weight"].shape
            weight = f"{name}/weight"
            factor = torch.zeros(out, rank, device=device)
            self.changes[parameter_name(weight, OUT)] = nn.Parameter(factor)
            start = torch.randn(rank, into) / math.sqrt(into)
            self.changes[parameter_name(weight, IN)] = nn.Parameter(start.to(device))

    def _layers(self, half: Half) -> Iterator[str]:
        """Their names, from the first on."""
        number = 0
        while f"{half}/layer_{number}/ffn/linear_0/bias" in self._weights:
            yield f"{half}/layer_{number}"
            number += 1

    def _placed(self, name: str, value: NDArray[np.float32]) -> Tensor:
        """Matrices in the network's precision, all else in float32."""
        is_matrix = value.ndim > 1 and not name.endswith("encodings")
        kind = self._precision if is_matrix or name.endswith("/bias") else torch.float32
        return torch.from_numpy(value).to(self._device, kind)

    def _matrices_of(self, half: Half) -> Iterator[str]:
        for name, value in self._weights.items():
            if name.startswith(f"{half}/layer_") and name.endswith("/weight") and value.ndim == 2:
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
        return difference_of(dict(self.changes.items()))

    def take(self, difference: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a difference with the same rank; what it does not hold stays as it is."""
        with torch.no_grad():
            for name, parameter in self.changes.items():
                if (known := difference.get(_stored(name))) is not None:
                    parameter.copy_(torch.from_numpy(known.astype(np.float32)))

    def encode(self, mel: Tensor) -> Tensor:
        """States of shape (batch, frames / 2, width) of mel frames (batch, bins, frames)."""
        weights = self._weights
        first, second = "encoder/conv1", "encoder/conv2"
        x = mel.to(self._precision)
        x = F.gelu(F.conv1d(x, weights[f"{first}/weight"], weights[f"{first}/bias"], padding=1))
        x = F.conv1d(x, weights[f"{second}/weight"], weights[f"{second}/bias"], 2, padding=1)
        x = F.gelu(x).transpose(1, 2)
        x = x + weights["encoder/position_encodings/encodings"][: x.shape[1]]
        for layer in self._layers("encoder"):
            x = x + self._self_attention(x, layer, causal=False)
            x = x + self._feed_forward(x, layer)
        return self._normalised(x, "encoder/layer_norm")

    def decode(self, pieces: Tensor, states: Tensor) -> Tensor:
        """Hidden states behind each piece, shape (batch, pieces, width); see `scores`."""
        weights = self._weights
        x = weights["decoder/embeddings/weight"][pieces].float()
        x = x + weights["decoder/position_encodings/encodings"][: pieces.shape[1]]
        states = states.to(self._precision)
        for layer in self._layers("decoder"):
            x = x + self._self_attention(x, layer, causal=True)
            x = x + self._cross_attention(x, states, layer)
            x = x + self._feed_forward(x, layer)
        return self._normalised(x, "decoder/layer_norm")

    def scores(self, hidden: Tensor) -> Tensor:
        """Logits of the next piece."""
        return F.linear(hidden.to(self._precision), self._weights["decoder/embeddings/weight"])

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
        x = x.to(self._precision)
        y = F.linear(x, self._weights[f"{name}/weight"], self._weights.get(f"{name}/bias"))
        out = self.changes.get(parameter_name(f"{name}/weight", OUT)) if self._changes_on else None
        if out is None:
            return y
        x = F.dropout(x, self._dropout, self.training)
        into = self.changes[parameter_name(f"{name}/weight", IN)]
        low = F.linear(x, into.to(self._precision))
        return y + F.linear(low, out.to(self._precision))

    def _normalised(self, x: Tensor, name: str) -> Tensor:
        gamma, beta = self._weights[f"{name}/gamma"], self._weights[f"{name}/beta"]
        return F.layer_norm(x.float(), x.shape[-1:], gamma, beta)


def difference_of(changes: Mapping[str, Tensor]) -> dict[str, NDArray[np.float16]]:
    """Parameters of `WhisperNetwork.changes`, or means of them, as they are stored."""
    return {
        _stored(name): parameter.detach().cpu().numpy().astype(np.float16)
        for name, parameter in changes.items()
    }


def parameter_name(weight: str, ending: str = "") -> str:
    """Of a weight or its factor in a ParameterDict: a name there may hold no dot and no slash."""
    return f"{weight}{ending}".replace("/", "|").replace(".", "!")


def _stored(key: str) -> str:
    return key.replace("|", "/").replace("!", ".")


def _attend(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    heads = [part.unflatten(-1, (-1, _HEAD_WIDTH)).transpose(1, 2) for part in (query, key, value)]
    mixed = F.scaled_dot_product_attention(*heads, is_causal=causal)
    return mixed.transpose(1, 2).flatten(2)
