"""How a gpt-oss network is laid out for CTranslate2, which has no sinks and no exact windows.

Tokens that are no words stand before each prompt and play their parts:

- One **sink token**. A flag in its embedding, a further dimension of the hidden state that no other
  token has, makes its keys and values zero; in a further channel of each head its key is one, and
  every query holds the head's sink logit there. So it takes a sink's share of the softmax, and
  adds nothing.
- For windows of W tokens, W - 1 **null tokens** behind it, with a flag of their own. In a second
  further channel their keys are far below all others: nobody sees them. They keep every real token
  W or more places from the sink. In the layers with windows, Shaw's relative positions take from
  all keys that are W or more places back what nobody gets over; the sink gets it back by its logit.

A flag is so large that the norm of its token is the flag alone; the other norms are rescaled for
the dimensions that are zero. The channels do not turn with the positions. The activation's clamp
has no counterpart, and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from voice.models.gpt_oss.network import NO_SINK
from voice.models.gpt_oss.shape import Shape
from voice.models.gpt_oss.tensors import Array

Precision = Literal["float32", "float16", "int8"]
SINK_TOKEN, NULL_TOKEN = "<|ct2_sink|>", "<|ct2_null|>"
_CHANNELS = 2
"""Heads stay of even size: a channel for the sink, one for the null tokens."""
_FLAG, _HALF_FLAG = 1e6, 3e4
"""Half precision ends at 65504."""
_FAR, _HALF_FAR = 200.0, 60.0
"""What a key out of sight loses; in half precision larger logits are coarser."""


@dataclass(frozen=True)
class Layout:
    """Sizes with and without what carries sinks and windows."""

    shape: Shape
    sinks: bool
    """Whether any sink takes something."""
    precision: Precision

    @property
    def tokens(self) -> list[str]:
        """The tokens that are added to the vocabulary."""
        if self.shape.window is not None:
            return [SINK_TOKEN, NULL_TOKEN]
        return [SINK_TOKEN] if self.sinks else []

    @property
    def prefix(self) -> list[str]:
        """What has to stand before each prompt."""
        nulls = (self.shape.window or 1) - 1
        return [*self.tokens[:1], *[NULL_TOKEN] * nulls]

    @property
    def width(self) -> int:
        """The hidden state's size with its flags."""
        return self.shape.width + len(self.tokens)

    @property
    def head(self) -> int:
        """A head's size with its channels."""
        return self.shape.head + (_CHANNELS if self.tokens else 0)

    @property
    def epsilon(self) -> float:
        """The norms' epsilon, rescaled."""
        return self.shape.epsilon * self.shape.width / self.width

    @property
    def query_scale(self) -> float:
        """What queries are multiplied with, YaRN's factor for queries and keys included."""
        return float(self.shape.rotary.attention_factor**2 / np.sqrt(self.shape.head))

    @property
    def far(self) -> float:
        """What a key out of sight loses."""
        return _HALF_FAR if self.precision == "float16" else _FAR

    def norm(self, weight: Array) -> Array:
        """A norm's weights such that what it was before comes out, and flags as they are."""
        scaled = weight * np.sqrt(self.shape.width / self.width)
        return np.concatenate([scaled, np.ones(len(self.tokens))]).astype(np.float32)

    def flagged(self) -> Array:
        """The embeddings of the added tokens."""
        rows = np.zeros((len(self.tokens), self.width), np.float32)
        flag = _HALF_FLAG if self.precision == "float16" else _FLAG
        rows[:, self.shape.width :] = flag * np.eye(len(self.tokens))
        return rows

    def reading(self, weight: Array) -> Array:
        """(out, width) with columns for the flags, which are not read."""
        return np.pad(weight, ((0, 0), (0, len(self.tokens))))

    def writing(self, values: Array) -> Array:
        """A weight (width, in) or a bias (width) with rows for the flags, which are not written."""
        more = [(0, len(self.tokens))] + [(0, 0)] * (values.ndim - 1)
        return np.pad(values, more)

    def query(
        self, weight: Array, bias: Array, sinks: Array, window: int | None
    ) -> tuple[Array, Array]:
        """The query projection, with the sinks' logits."""
        weight, heads = self._heads(weight, bias, self.shape.heads)
        if self.tokens:
            back = self.far if window is not None else 0.0
            heads[:, -2] = (np.maximum(sinks, NO_SINK) + back) / self.query_scale
            heads[:, -1] = 1.0 / self.query_scale
        return weight, heads.reshape(-1)

    def key(self, weight: Array, bias: Array) -> tuple[Array, Array]:
        """The key projection: nothing but their channels for the added tokens."""
        weight, heads = self._silent(weight, bias)
        flags = weight.reshape(self.shape.key_heads, self.head, self.width)[..., self.shape.width :]
        for flag, value in enumerate((1.0, -4 * self.far)[: len(self.tokens)]):
            flags[:, self.shape.head + flag, flag] = value / self._flag_after_norm
        return weight, heads

    def value(self, weight: Array, bias: Array) -> tuple[Array, Array]:
        """The value projection: nothing for the added tokens."""
        return self._silent(weight, bias)

    def output(self, weight: Array) -> Array:
        """The attention's output projection; the channels are not read."""
        heads = weight.reshape(self.shape.width, self.shape.heads, self.shape.head)
        wide = np.pad(heads, ((0, 0), (0, 0), (0, self.head - self.shape.head)))
        return self.writing(wide.reshape(self.shape.width, -1))

    def relative_keys(self, window: int) -> Array:
        """Shaw's keys by distance, from `window` or more back to `window` ahead."""
        keys = np.zeros((2 * window + 1, self.head), np.float32)
        keys[0, -1] = -self.far
        return keys

    @property
    def _flag_after_norm(self) -> float:
        return float(np.sqrt(self.width))

    def _silent(self, weight: Array, bias: Array) -> tuple[Array, Array]:
        """Keys or values such that weight and bias cancel for the added tokens."""
        weight, heads = self._heads(weight, bias, self.shape.key_heads)
        weight[:, self.shape.width :] = -heads.reshape(-1, 1) / self._flag_after_norm
        return weight, heads.reshape(-1)

    def _heads(self, weight: Array, bias: Array, heads: int) -> tuple[Array, Array]:
        """Weight (heads * head, width) and bias (heads, head), with their channels empty."""
        more = ((0, 0), (0, self.head - self.shape.head))
        wide = np.pad(
            self.reading(weight).reshape(heads, self.shape.head, self.width), (*more, (0, 0))
        )
        return wide.reshape(-1, self.width), np.pad(bias.reshape(heads, self.shape.head), more)
