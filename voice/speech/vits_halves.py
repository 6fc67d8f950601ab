"""A Piper voice's network in two halves, so that a sentence sounds before all of it is made.

Piper's voices are VITS (Kim et al. 2021, arXiv:2106.06103). The first half makes frames of the
phonemes, and holds all that is random. The second, the flow and the generator of HiFi-GAN (Kong et
al. 2020, arXiv:2010.05646), makes samples of each frame and its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx.utils import Extractor

from voice.errors import ModelError
from voice.onnx_models import ONNX_ERRORS, open_session

Samples = NDArray[np.float32]
Frames = NDArray[np.float32]

NEIGHBOURS: Final = (16, 24, 32, 64)
"""Frames on either side that a frame's samples may depend on, as few as will do for a voice."""
_INPUTS: Final = ("input", "input_lengths", "scales")
_SAMPLES: Final = "output"
_FLOW: Final = "/flow/"
"""How the names of its nodes begin, in what Piper exports."""
_GENERATOR: Final = "/conv_pre/Conv"
"""How the name of its first node ends."""
_DURATIONS: Final = "Ceil"
"""The kind of the one node that rounds the phonemes' durations, in frames."""
_SAME: Final = 2**-15
"""How far apart samples may be that are the same: the smallest step of 16 bits."""
_ERRORS: Final = (*ONNX_ERRORS, DecodeError, ModelError, StopIteration)


@dataclass(frozen=True)
class VitsHalves:
    """Sessions of ONNX Runtime."""

    encoder: Any
    generator: Any
    """With the flow before it."""
    names: tuple[str, str]
    """What it is given: frames, and which of them count."""
    samples_per_frame: int = 0
    neighbours: int = 0
    """Frames on either side that a frame's samples depend on."""

    @classmethod
    def open(cls, model: Path, threads: int) -> VitsHalves | None:
        """Of a file; None where it is not what Piper exports of a voice of one speaker."""
        try:
            network = onnx.load(model)
            if tuple(entry.name for entry in network.graph.input) != _INPUTS:
                return None
            nodes = network.graph.node
            flow = (node for node in nodes if node.name.startswith(_FLOW))
            frames = next(node.input[0] for node in flow if node.op_type != "Constant")
            (first,) = (node for node in nodes if node.name.endswith(_GENERATOR))
            (masking,) = (node for node in nodes if first.input[0] in node.output)
            (rounding,) = (node for node in nodes if node.op_type == _DURATIONS)
            names = frames, masking.input[1]
            halves = Extractor(network)
            encoder = halves.extract_model([*_INPUTS], [*names, rounding.output[0]])
            generator = halves.extract_model([*names], [_SAMPLES])
            tensors = network.graph.initializer
            channels = next(one.dims[1] for one in tensors if one.name == first.input[1])
            encoding = open_session(encoder.SerializeToString(), threads)
            generating = open_session(generator.SerializeToString(), threads)
            return cls(encoding, generating, names)._measured(channels)
        except _ERRORS:
            return None

    def _measured(self, channels: int) -> VitsHalves | None:
        """None where samples depend on frames that are far away."""
        length = 2 * NEIGHBOURS[-1]
        noise = np.random.default_rng(0).standard_normal((1, channels, length), np.float32)
        whole = self._made(noise)
        for neighbours in NEIGHBOURS:
            halves = replace(self, samples_per_frame=len(whole) // length, neighbours=neighbours)
            middle = halves.samples(noise, length // 2, length // 2 + 1)
            at = length // 2 * halves.samples_per_frame
            if np.allclose(middle, whole[at : at + halves.samples_per_frame], atol=_SAME):
                return halves
        return None

    def encode(self, given: Mapping[str, Any]) -> tuple[Frames, NDArray[np.float32]]:
        """Frames of a sentence (1, channels, frames), and how many each phoneme takes."""
        frames, _, durations = self.encoder.run(None, given)
        return frames, durations

    def samples(self, frames: Frames, start: int, end: int) -> Samples:
        """The samples of these frames of a sentence, -1 to 1."""
        first = max(0, start - self.neighbours)
        made = self._made(frames[:, :, first : end + self.neighbours])
        before, wanted = start - first, min(end, frames.shape[2]) - first
        return made[before * self.samples_per_frame : wanted * self.samples_per_frame]

    def _made(self, frames: Frames) -> Samples:
        counting = np.ones((1, 1, frames.shape[2]), np.float32)
        feed = dict(zip(self.names, (frames, counting), strict=True))
        made: Samples = np.nan_to_num(self.generator.run(None, feed)[0].reshape(-1)).clip(-1.0, 1.0)
        return made
