"""A small network built like those that Piper exports: hums for each phoneme, and is quick."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

CHANNELS, SYMBOLS, HOP = 4, 256, 256
SAMPLE_RATE = 22_050
FRAMES_PER_PHONEME = 5
SILENT = 14
"""Phonemes of lower numbers are pauses and punctuation."""


def small_vits(folder: Path, like: Path, joint: str = "/dec/conv_pre/Conv") -> Path:
    """A voice in `folder` with the phonemes of the voice `like`, an ONNX file."""
    folder.mkdir()
    model = folder / "voice.onnx"
    onnx.save(_network(joint), model)
    settings = json.loads(Path(f"{like}.json").read_text())
    settings["audio"]["sample_rate"] = SAMPLE_RATE
    del settings["hop_length"]
    (folder / "voice.onnx.json").write_text(json.dumps(settings))
    return folder


def _network(joint: str) -> onnx.ModelProto:
    weights = np.random.default_rng(3)
    hums = weights.standard_normal((SYMBOLS, CHANNELS)).astype(np.float32)
    hums[:SILENT] = 0
    constants: dict[str, NDArray[np.generic]] = {
        "hums": hums,
        "each": np.array(FRAMES_PER_PHONEME - 0.5, np.float32),
        "nothing": np.array(0, np.float32),
        "pace": np.array(1, np.int64),
        "one": np.array([1], np.int64),
        "last": np.array([-1], np.int64),
        "ones": np.array([1, 1, 1], np.int64),
        "joined": np.array([1, CHANNELS, -1], np.int64),
        "mixing": weights.standard_normal((CHANNELS, CHANNELS, 7)).astype(np.float32) / 4,
        "wave": weights.standard_normal((CHANNELS, 1, 2 * HOP)).astype(np.float32) / 20,
    }
    nodes = [
        helper.make_node("Gather", ["hums", "input"], ["rows"]),
        helper.make_node("Transpose", ["rows"], ["columns"], perm=[0, 2, 1]),
        helper.make_node("Gather", ["scales", "pace"], ["length_scale"], axis=0),
        helper.make_node("Mul", ["length_scale", "each"], ["long"]),
        helper.make_node("Cast", ["input"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["numbers", "nothing"], ["zeros"]),
        helper.make_node("Add", ["zeros", "long"], ["spread"]),
        helper.make_node("Unsqueeze", ["spread", "one"], ["durations"]),
        helper.make_node("Ceil", ["durations"], ["w_ceil"]),
        helper.make_node("ReduceMax", ["w_ceil"], ["longest"], keepdims=0),
        helper.make_node("Cast", ["longest"], ["times"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["times", "one"], ["repeats"]),
        helper.make_node("Concat", ["ones", "repeats"], ["tiling"], axis=0),
        helper.make_node("Unsqueeze", ["columns", "last"], ["apart"]),
        helper.make_node("Tile", ["apart", "tiling"], ["tiled"]),
        helper.make_node("Reshape", ["tiled", "joined"], ["frames"]),
        helper.make_node("ReduceMax", ["frames"], ["any"], axes=[1]),
        helper.make_node("Mul", ["any", "nothing"], ["none"]),
        helper.make_node("Add", ["none", "length_scale"], ["paced"]),
        helper.make_node("Div", ["paced", "length_scale"], ["mask"]),
        helper.make_node("Tanh", ["frames"], ["flowed"], name="/flow/flows.0/Tanh"),
        helper.make_node("Mul", ["flowed", "mask"], ["masked"]),
        helper.make_node("Conv", ["masked", "mixing"], ["mixed"], name=joint, pads=[3, 3]),
        helper.make_node(
            "ConvTranspose", ["mixed", "wave"], ["sound"], strides=[HOP], pads=[HOP // 2, HOP // 2]
        ),
        helper.make_node("Tanh", ["sound"], ["soft"]),
        helper.make_node("Unsqueeze", ["soft", "one"], ["output"]),
    ]
    ends = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    between = [
        helper.make_tensor_value_info("frames", TensorProto.FLOAT, None),
        helper.make_tensor_value_info("mask", TensorProto.FLOAT, None),
        helper.make_tensor_value_info("w_ceil", TensorProto.FLOAT, None),
    ]
    out = [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)]
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "small", ends, out, tensors, value_info=between)
    opset = [helper.make_opsetid("", 15)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)
