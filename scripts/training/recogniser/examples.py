"""Shards of the corpus as shuffled, varied and padded batches."""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.recogniser.network import MOST_PHONES, Recogniser
from training.recogniser.vocabulary import Vocabulary

FULL_WINDOW = 2980
"""Frames of a batch padded to (nearly) Whisper's 30 s."""
_BINS = 80
_UNKNOWN = -100
_BROKEN_OFF = 0.06
_SHORT = 400
_JOINED_EVERY = 14
_ABOVE_4_KHZ = 63
_DYNAMIC_RANGE = 2.0
"""Whisper's 80 dB, in its normalised log-mel."""


@dataclass
class Example:
    """One utterance."""

    mel: NDArray[np.float16] | NDArray[np.float32]
    """(frames of 10 ms, 80)."""
    pieces: list[int]
    phones: NDArray[np.int64]
    """Phone number per frame of 20 ms; empty without phone times."""
    centres: NDArray[np.float64] | None
    """In which frame of 20 ms each piece is spoken."""
    inventory: str


@dataclass(frozen=True)
class Batch:
    """Examples padded to one length, as the network takes them."""

    mel: Tensor
    pieces: Tensor
    targets: Tensor
    phones: Tensor
    centres: Tensor
    inventories: list[str]


class Corpus:
    """All complete shards of a folder; new ones are picked up between passes."""

    def __init__(self, folder: Path, network: Recogniser) -> None:
        self._folder = folder
        self._network = network
        self._read: set[Path] = set()
        self.examples: list[Example] = []

    def refresh(self) -> None:
        """Read shards that were completed since."""
        for description in sorted(self._folder.glob("train-*.json")):
            if description not in self._read:
                self._read.add(description)
                self._add(description)

    def _add(self, description: Path) -> None:
        told = json.loads(description.read_text())
        with np.load(description.with_suffix(".npz")) as arrays:
            mel, ends = arrays["mel"], arrays["ends"]
        for index, sentence in enumerate(told["text"]):
            inventory = told["voice"][index][0]
            phones = self._numbered(told["phones"][index], inventory)
            pieces = self._network.vocabulary.pieces(sentence)
            self.examples.append(
                Example(
                    mel[ends[index] : ends[index + 1]],
                    pieces,
                    phones,
                    self._centres(pieces, phones),
                    inventory,
                )
            )
        self._join(len(self.examples) - len(told["text"]))
        print(f"{description.name}: {len(self.examples)} examples", file=sys.stderr, flush=True)

    def _join(self, first: int) -> None:
        """Add some pairs of short examples as one, as two sentences with a pause between."""
        short = [e for e in self.examples[first:] if len(e.mel) < _SHORT and e.pieces]
        for one, other in list(itertools.pairwise(short))[::_JOINED_EVERY]:
            if one.inventory == other.inventory:
                self.examples.append(_joined(one, other))

    def _numbered(self, names: list[str], inventory: str) -> NDArray[np.int64]:
        known = self._network.phones.get(inventory, {})
        for name in names:
            if name not in known and len(known) < MOST_PHONES:
                known[name] = len(known)
        return np.array([known.get(name, _UNKNOWN) for name in names], np.int64)

    def _centres(self, pieces: list[int], phones: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Letters spread evenly over the phones; None without phone times."""
        if len(phones) == 0:
            return None
        begins = np.flatnonzero((phones[1:] != phones[:-1]) & (phones[1:] != 0)) + 1
        if len(begins) < 2:
            return None
        letters = np.array([self._network.vocabulary.letters(piece) for piece in pieces], float)
        share = (np.cumsum(letters) - letters / 2) / letters.sum()
        last = np.flatnonzero(phones)[-1]
        edges = np.append(begins, last)
        return np.asarray(np.interp(share * len(begins), np.arange(len(edges)), edges))

    def batches(self, frames: int, rank: int, world: int, seed: int) -> Iterator[list[Example]]:
        """Endless batches of like lengths, at most `frames` padded frames each.

        All `world` processes see the same order and take turns.
        """
        choices = random.Random(seed)
        while True:
            self.refresh()
            order = sorted(
                self.examples, key=lambda example: len(example.mel) * choices.uniform(0.9, 1.1)
            )
            batches: list[list[Example]] = [[]]
            longest = 0
            for example in order:
                longest = max(longest, len(example.mel))
                if batches[-1] and longest * (len(batches[-1]) + 1) > frames:
                    batches.append([])
                    longest = len(example.mel)
                batches[-1].append(example)
            choices.shuffle(batches)
            whole = len(batches) // world * world
            yield from batches[rank:whole:world]


def _joined(one: Example, other: Example) -> Example:
    frames = len(one.mel) // 2 * 2
    centres = None
    if one.centres is not None and other.centres is not None:
        centres = np.concatenate([one.centres, other.centres + frames // 2])
    return Example(
        np.concatenate([one.mel[:frames], other.mel]), one.pieces + other.pieces,
        np.concatenate([one.phones[: frames // 2], other.phones]), centres, one.inventory,
    )  # fmt: skip


class Variation:
    """Changes an example a little each time it is seen, so that no voice is learned by heart."""

    def __init__(self, vocabulary: Vocabulary, seed: int) -> None:
        self._vocabulary = vocabulary
        self._choices = random.Random(seed)
        self._random = np.random.default_rng(seed)

    def __call__(self, example: Example) -> Example:
        """The example in another guise."""
        choices = self._choices
        if choices.random() < _BROKEN_OFF:
            example = self._broken_off(example)
        if choices.random() < 0.35:
            example = _stretched(example, choices.uniform(0.85, 1.2))
        mel = example.mel.astype(np.float32)
        if choices.random() < 0.6:
            mel = _without_images(mel, choices.uniform(0.0, 2.0))
        if choices.random() < 0.6:
            mel = _warped(mel, choices.uniform(0.86, 1.16))
        if choices.random() < 0.12:
            mel = _blurred(mel)
        if choices.random() < 0.4:
            mel = self._in_noise(mel)
        return replace(example, mel=self._with_holes(mel))

    def _broken_off(self, example: Example) -> Example:
        """Only the first words, as in a partial transcript."""
        centres = example.centres
        if centres is None:
            return example
        begins = [
            at for at, piece in enumerate(example.pieces) if at and self._vocabulary.begins(piece)
        ]
        if not begins:
            return example
        at = self._choices.choice(begins)
        frames = int(centres[at - 1] + centres[at]) // 2
        return Example(
            example.mel[: 2 * frames], example.pieces[:at], example.phones[:frames],
            centres[:at], example.inventory,
        )  # fmt: skip

    def _in_noise(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """A tilted spectrum and coloured noise; the scale is Whisper's (log10 + 4) / 4."""
        choices = self._choices
        slope = np.linspace(-1, 1, _BINS)
        power = 10 ** (4 * mel - 4 + slope[None] * choices.uniform(-0.4, 0.4))
        noise = self._random.exponential(1, power.shape) * 10 ** (
            np.linspace(0, 1, _BINS) * choices.uniform(-1.2, 0.3)
        )
        power = power + power.max() * 10 ** choices.uniform(-5.5, -2.4) * noise
        log = np.log10(np.maximum(power, 1e-10))
        noisy: NDArray[np.float32] = ((np.maximum(log, log.max() - 8) + 4) / 4).astype(np.float32)
        return noisy

    def _with_holes(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        choices, mean = self._choices, mel.mean()
        mel = mel.copy()
        for _ in range(choices.randint(0, 2)):
            first = choices.randint(0, 66)
            mel[:, first : first + choices.randint(1, 10)] = mean
        for _ in range(choices.randint(0, max(1, len(mel) // 100))):
            first = choices.randint(0, len(mel))
            mel[first : first + choices.randint(1, 14)] = mean
        return mel


def _stretched(example: Example, factor: float) -> Example:
    """Spoken slower (above 1) or faster."""
    mel, phones, centres = example.mel.astype(np.float32), example.phones, example.centres
    frames = max(2, int(len(mel) * factor))
    place = np.linspace(0, len(mel) - 1.001, frames)
    below = place.astype(int)
    part = (place - below).astype(np.float32)[:, None]
    mel = mel[below] * (1 - part) + mel[below + 1] * part
    if len(phones):
        index = (np.arange((frames + 1) // 2) / factor).astype(int)
        phones = phones[np.minimum(index, len(phones) - 1)]
    if centres is not None:
        centres = centres * factor
    return replace(example, mel=mel, phones=phones, centres=centres)


def _without_images(mel: NDArray[np.float32], softer: float) -> NDArray[np.float32]:
    """Less of what a resampler left above 4 kHz; how much it leaves differs."""
    mel = mel.copy()
    floor = mel.max() - _DYNAMIC_RANGE
    mel[:, _ABOVE_4_KHZ:] = np.maximum(mel[:, _ABOVE_4_KHZ:] - softer, floor)
    return mel


def _warped(mel: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """A longer (below 1) or shorter vocal tract."""
    place = np.clip(np.arange(_BINS) * scale, 0, _BINS - 1.001)
    below = place.astype(int)
    part = (place - below).astype(np.float32)
    return np.asarray(mel[:, below] * (1 - part) + mel[:, below + 1] * part)


def _blurred(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Harmonics smeared, as a vocoder or a hoarse voice does."""
    padded = np.pad(mel, ((0, 0), (1, 1)), mode="edge")
    return np.asarray((padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4, np.float32)


def collate(
    examples: list[Example],
    network: Recogniser,
    variation: Variation,
    choices: random.Random,
    full_window: bool,
) -> Batch:
    """Pad varied examples with zeros; to Whisper's whole window where asked."""
    varied = [variation(example) for example in examples]
    frames = max(len(example.mel) for example in varied)
    if full_window:
        frames = FULL_WINDOW
    elif choices.random() < 0.06:
        frames = max(frames, choices.randint(frames, max(frames, 1000)))
    frames += choices.randint(0, 12)
    frames += frames % 2
    prompt, end = list(network.vocabulary.prompt), network.vocabulary.end
    length = max(len(example.pieces) for example in examples) + len(prompt) + 1
    count = len(examples)
    mel = np.zeros((count, _BINS, frames), np.float32)
    phones = np.full((count, frames // 2), _UNKNOWN)
    pieces = np.full((count, length), end)
    targets = np.full((count, length - 1), _UNKNOWN)
    centres = np.full((count, length - 1), -1.0, np.float32)
    for row, example in enumerate(varied):
        mel[row, :, : len(example.mel)] = example.mel.T
        used = min(len(example.phones), frames // 2)
        phones[row, :used] = example.phones[:used]
        sequence = [*prompt, *example.pieces, end]
        pieces[row, : len(sequence)] = sequence
        # Whether anybody speaks is told in place of the language, as in Whisper.
        targets[row, 0] = prompt[1] if example.pieces else network.vocabulary.nobody
        targets[row, len(prompt) - 1 : len(sequence) - 1] = sequence[len(prompt) :]
        if example.centres is not None:
            first = len(prompt) - 1
            centres[row, first : first + len(example.pieces)] = example.centres
    return Batch(
        torch.from_numpy(mel), torch.from_numpy(pieces), torch.from_numpy(targets),
        torch.from_numpy(phones), torch.from_numpy(centres),
        [example.inventory for example in examples],
    )  # fmt: skip
