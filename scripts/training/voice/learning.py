"""Training of the acoustic model: fixed steps, resumable to the step, one thread."""

from __future__ import annotations

import logging
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from training.voice.acoustic import PER_FRAME, AcousticModel, positions
from training.voice.corpus import Example
from training.voice.features import CEPSTRA, SIZE

log = logging.getLogger(__name__)

BATCH_FRAMES: Final = 1400
"""Frames of 10 ms in a batch, padding counted."""
WARM_UP: Final = 200
"""Steps until the learning rate is reached; averaging of the weights begins then."""
AVERAGING: Final = 0.995
CHECKPOINT_EVERY: Final = 100
_SPECTRUM_POINTS: Final = 48
_WEIGHTS: Final = {
    "duration": 1.0, "f0": 0.6, "voiced": 0.5, "cepstrum": 0.6, "spectrum": 2.0,
    "delta": 0.6, "f0_delta": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Padded sentences: n phonemes, t frames of 10 ms."""

    ids: Tensor
    lengths: Tensor
    frames: Tensor
    phoneme: Tensor
    position: Tensor
    target: Tensor
    id_mask: Tensor
    frame_mask: Tensor


class Trainer:
    """Trains on `examples` for `steps` steps; what `checkpoint` holds is continued."""

    def __init__(
        self,
        examples: list[Example],
        checkpoint: Path,
        *,
        steps: int,
        rate: float = 2e-3,
        initial: Path | None = None,
    ) -> None:
        torch.manual_seed(0)
        torch.set_num_threads(1)
        self._examples = examples
        self._checkpoint = checkpoint
        self._steps = steps
        self._rate = rate
        self.model = AcousticModel()
        if initial is not None:
            self.model.load_state_dict(load_average(initial))
        self._normalise_by(examples)
        self._average = {name: value.clone() for name, value in self.model.state_dict().items()}
        self._optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01
        )
        self._step = 0
        self._processor_seconds = 0.0
        if checkpoint.exists():
            self._resume()
        omega = torch.linspace(0.0, math.pi, _SPECTRUM_POINTS)
        spread = self.model.deviation[2 : 2 + CEPSTRA]
        self._to_spectrum = torch.cos(torch.arange(CEPSTRA)[:, None] * omega) * spread[:, None]

    @property
    def processor_seconds(self) -> float:
        """CPU time that the training took, over all its sessions."""
        return self._processor_seconds

    def run(self, until: int | None = None) -> AcousticModel:
        """Train to the last step (or `until`) and return the model with its averaged weights."""
        last = self._steps if until is None else min(until, self._steps)
        self.model.train()
        epoch, used = 0, 0
        epoch_batches = self._batches(epoch)
        started, before = time.process_time(), self._processor_seconds
        sums: dict[str, float] = {}
        summed = 0
        while self._step < last:
            while self._step - used >= len(epoch_batches):
                used += len(epoch_batches)
                epoch += 1
                epoch_batches = self._batches(epoch)
            losses = self._learn(self._collate(epoch_batches[self._step - used]))
            self._step, summed = self._step + 1, summed + 1
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + value
            if self._step % CHECKPOINT_EVERY == 0 or self._step == last:
                self._processor_seconds = before + time.process_time() - started
                self._save()
                report = " ".join(f"{name} {value / summed:.4f}" for name, value in sums.items())
                log.info("step %d (%.0f CPU s): %s", self._step, self._processor_seconds, report)
                sums, summed = {}, 0
        self.model.load_state_dict(self._average)
        self.model.eval()
        return self.model

    def _learn(self, batch: Batch) -> dict[str, float]:
        share = self._step / self._steps
        rate = self._rate * min(1.0, (self._step + 1) / WARM_UP)
        for group in self._optimiser.param_groups:
            group["lr"] = rate * (0.5 + 0.5 * math.cos(math.pi * share)) + 2e-6
        losses = self._losses(batch)
        loss = torch.stack([_WEIGHTS[name] * value for name, value in losses.items()]).sum()
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimiser.step()
        keep = AVERAGING if self._step > WARM_UP else 0.0
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self._average[name].mul_(keep).add_(value, alpha=1 - keep)
        return {name: float(value.detach()) for name, value in losses.items()}

    def _losses(self, batch: Batch) -> dict[str, Tensor]:
        encoded = self.model.encode(batch.ids, batch.lengths, batch.id_mask)
        durations = self.model.log_durations(encoded, batch.id_mask)
        duration = functional.smooth_l1_loss(
            durations, torch.log1p(batch.frames), reduction="none", beta=0.1
        )
        said = self.model.decode(encoded, batch.phoneme, batch.position, batch.frame_mask)
        mask = batch.frame_mask.repeat_interleave(PER_FRAME, 1)
        count, voiced = mask.sum(), batch.target[..., 1:2]
        f0_weight = mask * (voiced + 0.05 * (1 - voiced))
        error = (said - batch.target) * mask
        both = (voiced[:, 1:] * voiced[:, :-1] * mask[:, 1:])[..., 0]
        change = error[:, 1:] - error[:, :-1]
        bits = functional.binary_cross_entropy_with_logits(said[..., 1:2], voiced, reduction="none")
        return {
            "duration": (duration * batch.id_mask[..., 0]).sum() / batch.id_mask.sum(),
            "f0": (error[..., :1].abs() * f0_weight).sum() / (voiced * mask).sum().clamp(min=1),
            "voiced": (bits * mask).sum() / count,
            "cepstrum": error[..., 2:].abs().mean(-1).sum() / count,
            "spectrum": (error[..., 2 : 2 + CEPSTRA] @ self._to_spectrum).abs().mean(-1).sum()
            / count,
            "delta": change[..., 2 : 2 + CEPSTRA].abs().mean(-1).sum() / count,
            "f0_delta": (change[..., 0].abs() * both).sum() / count,
        }

    def _batches(self, epoch: int) -> list[list[int]]:
        """Sentences of like length together, in an order that only the epoch decides."""
        random = np.random.default_rng(epoch)
        noise = random.random(len(self._examples)) * 100
        order = sorted(
            range(len(self._examples)), key=lambda i: self._examples[i].length + noise[i]
        )
        batches: list[list[int]] = [[]]
        for index in order:
            longest = max([self._examples[i].length for i in batches[-1]] + [0])
            longest = max(longest, self._examples[index].length)
            if batches[-1] and longest * (len(batches[-1]) + 1) > BATCH_FRAMES:
                batches.append([])
            batches[-1].append(index)
        return [batches[i] for i in random.permutation(len(batches))]

    def _collate(self, indices: list[int]) -> Batch:
        examples = [self._examples[i] for i in indices]
        rows, n = len(examples), max(len(example.ids) for example in examples)
        t = max(example.length for example in examples)
        ids, frames = np.zeros((rows, n), np.int64), np.zeros((rows, n), np.float32)
        phoneme = np.zeros((rows, t), np.int64)
        within, total = np.zeros((rows, t), np.float32), np.ones((rows, t), np.float32)
        target = np.zeros((rows, t * PER_FRAME, SIZE), np.float32)
        mean, deviation = self.model.mean.numpy(), self.model.deviation.numpy()
        for row, example in enumerate(examples):
            count, length = example.frames, example.length
            ids[row, : len(example.ids)] = example.ids
            frames[row, : len(count)] = count
            owner = np.repeat(np.arange(len(count)), count)
            phoneme[row, :length] = owner
            within[row, :length] = np.arange(length) - (np.cumsum(count) - count)[owner]
            total[row, :length] = count[owner]
            target[row, : PER_FRAME * length] = (example.features - mean) / deviation
        lengths = torch.tensor([len(example.ids) for example in examples])
        frame_lengths = torch.tensor([example.length for example in examples])
        return Batch(
            torch.from_numpy(ids),
            lengths,
            torch.from_numpy(frames),
            torch.from_numpy(phoneme),
            positions(torch.from_numpy(within), torch.from_numpy(total)),
            torch.from_numpy(target),
            (torch.arange(n) < lengths[:, None]).float().unsqueeze(-1),
            (torch.arange(t) < frame_lengths[:, None]).float().unsqueeze(-1),
        )

    def _normalise_by(self, examples: list[Example]) -> None:
        features = np.concatenate([example.features for example in examples])
        mean, deviation = features.mean(0), features.std(0) + 1e-5
        voiced = features[:, 1] > 0.5
        mean[0], deviation[0] = features[voiced, 0].mean(), features[voiced, 0].std() + 1e-5
        mean[1], deviation[1] = 0.0, 1.0
        self.model.mean.copy_(torch.from_numpy(mean))
        self.model.deviation.copy_(torch.from_numpy(deviation))

    def _save(self) -> None:
        unfinished = self._checkpoint.with_suffix(".part")
        state = {
            "model": self.model.state_dict(),
            "average": self._average,
            "optimiser": self._optimiser.state_dict(),
            "step": self._step,
            "processor_seconds": self._processor_seconds,
        }
        torch.save(state, unfinished)
        os.replace(unfinished, self._checkpoint)

    def _resume(self) -> None:
        state = _read(self._checkpoint)
        self.model.load_state_dict(state["model"])
        self._average = state["average"]
        self._optimiser.load_state_dict(state["optimiser"])
        self._step = state["step"]
        self._processor_seconds = state["processor_seconds"]
        log.info("continuing at step %d", self._step)


def load_average(checkpoint: Path) -> dict[str, Tensor]:
    """The averaged weights in a checkpoint."""
    average: dict[str, Tensor] = _read(checkpoint)["average"]
    return average


def _read(checkpoint: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return state
