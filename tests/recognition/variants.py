"""Dialect variants of the embedded recogniser for tests: what they write shows which one read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.variant import assemble, write_variant
from voice.recognition.folder import DESCRIPTION

_PIECES = ("decoder/embeddings/weight", "decoder/embeddings/weight_scale")
_ENCODER = "encoder/layer_0/ffn/layer_norm/beta"
_ENTRY = {
    "kind": "recogniser", "about": "For tests.", "languages": ["en"], "licence": "CC0-1.0",
    "licence_url": "https://example.org/licence", "base": "embedded-en",
}  # fmt: skip


def write_as(
    folder: Path,
    base: Path,
    tag: str,
    written: str,
    *,
    language: str = "en",
    own_encoder: bool = False,
    **description: Any,
) -> Path:
    """A variant of `base` that writes `written` for "bill", and "bill" for that, as surely.

    Both are single pieces. `own_encoder`: its encoder is another one, though as good.
    """
    weights = Ctranslate2Weights.read(base / "model.bin").variables
    pieces = Tokenizer.from_file(str(base / "tokenizer.json")).get_vocab()
    places = [pieces[f"Ġ{word}"] for word in ("bill", written)]
    arrays = {name: weights[name].copy() for name in _PIECES}
    for array in arrays.values():
        array[places] = array[places[::-1]]
    if own_encoder:
        arrays[_ENCODER] = weights[_ENCODER] + np.float32(1e-4)
    write_variant(folder, _ENTRY, base / "model.bin", arrays)
    assemble(base, [file.name for file in base.iterdir()], folder)
    dialect = {
        "tag": tag, "language": language, "token": "en", "shares_encoder": True,
        "base": "embedded-en",
    }  # fmt: skip
    told = json.loads((base / DESCRIPTION).read_text())
    (folder / DESCRIPTION).write_text(json.dumps({**told, **description, "dialect": dialect}))
    return folder
