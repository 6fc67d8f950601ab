"""A checkpoint as an int8 CTranslate2 folder, put in place in one step."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ctranslate2.converters import TransformersConverter

_FILES = (
    "config.json", "model.bin", "tokenizer.json", "vocabulary.json", "preprocessor_config.json",
)  # fmt: skip


def export(checkpoint: Path, target: Path) -> None:
    """Convert and replace the model's files in `target`; others there (its card) stay."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        converted = Path(work) / "model"
        converter = TransformersConverter(
            str(checkpoint), copy_files=["tokenizer.json", "preprocessor_config.json"]
        )
        converter.convert(str(converted), quantization="int8")
        for name in _FILES:
            shutil.copyfile(converted / name, Path(work) / name)
            (Path(work) / name).replace(target / name)
