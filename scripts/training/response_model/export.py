"""The trained network as the folder that the response step loads."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from transformers import GptOssForCausalLM

from training.gpt_oss_to_ctranslate2 import convert
from voice.response.harmony import RETURN, Harmony

_KEPT = ("README.md",)


def write(
    model: GptOssForCausalLM,
    harmony: Harmony,
    tokenizer: Path,
    folder: Path,
    quantization: str | None = "int8",
) -> None:
    """Convert into a folder beside `folder` and then put it in its place; keeps the model card."""
    fresh = folder.with_name(f".{folder.name}.new")
    prefix = convert(
        model.eval(),
        harmony.tokens(range(harmony.size)),
        fresh,
        stop=RETURN,
        quantization=quantization,
    )
    shutil.copy(tokenizer, fresh / "tokenizer.json")
    form = {"architecture": "gpt-oss", "prefix": prefix, "answers": "closed"}
    (fresh / "harmony.json").write_text(json.dumps(form, indent=2) + "\n")
    for name in _KEPT:
        if (folder / name).exists():
            shutil.copy(folder / name, fresh / name)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(fresh, folder)
    shutil.rmtree(old, ignore_errors=True)
