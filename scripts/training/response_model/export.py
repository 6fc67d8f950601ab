"""The trained network as the folder that the response step loads."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from transformers import GptOssForCausalLM

from voice.models.gpt_oss import DESCRIPTION, Precision, WantedConversion, convert
from voice.response.engines.learnt import DESCRIPTION as LEARNT
from voice.response.engines.learnt import Learnt

_KEPT = ("README.md",)


def write(
    model: GptOssForCausalLM,
    tokenizer: Path,
    folder: Path,
    learnt: Learnt,
    precision: Precision = "int8",
) -> None:
    """Convert into a folder beside `folder` and then put it in its place; keeps the model card.

    `learnt`: of the tasks that it was trained on; the prompts' prefix is added here.
    """
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    with tempfile.TemporaryDirectory() as saved:
        model.eval().save_pretrained(saved)
        shutil.copy(tokenizer, Path(saved) / "tokenizer.json")
        convert(Path(saved), fresh, WantedConversion(precision=precision))
    description = fresh / DESCRIPTION
    prefix = json.loads(description.read_text("utf-8"))["prefix_tokens"]
    description.unlink()
    replace(learnt, prefix=prefix).write(fresh / LEARNT)
    for name in _KEPT:
        if (folder / name).exists():
            shutil.copy(folder / name, fresh / name)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(fresh, folder)
    shutil.rmtree(old, ignore_errors=True)
