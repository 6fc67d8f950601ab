"""A shipped recogniser back as a network, so that training goes on from what is there.

Reads `model.bin` of a CTranslate2 Whisper (binary version 6: a list of named arrays; int8 rows
with one scale each, https://github.com/OpenNMT/CTranslate2 `model_spec.py`). What is not shipped,
the phone classifiers and the phones' numbers, begins anew.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.recogniser.network import Recogniser, Size
from training.recogniser.vocabulary import Vocabulary

_VERSION = 6
_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)

Arrays = dict[str, NDArray[np.generic]]


def load_shipped(folder: Path) -> Recogniser:
    """The network of an exported folder; raises ValueError for another file format."""
    arrays = _read(folder / "model.bin")
    width = len(arrays["encoder/layer_norm/gamma"])
    size = Size(width, _layers(arrays, "encoder"), _layers(arrays, "decoder"))
    network = Recogniser.new(Vocabulary.load(folder), size)
    with torch.no_grad():
        _fill(network.whisper.model, arrays)
    return network


def _fill(model: nn.Module, arrays: Arrays) -> None:
    encoder, decoder = model.encoder, model.decoder
    for name, convolution in (("conv1", encoder.conv1), ("conv2", encoder.conv2)):
        _linear(arrays, f"encoder/{name}", convolution)
    for name, half in (("encoder", encoder), ("decoder", decoder)):
        half.embed_positions.weight.copy_(_plain(arrays, f"{name}/position_encodings/encodings"))
        _norm(arrays, f"{name}/layer_norm", half.layer_norm)
        for number, layer in enumerate(half.layers):
            at = f"{name}/layer_{number}"
            _norm(arrays, f"{at}/self_attention/layer_norm", layer.self_attn_layer_norm)
            own = layer.self_attn
            _linear(arrays, f"{at}/self_attention/linear_0", own.q_proj, own.k_proj, own.v_proj)
            _linear(arrays, f"{at}/self_attention/linear_1", own.out_proj)
            _norm(arrays, f"{at}/ffn/layer_norm", layer.final_layer_norm)
            _linear(arrays, f"{at}/ffn/linear_0", layer.fc1)
            _linear(arrays, f"{at}/ffn/linear_1", layer.fc2)
            if half is decoder:
                cross = layer.encoder_attn
                _norm(arrays, f"{at}/attention/layer_norm", layer.encoder_attn_layer_norm)
                _linear(arrays, f"{at}/attention/linear_0", cross.q_proj)
                _linear(arrays, f"{at}/attention/linear_1", cross.k_proj, cross.v_proj)
                _linear(arrays, f"{at}/attention/linear_2", cross.out_proj)
    decoder.embed_tokens.weight.copy_(_weights(arrays, "decoder/embeddings"))


def _layers(arrays: Arrays, half: str) -> int:
    feeds = f"{half}/layer_", "ffn/linear_0/bias"
    return sum(name.startswith(feeds[0]) and name.endswith(feeds[1]) for name in arrays)


def _linear(arrays: Arrays, name: str, *layers: nn.Module) -> None:
    """Fill layers that the converter joined to one; one without a bias got zeros there."""
    weights, biases = _weights(arrays, name), _plain(arrays, f"{name}/bias")
    parts = zip(weights.chunk(len(layers)), biases.chunk(len(layers)), layers, strict=True)
    for weight, bias, layer in parts:
        layer.weight.copy_(weight)
        if layer.bias is not None:
            layer.bias.copy_(bias)


def _norm(arrays: Arrays, name: str, layer: nn.LayerNorm) -> None:
    layer.weight.copy_(_plain(arrays, f"{name}/gamma"))
    layer.bias.copy_(_plain(arrays, f"{name}/beta"))


def _weights(arrays: Arrays, name: str) -> Tensor:
    """Weights of a layer as they were before each row was multiplied to fill a byte."""
    weights = _plain(arrays, f"{name}/weight")
    if f"{name}/weight_scale" not in arrays:
        return weights
    scales = _plain(arrays, f"{name}/weight_scale")
    return weights / scales.view(-1, *[1] * (weights.ndim - 1))


def _plain(arrays: Arrays, name: str) -> Tensor:
    return torch.from_numpy(arrays[name].astype(np.float32))


def _read(path: Path) -> Arrays:
    with path.open("rb") as file:
        (version,) = _numbers(file, "<I")
        if version != _VERSION:
            raise ValueError(f"{path}: CTranslate2 binary version {version}, not {_VERSION}")
        _text(file)
        _, count = _numbers(file, "<II")
        return dict(_array(file) for _ in range(count))


def _array(file: BinaryIO) -> tuple[str, NDArray[np.generic]]:
    name = _text(file)
    (rank,) = _numbers(file, "<B")
    shape = _numbers(file, f"<{rank}I")
    kind, size = _numbers(file, "<BI")
    return name, np.frombuffer(file.read(size), _TYPES[kind]).reshape(shape)


def _text(file: BinaryIO) -> str:
    (length,) = _numbers(file, "<H")
    return file.read(length).rstrip(b"\0").decode()


def _numbers(file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))
