"""A gpt-oss as OpenAI and transformers publish it: the names of its tensors, and their layouts.

The experts' weights are MXFP4 (`_blocks` and `_scales`, rows are outputs) or floats (rows are
inputs); gate and up take turns in either.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from voice.errors import ModelError
from voice.models.gpt_oss.mxfp4 import dequantised
from voice.models.gpt_oss.shape import GPT_OSS, Shape, read_shape
from voice.models.gpt_oss.tensors import ALL, Array, Rows, SafetensorsFolder, check_shapes

_EMBEDDING, _HEAD = "model.embed_tokens.weight", "lm_head.weight"
_NORM = "model.norm.weight"


@dataclass(frozen=True)
class Expert:
    """The weights of one expert, outputs in rows."""

    gate_up: Array
    """Gate and up in turns."""
    gate_up_bias: Array
    down: Array
    down_bias: Array


class GptOssCheckpoint:
    """A folder with config.json and shards; only what is asked for is read."""

    def __init__(self, shape: Shape, tensors: SafetensorsFolder) -> None:
        self.shape = shape
        self._tensors = tensors

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Raises ModelError when it is no gpt-oss, or some of it is missing or of a wrong size."""
        shape = read_shape(folder / "config.json")
        if shape.kind != GPT_OSS:
            raise ModelError(f"{folder}: not a gpt-oss")
        tensors = SafetensorsFolder.open(folder)
        checkpoint = cls(shape, tensors)
        check_shapes(tensors, checkpoint._wanted(), folder)
        return checkpoint

    @property
    def quantised(self) -> bool:
        """Whether the experts are MXFP4."""
        return f"{_experts(0)}.gate_up_proj_blocks" in self._tensors

    def floats(self, name: str, rows: Rows = ALL) -> Array:
        """A tensor that is not quantised."""
        return self._tensors.floats(name, rows)

    def embedding(self, rows: Rows) -> Array:
        """The embeddings of some tokens."""
        return self.floats(_EMBEDDING, rows)

    def head(self, rows: Rows) -> Array:
        """The output layer's rows of some tokens."""
        return self.floats(_EMBEDDING if self.shape.tied else _HEAD, rows)

    def final_norm(self) -> Array:
        """The weights of the norm before the output layer."""
        return self.floats(_NORM)

    def norm(self, layer: int, name: str) -> Array:
        """The weights of a layer's norm `name`."""
        return self.floats(f"model.layers.{layer}.{name}.weight")

    def attention(self, layer: int, letter: str) -> tuple[Array, Array]:
        """Weight and bias of the projection `letter` (q, k, v or o)."""
        place = f"model.layers.{layer}.self_attn.{letter}_proj"
        weight = self.floats(f"{place}.weight")
        if f"{place}.bias" not in self._tensors:
            return weight, np.zeros(len(weight), np.float32)
        return weight, self.floats(f"{place}.bias")

    def sinks(self, layer: int) -> Array:
        """The logit of each head's sink."""
        return self.floats(f"model.layers.{layer}.self_attn.sinks")

    def router(self, layer: int) -> tuple[Array, Array]:
        """Weight (experts, width) and bias of a layer's router."""
        place = f"model.layers.{layer}.mlp.router"
        return self.floats(f"{place}.weight"), self.floats(f"{place}.bias")

    def expert(self, layer: int, expert: int) -> Expert:
        """Read one expert."""
        place = _experts(layer)
        return Expert(
            self._expert_weight(f"{place}.gate_up_proj", expert),
            self.floats(f"{place}.gate_up_proj_bias", expert),
            self._expert_weight(f"{place}.down_proj", expert),
            self.floats(f"{place}.down_proj_bias", expert),
        )

    def _expert_weight(self, name: str, expert: int) -> Array:
        if self.quantised:
            blocks = self._tensors.bytes(f"{name}_blocks", expert)
            return dequantised(blocks, self._tensors.bytes(f"{name}_scales", expert))
        return np.ascontiguousarray(self.floats(name, expert).T)

    def _wanted(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor, as the configuration has it."""
        shape = self.shape
        wide, narrow = shape.heads * shape.head, shape.key_heads * shape.head
        wanted: dict[str, tuple[int, ...]] = {
            _EMBEDDING: (shape.vocabulary, shape.width),
            _NORM: (shape.width,),
        }
        if not shape.tied:
            wanted[_HEAD] = (shape.vocabulary, shape.width)
        for layer in range(shape.layers):
            place, experts = f"model.layers.{layer}", _experts(layer)
            for letter, rows in (("q", wide), ("k", narrow), ("v", narrow)):
                wanted[f"{place}.self_attn.{letter}_proj.weight"] = (rows, shape.width)
            wanted[f"{place}.self_attn.o_proj.weight"] = (shape.width, wide)
            wanted[f"{place}.self_attn.sinks"] = (shape.heads,)
            wanted[f"{place}.input_layernorm.weight"] = (shape.width,)
            wanted[f"{place}.post_attention_layernorm.weight"] = (shape.width,)
            wanted[f"{place}.mlp.router.weight"] = (shape.experts, shape.width)
            wanted[f"{experts}.gate_up_proj_bias"] = (shape.experts, 2 * shape.inner)
            wanted[f"{experts}.down_proj_bias"] = (shape.experts, shape.width)
            wanted.update(self._wanted_experts(experts))
        return wanted

    def _wanted_experts(self, place: str) -> dict[str, tuple[int, ...]]:
        experts, width, inner = self.shape.experts, self.shape.width, self.shape.inner
        if not self.quantised:
            return {
                f"{place}.gate_up_proj": (experts, width, 2 * inner),
                f"{place}.down_proj": (experts, inner, width),
            }
        wanted: dict[str, tuple[int, ...]] = {}
        for name, rows, columns in (("gate_up", 2 * inner, width), ("down", width, inner)):
            blocks = (experts, rows, columns // 32)
            wanted[f"{place}.{name}_proj_blocks"] = (*blocks, 16)
            wanted[f"{place}.{name}_proj_scales"] = blocks
        return wanted


def _experts(layer: int) -> str:
    return f"model.layers.{layer}.mlp.experts"
