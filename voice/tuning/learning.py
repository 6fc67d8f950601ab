"""The training: low-rank factors by gradient descent, averaged, judged after each pass."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from voice.errors import VoiceError
from voice.tuning.checkpoint import restore, store
from voice.tuning.lessons import Copy, Kind, Lesson, batches
from voice.tuning.low_rank import Difference
from voice.tuning.network import WhisperNetwork, difference_of
from voice.tuning.progress import RunProgress

_IGNORED = -100
_CHECKPOINT_SECONDS = 60.0
_LEAST_PASSES = 2

Judge = Callable[[Difference], tuple[int, int]]
"""Edits and words on the development part."""


@dataclass(frozen=True)
class Schedule:
    """How a network learns."""

    passes: int
    minutes: float
    """Wall clock of all passes: there are fewer where they would not fit."""
    rate: float = 6e-4
    """The highest; it rises for `warm_up` steps and falls to nothing along a cosine."""
    warm_up: int = 30
    batch: int = 8
    smoothing: float = 0.1
    """Of the labels (Szegedy et al. 2016)."""
    weight_decay: float = 0.01
    patience: int = 4
    """Passes without fewer errors on the development part, after which it ends."""
    seed: int = 1


@dataclass
class LearningState:
    """Where a training is; kept in its checkpoint."""

    passes: int
    """Planned."""
    is_over: bool = False
    number: int = 0
    """Of the pass that is under way."""
    batch: int = 0
    """That comes next in it."""
    steps: int = 0
    seconds: float = 0.0
    """Wall clock so far."""
    loss: float = 0.0
    """Sum in this pass."""
    best_edits: int = -1
    best_pass: int = 0


class Training:
    """One stage: a network, its lessons and its checkpoint; goes on where it was stopped."""

    def __init__(
        self, network: WhisperNetwork, lessons: Sequence[Lesson], prompt: int, schedule: Schedule,
        checkpoint: Path, kind: Kind, device: str = "cpu",
    ) -> None:  # fmt: skip
        """`prompt` is how many pieces of each lesson are given and not learned."""
        self._network = network
        self._lessons, self._prompt, self._kind = lessons, prompt, kind
        self._schedule = schedule
        self._checkpoint = checkpoint
        self._device = device
        self._mean = {name: value.detach().clone() for name, value in network.changes.items()}
        self._best: dict[str, Tensor] = dict(self._mean)
        self._optimizer = torch.optim.AdamW(
            network.parameters(), lr=schedule.rate, weight_decay=schedule.weight_decay
        )
        self.state = LearningState(schedule.passes)
        if checkpoint.exists():
            restore(checkpoint, device, self._resume)
        self._seconds_before, self._passes_before = self.state.seconds, self.state.number

    @property
    def best(self) -> dict[str, NDArray[np.float16]]:
        """What made the fewest errors on the development part."""
        return difference_of(self._best)

    def run(self, judge: Judge, progress: RunProgress) -> None:
        """Learn to the end of the schedule, or until the development part gets no better."""
        state = self.state
        while not state.is_over:
            loss = self._pass(progress)
            self._judged(judge, loss, progress)
            self._plan_again()
            state.is_over = state.number >= state.passes
            if state.number - state.best_pass >= self._schedule.patience:
                progress.told(f"No fewer errors since pass {state.best_pass}: it ends here.")
                state.is_over = True
            self._save()

    def _pass(self, progress: RunProgress) -> float:
        """The mean loss of a step."""
        state, schedule = self.state, self._schedule
        found = list(batches(self._lessons, schedule.batch, schedule.seed * 1000 + state.number))
        progress.began(f"Pass {state.number + 1} of {state.passes}", len(self._lessons))
        progress.advanced(sum(map(len, found[: state.batch])))
        began = saved = time.monotonic()
        self._network.train()
        for batch in found[state.batch :]:
            for group in self._optimizer.param_groups:
                group["lr"] = self._rate_at(state.batch / len(found))
            state.loss += self._step(batch)
            self._average(len(found))
            state.steps += 1
            state.batch += 1
            progress.advanced(len(batch))
            if time.monotonic() - saved > _CHECKPOINT_SECONDS:
                saved = time.monotonic()
                state.seconds += saved - began
                began = saved
                self._save()
        state.seconds += time.monotonic() - began
        loss = state.loss / len(found)
        state.number, state.batch, state.loss = state.number + 1, 0, 0.0
        return loss

    def _rate_at(self, share: float) -> float:
        """`share` is how much of this pass is over."""
        done = (self.state.number + share) / self.state.passes
        rising = min(1.0, (self.state.steps + 1) / self._schedule.warm_up)
        return self._schedule.rate * rising * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    def _step(self, batch: Sequence[tuple[Lesson, Copy]]) -> float:
        inputs, wanted = self._pieces([lesson for lesson, _ in batch])
        heard = np.stack([copy.load(self._kind) for _, copy in batch])
        window = torch.from_numpy(heard).to(self._device)
        states = self._network.encode(window) if self._kind == "mel" else window
        hidden = self._network.decode(inputs, states)
        learned = wanted != _IGNORED
        scores = self._network.scores(hidden[learned]).float()
        loss = F.cross_entropy(scores, wanted[learned], label_smoothing=self._schedule.smoothing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        value = float(loss.detach())
        if not math.isfinite(value):
            raise VoiceError(f"the loss is {value} after {self.state.steps} steps: a lower --rate?")
        return value

    def _pieces(self, lessons: Sequence[Lesson]) -> tuple[Tensor, Tensor]:
        """What the decoder is given, and what it is to write behind each piece."""
        length = max(len(lesson.pieces) for lesson in lessons) - 1
        inputs = torch.zeros(len(lessons), length, dtype=torch.long)
        wanted = torch.full((len(lessons), length), _IGNORED, dtype=torch.long)
        for row, lesson in enumerate(lessons):
            pieces = torch.tensor(lesson.pieces)
            inputs[row, : len(pieces) - 1] = pieces[:-1]
            wanted[row, self._prompt - 1 : len(pieces) - 1] = pieces[self._prompt :]
        return inputs.to(self._device), wanted.to(self._device)

    def _average(self, steps_in_pass: int) -> None:
        """A moving mean of the factors, about a pass long (Polyak and Juditsky 1992)."""
        steps = self.state.steps
        keep = min(1 - 1 / max(2, steps_in_pass), (1 + steps) / (10 + steps))
        with torch.no_grad():
            for name, value in self._network.changes.items():
                self._mean[name].lerp_(value, 1 - keep)

    def _judged(self, judge: Judge, loss: float, progress: RunProgress) -> None:
        began = time.monotonic()
        self._network.eval()
        edits, words = judge(difference_of(self._mean))
        state = self.state
        state.seconds += time.monotonic() - began
        if state.best_edits < 0 or edits < state.best_edits:
            state.best_edits, state.best_pass = edits, state.number
            self._best = {name: value.clone() for name, value in self._mean.items()}
        progress.told(
            f"Pass {state.number} of {state.passes}: loss {loss:.3f}, development WER"
            f" {edits / max(1, words):.1%}, {state.seconds / 60:.1f} minutes"
        )

    def _plan_again(self) -> None:
        """So many passes as still fit into the time of this run, at the pace of this run."""
        gone = self.state.seconds - self._seconds_before
        passes = self.state.number - self._passes_before
        fitting = int((60 * self._schedule.minutes - gone) / max(1e-3, gone / passes))
        wanted = max(_LEAST_PASSES, self.state.number + max(0, fitting))
        self.state.passes = max(self.state.number, min(self._schedule.passes, wanted))

    def _save(self) -> None:
        content = {
            "state": asdict(self.state),
            "changes": dict(self._network.changes.items()),
            "mean": self._mean,
            "best": self._best,
            "optimizer": self._optimizer.state_dict(),
        }
        store(self._checkpoint, content)

    def _resume(self, stored: Mapping[str, Any]) -> None:
        with torch.no_grad():
            for name, value in self._network.changes.items():
                value.copy_(stored["changes"][name])
        self._mean, self._best = dict(stored["mean"]), dict(stored["best"])
        self._optimizer.load_state_dict(stored["optimizer"])
        self.state = LearningState(**stored["state"])
        self.state.passes = self._schedule.passes


def precision_of(device: str) -> torch.dtype:
    """bfloat16 where the device computes in it, otherwise float32."""
    if device != "cpu":
        return torch.bfloat16
    fast = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return torch.bfloat16 if fast() else torch.float32
