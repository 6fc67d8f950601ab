"""Variants of one base with one encoder: it is loaded once, and of each variant the decoder alone.

Of a variant of Whisper base that leaves out a quarter of the memory.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np

from voice.models.ctranslate2_weights import Ctranslate2Weights

_WEIGHTS = "model.bin"
_ENCODER = "encoder/"
_LEFT_OUT = re.compile(r"encoder/layer_[1-9]")
"""CTranslate2 loads no encoder without a layer: the first one stays."""


def decoder_alone(variant: Path, base: Path) -> dict[str, bytes] | None:
    """The files of the model in the folder `variant`, without the layers of its encoder.

    None when its encoder is not, bit for bit, that in the folder `base`. Raises ModelError.
    """
    weights = Ctranslate2Weights.read(variant / _WEIGHTS)
    if not _same_encoder(weights, Ctranslate2Weights.read(base / _WEIGHTS)):
        return None
    variables = {
        name: value for name, value in weights.variables.items() if not _LEFT_OUT.match(name)
    }
    aliases = {alias: name for alias, name in weights.aliases.items() if name in variables}
    smaller = Ctranslate2Weights(weights.specification, weights.revision, variables, aliases)
    packed = io.BytesIO()
    smaller.write_to(packed)
    others = (file for file in variant.iterdir() if file.is_file() and file.name != _WEIGHTS)
    return {file.name: file.read_bytes() for file in others} | {_WEIGHTS: packed.getvalue()}


def _same_encoder(one: Ctranslate2Weights, other: Ctranslate2Weights) -> bool:
    ours, theirs = (
        {name: value for name, value in each.variables.items() if name.startswith(_ENCODER)}
        for each in (one, other)
    )
    return ours.keys() == theirs.keys() and all(
        value.dtype == theirs[name].dtype and np.array_equal(value, theirs[name])
        for name, value in ours.items()
    )
