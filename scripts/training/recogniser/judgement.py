"""Word error rate of a network in training, on the sets that `speech_corpus.judged` made."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from training.recogniser.network import Recogniser

_PADDING = 16
_AT_ONCE = 25


def word_errors(reference: str, heard: str) -> tuple[int, int]:
    """(substitutions + insertions + deletions, words of the reference)."""
    left, right = reference.split(), heard.split()
    row = list(range(len(right) + 1))
    for i, word in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1], len(left)


@torch.no_grad()
def greedy(network: Recogniser, mels: list[np.ndarray], longest: int = 44) -> list[str]:
    """What the network writes for some utterances, without beam search."""
    frames = max(len(mel) for mel in mels) + _PADDING
    frames += frames % 2
    padded = np.zeros((len(mels), 80, frames), np.float32)
    for row, mel in enumerate(mels):
        padded[row, :, : len(mel)] = mel.T
    encoded = network.encode(torch.from_numpy(padded))
    end = network.vocabulary.end
    start = len(network.vocabulary.prompt)
    pieces = torch.tensor([network.vocabulary.prompt] * len(mels))
    done = torch.zeros(len(mels), dtype=torch.bool)
    for _ in range(longest):
        scores = network.decode(pieces, encoded)[:, -1, : end + 1]
        best = scores.argmax(-1)
        best[done] = end
        done |= best == end
        pieces = torch.cat([pieces, best[:, None]], 1)
        if done.all():
            break
    return [network.vocabulary.words(row[start:].tolist()) for row in pieces]


def judge(network: Recogniser, folder: Path, most: int = 75) -> str:
    """One line: the word error rate in % on every set of the folder."""
    network.eval()
    parts = []
    for description in sorted(folder.glob("judged-*.json")):
        texts = json.loads(description.read_text())["text"][:most]
        with np.load(description.with_suffix(".npz")) as arrays:
            mel, ends = arrays["mel"], arrays["ends"]
        wrong = words = 0
        for first in range(0, len(texts), _AT_ONCE):
            indices = range(first, min(first + _AT_ONCE, len(texts)))
            mels = [mel[ends[i] : ends[i + 1]] for i in indices]
            for index, heard in zip(indices, greedy(network, mels), strict=True):
                errors, count = word_errors(texts[index], heard)
                wrong, words = wrong + errors, words + count
        parts.append(f"{description.stem.removeprefix('judged-')} {100 * wrong / words:.1f}")
    network.train()
    return "  ".join(parts)
