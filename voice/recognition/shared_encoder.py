"""Variants of one base with one encoder: it is loaded once, and of each variant the decoder alone.

Of a variant of Whisper base that leaves out a quarter of the memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from voice.errors import ModelError
from voice.models.ctranslate2_weights import Ctranslate2Weights

_WEIGHTS = "model.bin"
_ENCODER = "encoder/"
_LEFT_OUT = re.compile(r"encoder/layer_[1-9]")
"""CTranslate2 loads no encoder without a layer: the first one stays."""


@contextmanager
def decoder_alone(variant: Path, base: Path) -> Iterator[Path | None]:
    """A folder with the model of `variant` without the layers of its encoder, to be loaded from.

    None when its encoder is not, bit for bit, that in the folder `base`. It is a file because
    CTranslate2 keeps a model that it is given in memory a second time. Raises ModelError.
    """
    smaller = _without_encoder(variant, base)
    if smaller is None:
        yield None
        return
    with TemporaryDirectory(prefix="voice-variant-") as made:
        folder = Path(made)
        try:
            smaller.write(folder / _WEIGHTS)
            for file in variant.iterdir():
                if file.name != _WEIGHTS:
                    (folder / file.name).symlink_to(file.resolve())
        except OSError as error:
            raise ModelError(f"recogniser {variant}: {folder}: {error.strerror}") from None
        del smaller
        yield folder


def _without_encoder(variant: Path, base: Path) -> Ctranslate2Weights | None:
    weights = Ctranslate2Weights.read(variant / _WEIGHTS)
    if not _same_encoder(weights, Ctranslate2Weights.read(base / _WEIGHTS)):
        return None
    variables = {
        name: value for name, value in weights.variables.items() if not _LEFT_OUT.match(name)
    }
    aliases = {alias: name for alias, name in weights.aliases.items() if name in variables}
    return Ctranslate2Weights(weights.specification, weights.revision, variables, aliases)


def _same_encoder(one: Ctranslate2Weights, other: Ctranslate2Weights) -> bool:
    ours, theirs = (
        {name: value for name, value in each.variables.items() if name.startswith(_ENCODER)}
        for each in (one, other)
    )
    return ours.keys() == theirs.keys() and all(
        value.dtype == theirs[name].dtype and np.array_equal(value, theirs[name])
        for name, value in ours.items()
    )
