"""A Whisper decoder of CTranslate2's form as ONNX graphs, its weights in int8.

CTranslate2 packs int8 weights anew for every piece that is written, ONNX Runtime packs them once.
One graph makes keys and values of an encoder's states, the other one writes a piece. Weights and
activations have a scale for each block of 32 (com.microsoft.MatMulNBits): rows do not hang on what
is beside them in a batch, as they do with one scale for all (DynamicQuantizeMatMul).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = Mapping[str, NDArray[Any]]
"""The variables of a `model.bin`, by name."""

_MICROSOFT = "com.microsoft"
_EPSILON = 1e-5
_GELU = 3
"""Of CTranslate2's activations."""
_BLOCK = 32
"""Weights that have a scale in common."""
_LARGEST, _ZERO = 127, 128
_IN_INTEGERS = 4
"""How MatMulNBits multiplies."""


@dataclass(frozen=True)
class Sizes:
    """How large a decoder is."""

    layers: int
    heads: int
    width: int

    @property
    def head_width(self) -> int:
        """Numbers of a key or value of one head."""
        return self.width // self.heads


def sizes_of(weights: Weights) -> Sizes | None:
    """The sizes of the decoder; None where it is of another kind than Whisper's, or in integers."""
    embeddings = weights.get("decoder/embeddings/weight")
    if embeddings is None or embeddings.dtype not in (np.float16, np.float32):
        return None
    if not weights.get("decoder/pre_norm", 0) or weights.get("decoder/activation") != _GELU:
        return None
    layers = 0
    while f"decoder/layer_{layers}/ffn/linear_0/weight" in weights:
        layers += 1
    return Sizes(layers, int(weights["decoder/num_heads"]), embeddings.shape[1])


def memory_graph(weights: Weights) -> bytes:
    """From `states` (windows, positions, width) to `keys_N` and `values_N` of each layer."""
    sizes = sizes_of(weights)
    assert sizes is not None
    graph = _Graph(weights, sizes)
    for layer in range(sizes.layers):
        both = graph.linear("states", f"decoder/layer_{layer}/attention/linear_1")
        keys, values = graph.node("Split", both, outputs=2, axis=-1)
        graph.output(f"keys_{layer}", graph.by_head(keys, [0, 2, 3, 1]))
        graph.output(f"values_{layer}", graph.by_head(values, [0, 2, 1, 3]))
    return graph.made(["states"])


def piece_graph(weights: Weights) -> bytes:
    """From embedded pieces to what comes after the last one of them.

    Inputs: `pieces` (windows, count, width), `mask` (1, 1, count, all pieces), and for each layer
    `keys_N`, `values_N` of the encoder's states and `past_keys_N`, `past_values_N`. Outputs:
    `logits` (windows, 1, vocabulary) and `new_keys_N`, `new_values_N`, which are the next past.
    """
    sizes = sizes_of(weights)
    assert sizes is not None
    graph, inputs, at = _Graph(weights, sizes), ["pieces", "mask"], "pieces"
    for layer in range(sizes.layers):
        name = f"decoder/layer_{layer}"
        inputs += [f"{kind}_{layer}" for kind in ("keys", "values", "past_keys", "past_values")]
        at = graph.node("Add", at, graph.self_attention(at, name, layer))
        at = graph.node("Add", at, graph.attention(at, name, layer))
        inner = graph.linear(graph.norm(at, f"{name}/ffn"), f"{name}/ffn/linear_0")
        inner = graph.node("Gelu", inner, domain=_MICROSOFT)
        at = graph.node("Add", at, graph.linear(inner, f"{name}/ffn/linear_1"))
    last = graph.node("Gather", at, graph.constant(np.array([-1])), axis=1)
    graph.output("logits", graph.linear(graph.norm(last, "decoder"), "decoder/embeddings"))
    return graph.made(inputs)


class _Graph:
    """A graph in the making; nodes and constants are told apart by numbers."""

    def __init__(self, weights: Weights, sizes: Sizes) -> None:
        self._weights = weights
        self._sizes = sizes
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        heads = (0, 0, sizes.heads, sizes.head_width)
        self._heads = self.constant(np.array(heads))
        self._whole = self.constant(np.array((0, 0, sizes.width)))

    def constant(self, value: NDArray[Any]) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(
        self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any
    ) -> Any:
        """The name of its output; names where there are several."""
        names = [f"node_{len(self._nodes)}_{number}" for number in range(outputs)]
        made = helper.make_node(kind, list(inputs), names, domain=domain, **attributes)
        self._nodes.append(made)
        return names[0] if outputs == 1 else names

    def output(self, name: str, value: str) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(_floats(name))

    def linear(self, value: str, name: str, scaled: slice = slice(0)) -> str:
        """The rows of the weight that are `scaled` make queries."""
        weight = self._weights[f"{name}/weight"].astype(np.float32)
        bias = self._weights.get(f"{name}/bias", np.zeros(len(weight))).astype(np.float32)
        factor = np.ones(len(weight), np.float32)
        factor[scaled] = self._sizes.head_width**-0.5
        blocks = (weight * factor[:, None]).reshape(len(weight), -1, _BLOCK)
        scales = np.maximum(np.abs(blocks).max(axis=2), np.finfo(np.float32).tiny) / _LARGEST
        whole = (np.rint(blocks / scales[:, :, None]) + _ZERO).astype(np.uint8)
        constants = [self.constant(one) for one in (whole, scales)]
        made = self.node(
            "MatMulNBits", value, *constants, domain=_MICROSOFT, accuracy_level=_IN_INTEGERS,
            bits=8, block_size=_BLOCK, K=weight.shape[1], N=len(weight),
        )  # fmt: skip
        added: str = self.node("Add", made, self.constant(bias * factor))
        return added

    def norm(self, value: str, name: str) -> str:
        gamma, beta = (
            self.constant(self._weights[f"{name}/layer_norm/{kind}"].astype(np.float32))
            for kind in ("gamma", "beta")
        )
        made: str = self.node("LayerNormalization", value, gamma, beta, axis=-1, epsilon=_EPSILON)
        return made

    def by_head(self, value: str, order: list[int]) -> str:
        """(windows, count, width) as (windows, count, head, head's width) in this order."""
        made: str = self.node("Transpose", self.node("Reshape", value, self._heads), perm=order)
        return made

    def self_attention(self, at: str, name: str, layer: int) -> str:
        """Of the pieces to those before them."""
        name = f"{name}/self_attention"
        queries = slice(self._sizes.width)
        three = self.linear(self.norm(at, name), f"{name}/linear_0", queries)
        query, keys, values = self.node("Split", three, outputs=3, axis=-1)
        keys = self.node("Concat", f"past_keys_{layer}", self.by_head(keys, [0, 2, 3, 1]), axis=3)
        values = self.node(
            "Concat", f"past_values_{layer}", self.by_head(values, [0, 2, 1, 3]), axis=2
        )
        self.output(f"new_keys_{layer}", keys)
        self.output(f"new_values_{layer}", values)
        scores = self.node("MatMul", self.by_head(query, [0, 2, 1, 3]), keys)
        found = self._attended(self.node("Add", scores, "mask"), values)
        return self.linear(found, f"{name}/linear_1")

    def attention(self, at: str, name: str, layer: int) -> str:
        """To the encoder's states."""
        name = f"{name}/attention"
        query = self.linear(self.norm(at, name), f"{name}/linear_0", slice(None))
        scores = self.node("MatMul", self.by_head(query, [0, 2, 1, 3]), f"keys_{layer}")
        return self.linear(self._attended(scores, f"values_{layer}"), f"{name}/linear_2")

    def _attended(self, scores: str, values: str) -> str:
        found = self.node("MatMul", self.node("Softmax", scores, axis=-1), values)
        made: str = self.node(
            "Reshape", self.node("Transpose", found, perm=[0, 2, 1, 3]), self._whole
        )
        return made

    def made(self, inputs: list[str]) -> bytes:
        graph = helper.make_graph(
            self._nodes, "decoder", [_floats(name) for name in inputs], self._outputs,
            self._constants,
        )  # fmt: skip
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=9)
        whole: bytes = model.SerializeToString()
        return whole


def _floats(name: str) -> onnx.ValueInfoProto:
    """An input or output of any shape."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
