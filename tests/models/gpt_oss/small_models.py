"""Small checkpoints with random weights, written as transformers and OpenAI write them."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tests.conftest import ROOT
from voice.models.gpt_oss.mxfp4 import dequantised

TOKENIZER = ROOT / "response_models" / "embedded-en" / "tokenizer.json"
EXPERTS, LAYERS, WIDTH, INNER, WINDOW = 8, 2, 64, 32, 8
HEADS, KEY_HEADS, HEAD = 4, 2, 16
INDEX = "model.safetensors.index.json"

Tensors = dict[str, NDArray[Any]]


def vocabulary_size() -> int:
    return int(Tokenizer.from_file(str(TOKENIZER)).get_vocab_size())


def gpt_oss_config(**changes: Any) -> dict[str, Any]:
    """As OpenAI publishes it, but for the sizes."""
    config = {
        "model_type": "gpt_oss", "vocab_size": vocabulary_size(), "hidden_size": WIDTH,
        "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": KEY_HEADS, "head_dim": HEAD, "num_local_experts": EXPERTS,
        "num_experts_per_tok": 4, "swiglu_limit": 7.0, "rms_norm_eps": 1e-5,
        "max_position_embeddings": 131072, "rope_theta": 150000, "sliding_window": WINDOW,
        "layer_types": ["sliding_attention", "full_attention"], "tie_word_embeddings": False,
        "rope_scaling": {
            "rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0,
            "truncate": False, "original_max_position_embeddings": 4096,
        },
    }  # fmt: skip
    return {**config, **changes}


def gpt_oss_tensors(seed: int = 0) -> Tensors:
    """Weights of the sizes above, the experts' as MXFP4, all else float32."""
    random = np.random.default_rng(seed)

    def weights(*shape: int, size: float = 0.0) -> NDArray[Any]:
        spread = size or shape[-1] ** -0.5
        return (random.normal(size=shape) * spread).astype(np.float32)

    vocabulary = vocabulary_size()
    found: Tensors = {
        "model.embed_tokens.weight": weights(vocabulary, WIDTH, size=1.0),
        "lm_head.weight": weights(vocabulary, WIDTH),
        "model.norm.weight": 1 + weights(WIDTH),
    }
    for layer in range(LAYERS):
        place = f"model.layers.{layer}"
        for letter, out, into in (
            ("q", HEADS * HEAD, WIDTH),
            ("k", KEY_HEADS * HEAD, WIDTH),
            ("v", KEY_HEADS * HEAD, WIDTH),
            ("o", WIDTH, HEADS * HEAD),
        ):
            found[f"{place}.self_attn.{letter}_proj.weight"] = weights(out, into)
            found[f"{place}.self_attn.{letter}_proj.bias"] = weights(out)
        found[f"{place}.self_attn.sinks"] = weights(HEADS)
        found[f"{place}.input_layernorm.weight"] = 1 + weights(WIDTH)
        found[f"{place}.post_attention_layernorm.weight"] = 1 + weights(WIDTH)
        found[f"{place}.mlp.router.weight"] = weights(EXPERTS, WIDTH)
        found[f"{place}.mlp.router.bias"] = weights(EXPERTS)
        for name, out, into in (("gate_up", 2 * INNER, WIDTH), ("down", WIDTH, INNER)):
            expert = f"{place}.mlp.experts.{name}_proj"
            blocks = (EXPERTS, out, into // 32)
            found[f"{expert}_blocks"] = random.integers(0, 256, (*blocks, 16), np.uint8)
            found[f"{expert}_scales"] = random.integers(122, 126, blocks, np.uint8)
            found[f"{expert}_bias"] = weights(EXPERTS, out)
    return found


def with_float_experts(tensors: Tensors) -> Tensors:
    """The same numbers, none of them as MXFP4."""
    floats = dict(tensors)
    for name in [name for name in tensors if name.endswith("_blocks")]:
        place = name.removesuffix("_blocks")
        blocks, scales = floats.pop(name), floats.pop(f"{place}_scales")
        experts = [dequantised(*both) for both in zip(blocks, scales, strict=True)]
        floats[place] = np.stack(experts).swapaxes(1, 2)
    return floats


def upper_halves(array: NDArray[Any]) -> NDArray[np.uint16]:
    """float32 as bfloat16, cut off."""
    return (np.ascontiguousarray(array, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def save_shard(file: Path, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Floats as bfloat16, bytes as they are; numpy has no bfloat16, so by hand."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, array in tensors.items():
        kind = "U8" if array.dtype == np.uint8 else "BF16"
        begin = len(data)
        data += (array if kind == "U8" else upper_halves(array)).tobytes()
        place = {"shape": array.shape, "data_offsets": [begin, len(data)]}
        header[name] = {"dtype": kind, **place}
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + data)


def save_checkpoint(folder: Path, config: Mapping[str, Any], tensors: Tensors) -> Path:
    """A folder with two shards and their index."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    shutil.copy(TOKENIZER, folder / "tokenizer.json")
    names = sorted(tensors)
    places: dict[str, str] = {}
    for number, part in enumerate((names[::2], names[1::2]), 1):
        file = f"model-0000{number}-of-00002.safetensors"
        save_shard(folder / file, {name: tensors[name] for name in part})
        places.update(dict.fromkeys(part, file))
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return folder


def save_dialogues(file: Path) -> Path:
    """Two short calls."""
    calls = [
        [("user", "how much is my bill"), ("assistant", "it is forty two euros")],
        [("user", "i lost my phone"), ("assistant", "shall i block your sim"), ("user", "yes")],
    ]
    lines = [
        json.dumps({"messages": [{"role": role, "content": text} for role, text in call]})
        for call in calls
    ]
    file.write_text("\n".join(lines) + "\n")
    return file
