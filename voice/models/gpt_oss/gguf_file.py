"""A Llama in llama.cpp's GGUF file: its shape, its tensors (dequantised when read), its tokenizer.

https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

from voice.errors import ModelError
from voice.models.gpt_oss.llama import LlamaNetwork
from voice.models.gpt_oss.rotary import Rotary
from voice.models.gpt_oss.shape import LLAMA, Shape
from voice.models.gpt_oss.tensors import ALL, Array, Rows

_ENDS = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
_LAYER = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip
_CONTROL = 3
"""The type of a control token (llama_token_type)."""


class GgufFile:
    """A file that is mapped; implements Tensors under transformers' names."""

    def __init__(self, file: Path, reader: Any) -> None:
        self._file = file
        self._reader = reader
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}

    @classmethod
    def open(cls, file: Path) -> Self:
        """Raises ModelError when it is none, cut off, or no Llama."""
        import gguf  # takes its time, and only this needs it

        try:
            opened = cls(file, gguf.GGUFReader(str(file)))
        except (OSError, ValueError, IndexError, KeyError) as error:
            raise ModelError(f"{file}: not a GGUF file, or cut off ({error})") from None
        kind = opened._value("general.architecture")
        if kind != LLAMA:
            raise ModelError(f"{file}: not a Llama: its architecture is {kind!r}")
        return opened

    def network(self) -> LlamaNetwork:
        """The network as a dense gpt-oss."""
        return LlamaNetwork(self.llama_shape, self, self._file)

    @cached_property
    def llama_shape(self) -> Shape:
        """Its sizes; raises ModelError when some are missing."""
        heads = max(1, int(self._value("llama.attention.head_count")))
        width = int(self._value("llama.embedding_length"))
        layers = int(self._value("llama.block_count"))
        if "rope_freqs.weight" in self._tensors or "llama.rope.scaling.type" in self._reader.fields:
            raise ModelError(f"{self._file}: scaled rotary positions cannot be converted")
        return Shape(
            kind=LLAMA,
            vocabulary=len(self._value("tokenizer.ggml.tokens")),
            width=width,
            inner=int(self._value("llama.feed_forward_length")),
            layers=layers,
            heads=heads,
            key_heads=int(self._value("llama.attention.head_count_kv")),
            head=width // heads,
            epsilon=float(self._value("llama.attention.layer_norm_rms_epsilon")),
            context=int(self._value("llama.context_length")),
            rotary=Rotary(float(self._value("llama.rope.freq_base"))),
            windows=(None,) * layers,
            tied="output.weight" not in self._tensors,
        )

    def __contains__(self, name: str) -> bool:
        return self._own_name(name) in self._tensors

    def shape(self, name: str) -> tuple[int, ...]:
        """See Tensors.shape."""
        return tuple(int(size) for size in reversed(self._tensor(name).shape))

    def floats(self, name: str, rows: Rows = ALL) -> Array:
        """See Tensors.floats."""
        import gguf

        tensor = self._tensor(name)
        found = gguf.quants.dequantize(np.ascontiguousarray(tensor.data[rows]), tensor.tensor_type)
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            return self._halves(found, "q_proj" in name)
        return found.astype(np.float32)

    def tokenizer(self) -> Tokenizer:
        """The vocabulary in the file; raises ModelError when it is not known how it cuts text."""
        way = self._value("tokenizer.ggml.pre")
        cuts = {
            "smollm": [pre_tokenizers.Digits(individual_digits=True)],
            "gpt-2": [],
        }
        if self._value("tokenizer.ggml.model") != "gpt2" or way not in cuts:
            raise ModelError(f"{self._file}: its tokenizer ({way!r}) is not known")
        tokens = self._value("tokenizer.ggml.tokens")
        merges = [tuple(merge.split(" ")) for merge in self._value("tokenizer.ggml.merges")]
        tokenizer = Tokenizer(BPE({token: row for row, token in enumerate(tokens)}, merges))
        last = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cuts[way], last])
        tokenizer.decoder = decoders.ByteLevel()
        types = self._value("tokenizer.ggml.token_type")
        control = [token for token, kind in zip(tokens, types, strict=True) if kind == _CONTROL]
        tokenizer.add_special_tokens([AddedToken(token, special=True) for token in control])
        return tokenizer

    def _halves(self, rows: Array, query: bool) -> Array:
        """Queries and keys with the two halves of a head one after the other, not in turns."""
        shape = self.llama_shape
        heads = shape.heads if query else shape.key_heads
        turns = rows.reshape(heads, shape.head // 2, 2, -1)
        return np.ascontiguousarray(turns.swapaxes(1, 2).reshape(rows.shape), np.float32)

    def _tensor(self, name: str) -> Any:
        own = self._own_name(name)
        if own not in self._tensors:
            raise ModelError(f"{self._file}: {own} is not in it")
        return self._tensors[own]

    def _own_name(self, name: str) -> str:
        if name in _ENDS:
            return _ENDS[name]
        layer, _, rest = name.removeprefix("model.layers.").partition(".")
        place, _, what = rest.rpartition(".")
        return f"blk.{layer}.{_LAYER.get(place, place)}.{what}"

    def _value(self, key: str) -> Any:
        field = self._reader.fields.get(key)
        if field is None:
            raise ModelError(f"{self._file}: {key} is missing")
        try:
            return field.contents()
        except (ValueError, IndexError) as error:
            raise ModelError(f"{self._file}: {key} is damaged ({error})") from None
