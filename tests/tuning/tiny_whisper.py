"""A Whisper model with random weights, small enough to be trained in a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from voice.models.ctranslate2_weights import Ctranslate2Weights

WIDTH, BINS, POSITIONS, PIECES = 64, 80, 1500, 448
LANGUAGES = ("en", "sw")
_TASKS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")


def tiny_whisper(folder: Path) -> Path:
    """A folder as the engine loads it: one layer each, English and Swahili tokens, float16."""
    folder.mkdir(parents=True, exist_ok=True)
    names = _tokenizer(folder / "tokenizer.json")
    (folder / "vocabulary.json").write_text(json.dumps(names))
    spoken = [names.index(f"<|{code}|>") for code in LANGUAGES]
    config = {"alignment_heads": [[0, 0]], "lang_ids": spoken, "suppress_ids": [],
              "suppress_ids_begin": []}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    variables = _variables(len(names))
    aliases = {"decoder/projection/weight": "decoder/embeddings/weight"}
    Ctranslate2Weights("WhisperSpec", 3, variables, aliases).write(folder / "model.bin")
    return folder


def _tokenizer(file: Path) -> list[str]:
    """Bytes are pieces; the order of the others is Whisper's."""
    letters = [*sorted(pre_tokenizers.ByteLevel.alphabet()), ""]
    tokenizer = Tokenizer(models.BPE({letter: n for n, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    control = ["endoftext", "startoftranscript", *LANGUAGES, *_TASKS]
    added = [f"<|{name}|>" for name in control]
    added += [f"<|{0.02 * number:.2f}|>" for number in range(POSITIONS + 1)]
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in added])
    tokenizer.save(str(file))
    return [*letters, *added]


def _variables(vocabulary: int) -> dict[str, NDArray[Any]]:
    random = np.random.default_rng(0)

    def matrix(*shape: int) -> NDArray[np.float16]:
        return random.normal(0, shape[-1] ** -0.5, shape).astype(np.float16)

    def vector(size: int, value: float = 0.0) -> NDArray[np.float16]:
        return np.full(size, value, np.float16)

    found: dict[str, NDArray[Any]] = {}

    def linear(name: str, out: int, into: int) -> None:
        found[f"{name}/bias"], found[f"{name}/weight"] = vector(out), matrix(out, into)

    def norm(name: str) -> None:
        found[f"{name}/beta"], found[f"{name}/gamma"] = vector(WIDTH), vector(WIDTH, 1.0)

    for half, places in {"decoder": PIECES, "encoder": POSITIONS}.items():
        layer = f"{half}/layer_0"
        norm(f"{layer}/self_attention/layer_norm")
        linear(f"{layer}/self_attention/linear_0", 3 * WIDTH, WIDTH)
        linear(f"{layer}/self_attention/linear_1", WIDTH, WIDTH)
        norm(f"{layer}/ffn/layer_norm")
        linear(f"{layer}/ffn/linear_0", 4 * WIDTH, WIDTH)
        linear(f"{layer}/ffn/linear_1", WIDTH, 4 * WIDTH)
        norm(f"{half}/layer_norm")
        found[f"{half}/position_encodings/encodings"] = matrix(places, WIDTH)
        found[f"{half}/num_heads"] = np.array(1, np.int16)
    norm("decoder/layer_0/attention/layer_norm")
    linear("decoder/layer_0/attention/linear_0", WIDTH, WIDTH)
    linear("decoder/layer_0/attention/linear_1", 2 * WIDTH, WIDTH)
    linear("decoder/layer_0/attention/linear_2", WIDTH, WIDTH)
    found["decoder/embeddings/weight"] = matrix(vocabulary, WIDTH)
    for name, width in {"conv1": BINS, "conv2": WIDTH}.items():
        found[f"encoder/{name}/bias"] = vector(WIDTH)
        found[f"encoder/{name}/weight"] = matrix(WIDTH, width, 3)
    for name, value in {"activation": 3, "alibi": 0, "pre_norm": 1, "scale_embeddings": 0,
                        "start_from_zero_embedding": 0}.items():  # fmt: skip
        found[f"decoder/{name}"] = np.array(value, np.int8)
    found["decoder/alignment_heads"] = np.array(1, np.int16)
    found["decoder/alignment_layer"] = np.array(-1, np.int16)
    return dict(sorted(found.items()))
