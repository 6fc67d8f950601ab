"""The acoustic model: phonemes to durations to features (a small FastSpeech without attention)."""

from __future__ import annotations

from typing import Final

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.voice.features import SIZE

SYMBOLS: Final = 256
"""Size of Piper's table of phonemes."""
PER_FRAME: Final = 2
"""Analysis frames (5 ms) that one frame of the decoder (10 ms) predicts."""
POSITION_SIZE: Final = 5


class Block(nn.Module):
    """Depthwise convolution over time and a pointwise perceptron, added to the input."""

    def __init__(self, width: int, widening: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, width * widening)
        self.reduce = nn.Linear(width * widening, width)
        self.scale = nn.Parameter(torch.full((width,), 0.3))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """[batch, time, width] -> the same; `mask` [batch, time, 1] silences padding."""
        if mask is not None:
            x = x * mask
        y = self.depthwise(x.transpose(1, 2)).transpose(1, 2)
        y = functional.gelu(self.expand(self.norm(y)), approximate="tanh")
        return x + self.scale * self.dropout(self.reduce(y))


class AcousticModel(nn.Module):
    """Encoder over phonemes, duration head, decoder over frames of 10 ms; 1.9 M parameters."""

    def __init__(self, width: int = 192, recurrent: int = 128, dropout: float = 0.05) -> None:
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS, width)
        self.encoder = nn.ModuleList([Block(width, 2, 5, dropout) for _ in range(4)])
        self.context = nn.GRU(width, recurrent, batch_first=True, bidirectional=True)
        self.context_out = nn.Linear(2 * recurrent, width)
        self.encoder_norm = nn.LayerNorm(width)
        self.duration = Block(width, 1, 3, dropout)
        self.duration_out = nn.Linear(width, 1)
        self.position = nn.Linear(POSITION_SIZE, width)
        self.decoder = nn.ModuleList([Block(width, 2, 7, dropout) for _ in range(6)])
        self.decoder_norm = nn.LayerNorm(width)
        self.features_out = nn.Linear(width, PER_FRAME * SIZE)
        self.register_buffer("mean", torch.zeros(SIZE))
        self.register_buffer("deviation", torch.ones(SIZE))

    def encode(
        self, ids: Tensor, lengths: Tensor | None = None, mask: Tensor | None = None
    ) -> Tensor:
        """Phoneme ids [batch, n] -> [batch, n, width]; `lengths` and `mask` for padded batches."""
        x = self.embedding(ids)
        for block in self.encoder:
            x = block(x, mask)
        if lengths is None:
            context = self.context(x)[0]
        else:
            packed = nn.utils.rnn.pack_padded_sequence(
                x, lengths, batch_first=True, enforce_sorted=False
            )
            context = nn.utils.rnn.pad_packed_sequence(
                self.context(packed)[0], batch_first=True, total_length=x.shape[1]
            )[0]
        return self.encoder_norm(x + self.context_out(context))

    def log_durations(self, encoded: Tensor, mask: Tensor | None = None) -> Tensor:
        """log(1 + frames of 10 ms) of each phoneme [batch, n]."""
        return self.duration_out(self.duration(encoded, mask)).squeeze(-1)

    def decode(
        self, encoded: Tensor, phoneme: Tensor, position: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Normalised features [batch, PER_FRAME * frames, SIZE].

        `phoneme` [batch, frames] says which phoneme a frame belongs to, `position`
        [batch, frames, POSITION_SIZE] where in it (see `positions`).
        """
        index = phoneme.unsqueeze(-1).expand(-1, -1, encoded.shape[-1])
        x = torch.gather(encoded, 1, index) + self.position(position)
        for block in self.decoder:
            x = block(x, mask)
        y = self.features_out(self.decoder_norm(x))
        return y.reshape(y.shape[0], -1, SIZE)


def positions(frame: Tensor, frames: Tensor) -> Tensor:
    """Where in its phoneme a frame lies [..., POSITION_SIZE]; number and count as floats."""
    count = frames.clamp(min=1)
    return torch.stack(
        [
            (frame + 0.5) / count,
            count.log() / 3,
            (frame / 10).clamp(max=3),
            ((frames - 1 - frame) / 10).clamp(max=3),
            torch.ones_like(frame),
        ],
        dim=-1,
    )
