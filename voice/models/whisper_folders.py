"""The two forms of a Whisper folder, CTranslate2's and transformers', and the way between.

Recognisers run in CTranslate2's form: `model.bin`, `config.json`, `tokenizer.json`, `vocabulary.*`.
Fine-tunes are mostly published in that of transformers: `model.safetensors`, in parts with an
index where it is large. Weights in any other form may hold code, and are not read.
"""

from __future__ import annotations

import fnmatch
import json
import shutil
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from voice.errors import ModelError
from voice.models.download import disk_error

WEIGHTS = "model.bin"
TOKENIZER = "tokenizer.json"
_PREPROCESSOR = "preprocessor_config.json"
_CONFIG = "config.json"
_SAFETENSORS = "model*.safetensors"
_TRANSFORMERS = (
    _CONFIG, "generation_config.json", _PREPROCESSOR, "processor_config.json", TOKENIZER,
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt", "normalizer.json", "model.safetensors.index.json", _SAFETENSORS,
)  # fmt: skip
_CTRANSLATE2 = (_CONFIG, WEIGHTS, _PREPROCESSOR, TOKENIZER, "vocabulary.json", "vocabulary.txt")


def whisper_files(names: Iterable[str]) -> list[str]:
    """Which of a folder's files make it a Whisper model, sorted; raises ModelError without any."""
    there = sorted(names)
    if WEIGHTS in there:
        return _matching(there, _CTRANSLATE2)
    if _CONFIG in there and _matching(there, (_SAFETENSORS,)):
        return _matching(there, _TRANSFORMERS)
    raise ModelError(
        f"no Whisper model: {WEIGHTS} (CTranslate2), or {_CONFIG} and model.safetensors "
        "(transformers) are needed; weights in other forms are not read"
    )


def _matching(names: Iterable[str], patterns: tuple[str, ...]) -> list[str]:
    return [name for name in names if any(fnmatch.fnmatchcase(name, one) for one in patterns)]


def convert(source: Path, target: Path) -> None:
    """Write a transformers Whisper folder in CTranslate2's form, float16, into a new folder.

    Needs the `train` extra and memory for the model in float16. Raises ModelError where the source
    is no such model, or the extra is missing.
    """
    if not source.is_dir():
        raise ModelError(f"{source}: no such folder")
    if target.exists() and any(target.iterdir()):
        raise ModelError(f"{target}: there is something already")
    files = whisper_files(file.name for file in source.iterdir() if file.is_file())
    if WEIGHTS in files:
        raise ModelError(f"{source}: has CTranslate2's form already")
    config = _json(source / _CONFIG)
    if config.get("model_type") != "whisper":
        raise ModelError(f"{source}: {_CONFIG} is not that of a Whisper model")
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=target) as work:
            made = _converted(source, Path(work) / "model")
            _complete(source, made, config)
            for file in made.iterdir():
                file.replace(target / file.name)
    except OSError as error:
        raise disk_error(target, error) from None


def _converted(source: Path, folder: Path) -> Path:
    if not all(map(find_spec, ("torch", "transformers"))):
        raise ModelError(f"{source}: converting needs the train extra: pip install 'voice[train]'")
    from ctranslate2.converters import TransformersConverter  # with torch, which takes its time

    try:
        converter = TransformersConverter(str(source), load_as_float16=True)
        converter.convert(str(folder), quantization="float16")
    except Exception as error:  # noqa: BLE001 - whatever transformers makes of files of others
        reason = (str(error) or type(error).__name__).strip().splitlines()[0]
        raise ModelError(f"{source}: cannot be converted: {reason}") from None
    return folder


def _complete(source: Path, made: Path, config: dict[str, Any]) -> None:
    """Add the tokenizer, and how many mel bins the encoder wants, where that is not said."""
    if (source / TOKENIZER).is_file():
        shutil.copyfile(source / TOKENIZER, made / TOKENIZER)
    else:
        from transformers import AutoTokenizer

        AutoTokenizer.from_pretrained(str(source)).backend_tokenizer.save(str(made / TOKENIZER))
    if (source / _PREPROCESSOR).is_file():
        shutil.copyfile(source / _PREPROCESSOR, made / _PREPROCESSOR)
    else:
        features = {"feature_size": config.get("num_mel_bins", 80)}
        (made / _PREPROCESSOR).write_text(json.dumps(features) + "\n", "utf-8")


def _json(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file}: cannot be read: {error}") from None
    if not isinstance(told, dict):
        raise ModelError(f"{file}: a table of keys was expected")
    return told
