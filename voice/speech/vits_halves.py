"""A Piper voice's network in two halves, so that a sentence sounds before all of it is made.

Piper's voices are VITS (Kim et al. 2021, arXiv:2106.06103). Its first half makes frames of the
phonemes, and holds all that is random; the second, the generator of HiFi-GAN (Kong et al. 2020,
arXiv:2010.05646), makes samples of each frame and its neighbours.
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

NEIGHBOURS: Final = (16, 32, 64)
"""Frames on either side that a frame's samples may depend on, as few as will do for a voice."""
_INPUTS: Final = ("input", "input_lengths", "scales")
_SAMPLES: Final = "output"
_FIRST_OF_GENERATOR: Final = "/conv_pre/Conv"
"""The end of that node's name, in what Piper exports."""
_DURATIONS: Final = "Ceil"
"""The kind of the one node that rounds the phonemes' durations, in frames."""
_SAME: Final = 1e-5
"""How far apart samples may be that are the same, but for how they were summed up."""
_ERRORS: Final = (*ONNX_ERRORS, DecodeError, ModelError, StopIteration)


@dataclass(frozen=True)
class VitsHalves:
    """Sessions of ONNX Runtime."""

    encoder: Any
    generator: Any
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
            (joint,) = (node for node in nodes if node.name.endswith(_FIRST_OF_GENERATOR))
            (rounding,) = (node for node in nodes if node.op_type == _DURATIONS)
            frames, weights = joint.input[:2]
            halves = Extractor(network)
            encoder = halves.extract_model([*_INPUTS], [frames, rounding.output[0]])
            generator = halves.extract_model([frames], [_SAMPLES])
            channels = next(
                tensor.dims[1] for tensor in network.graph.initializer if tensor.name == weights
            )
            both = (
                open_session(half.SerializeToString(), threads) for half in (encoder, generator)
            )
            return cls(*both)._measured(channels)
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
        frames, durations = self.encoder.run(None, given)
        return frames, durations

    def samples(self, frames: Frames, start: int, end: int) -> Samples:
        """The samples of these frames of a sentence, -1 to 1."""
        first = max(0, start - self.neighbours)
        made = self._made(frames[:, :, first : end + self.neighbours])
        before, wanted = start - first, min(end, frames.shape[2]) - first
        return made[before * self.samples_per_frame : wanted * self.samples_per_frame]

    def _made(self, frames: Frames) -> Samples:
        feed = {self.generator.get_inputs()[0].name: frames}
        made: Samples = np.nan_to_num(self.generator.run(None, feed)[0].reshape(-1)).clip(-1.0, 1.0)
        return made
