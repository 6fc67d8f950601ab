"""Acoustic model and vocoder as one graph by Piper's contract."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from training.voice.acoustic import AcousticModel, positions
from training.voice.features import CEPSTRA
from training.voice.vocoder import SourceFilterVocoder

PAD: Final = 0
END: Final = 2
"""Piper's ids of the pad between phonemes and of the end of a sentence."""
NOISE_SCALE: Final = 0.667
"""Piper's usual noise_scale; here it stands for the noise as analysed."""
_LEAST_TAIL: Final = 4.0
_LONGEST: Final = 400.0
"""Frames of 10 ms: at least so much at the end, at most so much for one phoneme."""


class PiperGraph(nn.Module):
    """input [1, n], input_lengths [1], scales [3] -> output [1, 1, samples], w_ceil [1, 1, n]."""

    def __init__(self, acoustic: AcousticModel, gain: float = 2.0) -> None:
        super().__init__()
        self.acoustic = acoustic
        self.vocoder = SourceFilterVocoder()
        self.gain = gain

    def forward(
        self, input: Tensor, input_lengths: Tensor, scales: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Speech in -1 to 1, and the frames of 10 ms that each id of the input took."""
        ids = input[0, : input_lengths.max()]
        spoken = torch.nonzero(ids != PAD).squeeze(1)
        phonemes = ids[spoken].unsqueeze(0)
        encoded = self.acoustic.encode(phonemes)
        frames = torch.exp(self.acoustic.log_durations(encoded)) - 1.0
        frames = torch.where(phonemes == END, frames.clamp(min=_LEAST_TAIL), frames)
        # rounds; the graph's only Ceil, because Piper looks for one
        frames = torch.ceil(frames.clamp(min=0.0) * scales[1] - 0.5).clamp(max=_LONGEST)[0]
        features = self._features(encoded, frames)
        wave = self.vocoder(
            features[..., 0],
            torch.sigmoid(4 * features[..., 1]),
            features[..., 2 : 2 + CEPSTRA],
            features[..., 2 + CEPSTRA].clamp(-60.0, 0.0),
            scales[0] / NOISE_SCALE,
        )
        which = (torch.cumsum((ids != PAD).long(), 0) - 1).clamp(min=0)
        alignment = torch.where(ids != PAD, frames[which], torch.zeros_like(frames[which]))
        return (wave * self.gain).clamp(-1.0, 1.0), alignment.reshape(1, 1, -1)

    def _features(self, encoded: Tensor, frames: Tensor) -> Tensor:
        ends = torch.cumsum(frames, 0)
        number = torch.arange(ends[-1].long(), device=frames.device)
        phoneme = (number.unsqueeze(1) >= ends.unsqueeze(0).long()).long().sum(1)
        within = number.float() - (ends - frames)[phoneme]
        where = positions(within, frames[phoneme]).unsqueeze(0)
        normalised = self.acoustic.decode(encoded, phoneme.unsqueeze(0), where)
        return normalised * self.acoustic.deviation + self.acoustic.mean
