"""Writes a trained voice as the two files that Piper loads: voice.onnx and voice.onnx.json."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any, Final

import onnx
import torch
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from training.voice.accent import Accent
from training.voice.acoustic import SYMBOLS, AcousticModel
from training.voice.corpus import FRAMES_PER_SECOND
from training.voice.features import SAMPLE_RATE
from training.voice.graph import NOISE_SCALE, PiperGraph

_OPSET: Final = 17
_SAMPLE: Final = "həlˈoʊ θˈæŋk juː."

_ALIKE: Final = tuple(
    symbols.split()
    for symbols in (
        "h ç ħ x χ ʜ", "ɜ ø ɞ", "ɛ œ ε", "ɑ ɒ", "b ɓ ʙ", "ʃ ɕ ʂ",
        "d ɖ ɗ", "ə ɘ ɐ ᵻ", "ɡ ɠ ɢ ʛ g ɣ", "ʌ ɤ", "w ɥ ʍ", "ɪ ɨ ʏ",
        "l ɫ ɬ ɭ ɮ ʎ ʟ",
        "u ɯ ʉ ʊ", "m ɱ", "n ɲ ɳ", "ŋ ɴ", "o ɵ", "æ ɶ a", "f ɸ", "ɾ ɽ",
        "ɹ ɺ ɻ r ʀ ʁ ɰ", "t ʈ ʦ θ", "v ʋ ⱱ β", "z ð", "ʒ ʐ ʑ", "ʔ ʕ ʡ ʢ", "j ʝ ɟ ʄ",
        "k c q X", "i y", ", ; :", ". !", "ɚ ɝ", "a aɪ aʊ", "ɔ ɔɪ", "e eɪ",
        "ˌ ̧ ̃ ̪ ̯ ̺ ̻ ̝ ̊ ʰ ˤ ʷ ˞ ˑ",
    )
)  # fmt: skip
_GAPS: Final = (" ", *"'()-#\"0123456789↓↑ǀǁǂǃʘ")
"""What a symbol that training never met borrows its sound from: the first one that it met."""


def export(
    model: AcousticModel, trained_ids: set[int], folder: Path, name: str, accent: Accent
) -> Path:
    """Write `folder`/voice.onnx and its JSON, each replaced at once; returns the ONNX file."""
    folder.mkdir(parents=True, exist_ok=True)
    _borrow(model, trained_ids)
    unfinished = folder / "voice.onnx.part"
    _write_graph(PiperGraph(model).eval(), unfinished)
    graph = onnx.load(unfinished)
    onnx.checker.check_model(graph)
    config = folder / "voice.onnx.json.part"
    config.write_text(
        json.dumps(_config(name, accent), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    os.replace(config, folder / "voice.onnx.json")
    os.replace(unfinished, folder / "voice.onnx")
    return folder / "voice.onnx"


def _borrow(model: AcousticModel, trained_ids: set[int]) -> None:
    ids = {symbol: numbers[0] for symbol, numbers in DEFAULT_PHONEME_ID_MAP.items()}
    weight = model.embedding.weight
    with torch.no_grad():
        for alike in (*_ALIKE, _GAPS):
            known = [ids[symbol] for symbol in alike if ids.get(symbol) in trained_ids]
            for symbol in alike:
                if known and symbol in ids and ids[symbol] not in trained_ids:
                    weight[ids[symbol]] = weight[known[0]]


def _write_graph(graph: PiperGraph, target: Path) -> None:
    ids = [1, 0]
    for phoneme in _SAMPLE:
        ids += [*DEFAULT_PHONEME_ID_MAP[phoneme], 0]
    ids.append(2)
    arguments = (
        torch.tensor([ids]),
        torch.tensor([len(ids)]),
        torch.tensor([NOISE_SCALE, 1.0, 0.8]),
    )
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing notes: constants, batch of one, old exporter
        torch.onnx.export(
            graph,
            arguments,
            str(target),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["input", "input_lengths", "scales"],
            output_names=["output", "w_ceil"],
            dynamic_axes={
                "input": {0: "batch", 1: "phonemes"},
                "input_lengths": {0: "batch"},
                "output": {2: "samples"},
                "w_ceil": {2: "phonemes"},
            },
        )


def _config(name: str, accent: Accent) -> dict[str, Any]:
    return {
        "audio": {"sample_rate": SAMPLE_RATE, "quality": "x_low"},
        "espeak": {"voice": accent.espeak},
        "language": {
            "code": accent.code,
            "family": accent.language,
            "region": accent.code.partition("_")[2],
            "name_native": accent.own_name,
            "name_english": accent.english_name,
            "country_english": accent.country,
        },
        "inference": {"noise_scale": NOISE_SCALE, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": SYMBOLS,
        "num_speakers": 1,
        "speaker_id_map": {},
        "hop_length": SAMPLE_RATE // FRAMES_PER_SECOND,
        "piper_version": "1.8.0",
        "dataset": name,
    }
