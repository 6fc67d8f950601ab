"""The ridge regression by which requests are read (`voice.understanding.classifier`), in torch.

It is a closed form, so that what it says of words has a gradient by their vectors, and by those of
the examples that it learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from training.encoder.episodes import NONE, Episode
from voice.understanding.classifier import LEXICAL, RIDGE, WIDTH
from voice.understanding.lexical import lexical_vectors

_UNSEEN_SHARE = 0.15
_NOTHING_SHARE = 0.5
"""What it counts to tell apart what is no request at all, beside the requests from each other."""
_START_TEMPERATURE, _START_FLOOR = 0.12, 0.3


class Ridge(nn.Module):
    """Tells how far an episode is from being read rightly."""

    def __init__(self) -> None:
        super().__init__()
        self.temperature = nn.Parameter(torch.tensor(_START_TEMPERATURE).log())
        self.floor = nn.Parameter(torch.tensor(_START_FLOOR))

    def forward(self, episode: Episode, examples: Tensor, read: Tensor) -> dict[str, Tensor]:
        """Losses by the vectors of an episode's texts.

        `left_out`: each example, had it not been learnt; `unseen`: had none of its request been;
        `read`: other words for the same; `nothing`: what asks for none of them.
        """
        labels, wanted = torch.tensor(episode.labels), torch.tensor(episode.wanted)
        letters = lexical_vectors([*episode.examples, *episode.read])
        count = len(labels)
        middle = examples.mean(0)
        known, new = (F.normalize(vectors - middle, dim=-1) for vectors in (examples, read))
        kernel = likeness(known, known, letters[:count], letters[:count])
        hot = F.one_hot(labels).float()
        sizes = hot.sum(0)
        present = sizes[sizes > 0]
        kernel = kernel + torch.diag(RIDGE * sizes[labels] / present.mean())
        inverse = torch.linalg.inv(kernel)
        weights = inverse @ hot
        alone = hot - weights / inverse.diagonal()[:, None]
        scores = likeness(new, known, letters[count:], letters[:count]) @ weights
        asks = wanted != NONE
        return {
            "left_out": self._loss(alone, labels),
            "unseen": _UNSEEN_SHARE * self._loss(*_left_out(inverse, weights, hot, labels)),
            "read": self._loss(scores[asks], wanted[asks]),
            "nothing": _NOTHING_SHARE * self._loss(scores[~asks], wanted[~asks]),
        }

    def _loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Of scores [texts, requests], to which that of none of them is added."""
        if not len(scores):
            return torch.zeros(())
        whole = torch.cat([scores, self.floor.expand(len(scores), 1)], 1) / self.temperature.exp()
        return F.cross_entropy(whole, torch.where(labels == NONE, scores.shape[1], labels))


def likeness(
    these: Tensor,
    others: Tensor,
    letters: NDArray[np.float32],
    other_letters: NDArray[np.float32],
) -> Tensor:
    """See `voice.understanding.classifier.Features.likeness`."""
    meant = ((these @ others.T - 1) / WIDTH).exp()
    written = torch.from_numpy(letters @ other_letters.T)
    return (1 - LEXICAL) * meant + LEXICAL * written


def _left_out(
    inverse: Tensor, weights: Tensor, hot: Tensor, labels: Tensor
) -> tuple[Tensor, Tensor]:
    """What is said of each example, had none of its request been learnt; and that it is none."""
    found: list[Tensor] = []
    groups: Sequence[int] = labels.unique().tolist()
    for group in groups:
        rows = (labels == group).nonzero()[:, 0]
        block = inverse[rows][:, rows]
        found.append(hot[rows] - torch.linalg.solve(block, weights[rows]))
    scores = torch.cat(found)
    return scores, torch.full((len(scores),), NONE)
