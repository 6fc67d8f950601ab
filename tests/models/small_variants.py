"""Variants of the embedded recogniser, and a catalogue in which that is a base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models.loopback_sources import sha256
from voice.model_folders import shipped_variants
from voice.models import Catalogue
from voice.models.catalogue import read_variant
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.entries import CatalogueModel, ModelFile, ShippedSource

EMBEDDED = Path(__file__).parents[2] / "asr_models" / "embedded-en"
BASE_FILES = (
    "config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json",
)  # fmt: skip
POSITIONS = "encoder/position_encodings/encodings"
GAMMA = "encoder/layer_norm/gamma"
DECODER_GAMMA = "decoder/layer_norm/gamma"
ENTRY: dict[str, Any] = {
    "kind": "recogniser", "about": "For tests.", "languages": ["en"], "licence": "MIT",
    "licence_url": "https://example.org/licence", "base": "base",
    "description": {"minimum_window_seconds": 2.0, "silence_seconds": 10.0},
}  # fmt: skip
DIALECT: dict[str, Any] = {
    "tag": "en-KE", "language": "en", "token": "en", "shares_encoder": True,
    "data": "Two hours of 20 speakers, who agreed. It says nothing of children.",
    "groups": [
        {"name": "Nairobi", "utterances": 50, "words": 431, "before": 1.04, "after": 0.294,
         "after_bounds": [0.25, 0.34]},
        {"name": "Mombasa", "utterances": 20, "words": 180, "before": 0.9, "after": 0.35},
    ],
}  # fmt: skip
RANK = 2


def base_weights() -> Ctranslate2Weights:
    return Ctranslate2Weights.read(EMBEDDED / "model.bin")


def low_rank(scale: float, seed: int = 1) -> dict[str, NDArray[Any]]:
    random = np.random.default_rng(seed)
    rows, columns = base_weights().variables[POSITIONS].shape
    return {
        f"{POSITIONS}.out": random.normal(0, scale, (rows, RANK)).astype(np.float16),
        f"{POSITIONS}.in": random.normal(0, 1, (RANK, columns)).astype(np.float16),
    }


def in_the_decoder(factor: float = 1.1) -> dict[str, NDArray[Any]]:
    return {DECODER_GAMMA: base_weights().variables[DECODER_GAMMA] * np.float32(factor)}


def other_base(file: Path) -> Path:
    weights = base_weights()
    gamma = weights.variables[GAMMA] * np.float32(1.5)
    variables = {**weights.variables, GAMMA: gamma}
    Ctranslate2Weights(weights.specification, weights.revision, variables, {}).write(file)
    return file


def catalogue_with_variants(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """What this version would have, were these its variants, with a base that comes along, too."""
    files = [
        ModelFile(path=name, sha256=sha256((EMBEDDED / name).read_bytes())) for name in BASE_FILES
    ]
    base = CatalogueModel(
        name="base", kind="recogniser", about="For tests.", languages=["en"], licence="MIT",
        licence_url="https://example.org/licence", copyright="Copyright (c) 2022 Base",
        files=files, sources=[ShippedSource(folder=EMBEDDED)],
    )  # fmt: skip
    catalogue = Catalogue([base, *map(read_variant, shipped_variants())])
    monkeypatch.setattr(Catalogue, "shipped", classmethod(lambda cls: catalogue))
    return catalogue
