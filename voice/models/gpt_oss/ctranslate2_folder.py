"""Writes a dense gpt-oss network as the folder that CTranslate2 loads, a layer at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from voice.models.ctranslate2_file import WeightsFile, constants_and_weights
from voice.models.gpt_oss.layout import Layout
from voice.models.gpt_oss.network import DenseLayer, DenseNetwork, Linear
from voice.models.gpt_oss.tensors import Array, Rows
from voice.models.gpt_oss.vocabulary import Vocabulary

ROWS = 4096
"""Rows of a large matrix that are worked on at once."""
_NEVER = -1e9
"""The output layer's bias of a token that is never written."""
_EMBEDDINGS, _PROJECTION = "decoder/embeddings/weight", "decoder/projection/weight"


def write_ctranslate2(
    network: DenseNetwork, vocabulary: Vocabulary, layout: Layout, folder: Path
) -> None:
    """Fill `folder` with `model.bin`, `config.json`, `vocabulary.json` and `tokenizer.json`."""
    spec = _specification(layout)
    with (folder / "model.bin").open("wb") as stream:
        file = WeightsFile(stream, spec.name, spec.revision)
        constants, wanted = constants_and_weights(spec)
        for name, value in constants.items():
            file.add(name, value)
        writer = _Writer(file, layout)
        aliases = writer.ends(network, vocabulary)
        for index in range(network.shape.layers):
            writer.layer(index, network.layer(index))
        file.finish(aliases)
    lacking = wanted - writer.written - aliases.keys()
    assert not lacking, f"CTranslate2 wants {sorted(lacking)}"
    config = spec.config
    config.layer_norm_epsilon = layout.epsilon
    config.unk_token = config.bos_token = vocabulary.start
    config.eos_token = vocabulary.stop
    config.save_as_json(str(folder / "config.json"))
    names = [*vocabulary.tokens, *layout.tokens]
    (folder / "vocabulary.json").write_text(json.dumps(names, indent=0), "utf-8")
    vocabulary.tokenizer.save(str(folder / "tokenizer.json"))


def _specification(layout: Layout) -> Any:
    # Loads the native library, which only a conversion needs.
    from ctranslate2.specs import attention_spec, common_spec, transformer_spec

    shape = layout.shape
    yarn = attention_spec.RotaryScalingType.Su if shape.rotary.yarn else None
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        shape.layers,
        shape.heads,
        pre_norm=True,
        activation=common_spec.Activation.GELUSigmoid,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=shape.head,
        rotary_interleave=False,
        rotary_base=shape.rotary.theta,
        rotary_scaling_type=yarn,
        num_heads_kv=shape.key_heads if shape.key_heads != shape.heads else None,
        head_dim=layout.head,
    )
    spec.decoder.scale_embeddings = False
    return spec


class _Writer:
    """Weights in a precision, under CTranslate2's names."""

    def __init__(self, file: WeightsFile, layout: Layout) -> None:
        self._file = file
        self._layout = layout
        self.written: set[str] = set()

    def ends(self, network: DenseNetwork, vocabulary: Vocabulary) -> dict[str, str]:
        """Embedding, final norm and output layer; returns names that stand for other variables."""
        layout = self._layout
        rows = len(vocabulary) + len(layout.tokens)
        embedding = _rows_of(network.embedding, vocabulary, layout)
        self._matrix(_EMBEDDINGS, rows, layout.width, embedding)
        self._vector("decoder/layer_norm/gamma", layout.norm(network.final_norm()))
        if layout.tokens:
            bias = np.zeros(rows, np.float32)
            bias[len(vocabulary) :] = _NEVER
            self._vector("decoder/projection/bias", bias)
        if network.shape.tied:
            return {_PROJECTION: _EMBEDDINGS}
        self._matrix(_PROJECTION, rows, layout.width, _rows_of(network.head, vocabulary, layout))
        return {}

    def layer(self, index: int, layer: DenseLayer) -> None:
        """One layer's attention and inner layer."""
        self._attention(f"decoder/layer_{index}/self_attention", layer, index)
        place, layout = f"decoder/layer_{index}/ffn", self._layout
        self._vector(f"{place}/layer_norm/gamma", layout.norm(layer.inner_norm))
        self._linear(f"{place}/linear_0", layout.reading(layer.gate.weight), layer.gate.bias)
        up_bias = layer.up.bias + np.float32(1.0)  # CTranslate2's gate takes up as it is
        self._linear(f"{place}/linear_0_noact", layout.reading(layer.up.weight), up_bias)
        down = layout.writing(layer.down.weight), layout.writing(layer.down.bias)
        self._linear(f"{place}/linear_1", *down)

    def _attention(self, place: str, layer: DenseLayer, index: int) -> None:
        layout, shape = self._layout, self._layout.shape
        window = shape.windows[index]
        self._vector(f"{place}/layer_norm/gamma", layout.norm(layer.attention_norm))
        self._vector(f"{place}/queries_scale", np.asarray(layout.query_scale, np.float32))
        if shape.rotary.yarn:
            turns = shape.rotary.plain(shape.head) / shape.rotary.frequencies(shape.head)
            for length in ("long", "short"):
                self._vector(f"{place}/rotary_scaling_{length}_factor", turns.astype(np.float32))
        if window is not None:
            self._vector(f"{place}/relative_position_keys", layout.relative_keys(window))
        parts = [
            layout.query(*_both(layer.query), layer.sinks, window),
            layout.key(*_both(layer.key)),
            layout.value(*_both(layer.value)),
        ]
        weights, biases = zip(*parts, strict=True)
        self._linear(f"{place}/linear_0", np.concatenate(weights), np.concatenate(biases))
        output = layout.output(layer.output.weight), layout.writing(layer.output.bias)
        self._linear(f"{place}/linear_1", *output)

    def _linear(self, place: str, weight: Array, bias: Array) -> None:
        rows, columns = weight.shape
        self._matrix(f"{place}/weight", rows, columns, _in_blocks(weight))
        self._vector(f"{place}/bias", bias)

    def _vector(self, name: str, value: Array) -> None:
        """What is small stays float32; CTranslate2 converts it as it needs."""
        self._file.add(name, value.astype(np.float32))
        self.written.add(name)

    def _matrix(self, name: str, rows: int, columns: int, blocks: Iterator[Array]) -> None:
        self.written.add(name)
        if self._layout.precision == "int8":
            self._file.add_quantised(name, (rows, columns), blocks)
        else:
            self._file.add_in_parts(name, (rows, columns), self._layout.precision, blocks)


def _both(linear: Linear) -> tuple[Array, Array]:
    return linear.weight, linear.bias


def _in_blocks(matrix: Array) -> Iterator[Array]:
    for first in range(0, len(matrix), ROWS):
        yield matrix[first : first + ROWS]


def _rows_of(
    read: Callable[[Rows], Array], vocabulary: Vocabulary, layout: Layout
) -> Iterator[Array]:
    """The tokens' rows of the embedding or the output layer, then those of the added tokens."""
    for first in range(0, len(vocabulary), ROWS):
        yield layout.reading(read(vocabulary.rows[first : first + ROWS]))
    if layout.tokens:
        yield layout.flagged()
