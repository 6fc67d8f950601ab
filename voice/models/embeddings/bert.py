"""A BERT encoder written as the folder that CTranslate2 loads, in int8 and a tensor at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from voice.models.ctranslate2_file import WeightsFile, constants_and_weights
from voice.models.gpt_oss.tensors import Array, Tensors

WEIGHTS = "model.bin"
_ROWS = 4096
"""Rows of a large matrix that are worked on at once."""
_UNKNOWN = "<unk>"
"""Texts reach the encoder as ids: the vocabulary that CTranslate2 wants is never asked."""
_EMBEDDINGS = "encoder/embeddings_0/weight"


@dataclass(frozen=True)
class BertShape:
    """The sizes of a BERT encoder."""

    vocabulary: int
    width: int
    inner: int
    layers: int
    heads: int
    positions: int
    """Tokens of the longest text."""
    epsilon: float

    def tensors(self) -> Mapping[str, tuple[int, ...]]:
        """The names that transformers' BertModel has for its weights, and their shapes."""
        wide, inner = (self.width,), (self.inner,)
        square = wide * 2
        shapes: dict[str, tuple[int, ...]] = {
            "embeddings.word_embeddings.weight": (self.vocabulary, self.width),
            "embeddings.position_embeddings.weight": (self.positions, self.width),
            "embeddings.token_type_embeddings.weight": (2, self.width),
            "embeddings.LayerNorm.weight": wide,
            "embeddings.LayerNorm.bias": wide,
        }
        for layer in range(self.layers):
            place = f"encoder.layer.{layer}"
            for part in ("self.query", "self.key", "self.value", "output.dense"):
                shapes[f"{place}.attention.{part}.weight"] = square
                shapes[f"{place}.attention.{part}.bias"] = wide
            for part in ("attention.output.LayerNorm", "output.LayerNorm"):
                shapes[f"{place}.{part}.weight"] = shapes[f"{place}.{part}.bias"] = wide
            shapes[f"{place}.intermediate.dense.weight"] = inner + wide
            shapes[f"{place}.intermediate.dense.bias"] = inner
            shapes[f"{place}.output.dense.weight"] = wide + inner
            shapes[f"{place}.output.dense.bias"] = wide
        return shapes


@dataclass(frozen=True)
class Prefixes:
    """What has to stand before a text, as the model was trained."""

    query: str = ""
    passage: str = ""


def write_bert(
    shape: BertShape, tensors: Tensors, tokenizer: Tokenizer, prefixes: Prefixes, folder: Path
) -> None:
    """Fill `folder` with what `voice.embeddings` loads."""
    spec = _specification(shape)
    with (folder / WEIGHTS).open("wb") as stream:
        file = WeightsFile(stream, spec.name, spec.revision)
        constants, wanted = constants_and_weights(spec)
        for name, value in constants.items():
            file.add(name, value)
        writer = _Writer(file, tensors)
        writer.beginning(shape)
        for layer in range(shape.layers):
            writer.layer(layer)
        file.finish()
    lacking = wanted - writer.written
    assert not lacking, f"CTranslate2 wants {sorted(lacking)}"
    config = spec.config
    config.layer_norm_epsilon = shape.epsilon
    config.unk_token = _UNKNOWN
    config.save_as_json(str(folder / "config.json"))
    (folder / "vocabulary.json").write_text(json.dumps([_UNKNOWN]), "utf-8")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / "tokenizer.json"))
    description = {"query": prefixes.query, "passage": prefixes.passage, "longest": shape.positions}
    (folder / "voice.json").write_text(json.dumps(description, indent=1) + "\n", "utf-8")


def _specification(shape: BertShape) -> Any:
    # Loads the native library, which only a conversion needs.
    from ctranslate2.specs import Activation, TransformerEncoderModelSpec, TransformerEncoderSpec

    encoder = TransformerEncoderSpec(
        shape.layers,
        shape.heads,
        pre_norm=False,
        activation=Activation.GELU,
        layernorm_embedding=True,
    )
    encoder.scale_embeddings = False
    return TransformerEncoderModelSpec(encoder)


class _Writer:
    """Weights of BertModel under CTranslate2's names."""

    def __init__(self, file: WeightsFile, tensors: Tensors) -> None:
        self._file = file
        self._tensors = tensors
        self.written: set[str] = set()

    def beginning(self, shape: BertShape) -> None:
        """What becomes of tokens and their places before the first layer."""
        words = "embeddings.word_embeddings.weight"
        size = (shape.vocabulary, shape.width)
        self._matrix(_EMBEDDINGS, size, self._blocks(words, shape.vocabulary))
        # A text alone is all of the first of BERT's two types of tokens.
        places = self._read("embeddings.position_embeddings.weight")
        places = places + self._read("embeddings.token_type_embeddings.weight")[0]
        self._vector("encoder/position_encodings/encodings", places)
        self._norm("encoder/layernorm_embedding", "embeddings.LayerNorm")

    def layer(self, index: int) -> None:
        """One layer's attention and inner layer."""
        place, source = f"encoder/layer_{index}", f"encoder.layer.{index}"
        attention = [f"{source}.attention.self.{part}" for part in ("query", "key", "value")]
        self._linear(f"{place}/self_attention/linear_0", *attention)
        self._linear(f"{place}/self_attention/linear_1", f"{source}.attention.output.dense")
        self._norm(f"{place}/self_attention/layer_norm", f"{source}.attention.output.LayerNorm")
        self._linear(f"{place}/ffn/linear_0", f"{source}.intermediate.dense")
        self._linear(f"{place}/ffn/linear_1", f"{source}.output.dense")
        self._norm(f"{place}/ffn/layer_norm", f"{source}.output.LayerNorm")

    def _linear(self, place: str, *sources: str) -> None:
        """Layers that read the same, one below the other."""
        weight = np.concatenate([self._read(f"{source}.weight") for source in sources])
        bias = np.concatenate([self._read(f"{source}.bias") for source in sources])
        self._matrix(f"{place}/weight", weight.shape, iter([weight]))
        self._vector(f"{place}/bias", bias)

    def _norm(self, place: str, source: str) -> None:
        self._vector(f"{place}/gamma", self._read(f"{source}.weight"))
        self._vector(f"{place}/beta", self._read(f"{source}.bias"))

    def _read(self, name: str) -> Array:
        return self._tensors.floats(name)

    def _blocks(self, name: str, rows: int) -> Iterator[Array]:
        for first in range(0, rows, _ROWS):
            yield self._tensors.floats(name, slice(first, first + _ROWS))

    def _matrix(self, name: str, size: tuple[int, ...], blocks: Iterator[Array]) -> None:
        self._file.add_quantised(name, size, blocks)
        self.written.add(name)

    def _vector(self, name: str, value: Array) -> None:
        self._file.add(name, value.astype(np.float32))
        self.written.add(name)
