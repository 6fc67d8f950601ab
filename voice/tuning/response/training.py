"""The training: gradient descent over the dialogues, judged after each pass."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from voice.errors import VoiceError
from voice.tuning.checkpoint import restore, store
from voice.tuning.progress import RunProgress
from voice.tuning.response.lessons import DialogueLesson, DialogueParts
from voice.tuning.response.network import StudentNetwork
from voice.tuning.response.objectives import Objective

_CHECKPOINT_SECONDS = 60.0
_CHECKPOINT, _BEST = "checkpoint.pt", "best.pt"


@dataclass(frozen=True)
class StudentSchedule:
    """How a student learns."""

    passes: int
    minutes: float
    """Wall clock at most."""
    rate: float
    """The highest; it rises at first and falls to nothing along a cosine."""
    seed: int
    batch: int = 4
    """Dialogues of a step."""
    warm_up: float = 0.05
    """Of all that is learned, in which the rate rises."""
    weight_decay: float = 0.01
    patience: int = 3
    """Passes that are no better on the development part, after which it ends."""


@dataclass
class StudentState:
    """Where a training is; kept in its checkpoint."""

    passes: int = 0
    """That are done."""
    dialogues: int = 0
    """Of the pass that is under way."""
    steps: int = 0
    seconds: float = 0.0
    best: float = math.inf
    """On the development part."""
    best_pass: int = 0
    is_over: bool = False


class StudentTraining:
    """One student; its checkpoint lies in the folder `work`."""

    def __init__(
        self,
        student: StudentNetwork,
        objective: Objective,
        parts: DialogueParts,
        schedule: StudentSchedule,
        work: Path,
        device: str,
    ) -> None:
        self._student, self._objective = student, objective
        self._parts, self._schedule, self._work, self._device = parts, schedule, work, device
        self._optimizer = torch.optim.AdamW(
            student.parameters(),
            lr=schedule.rate,
            weight_decay=schedule.weight_decay,
            betas=(0.9, 0.95),
        )
        self.state = StudentState()
        if (work / _CHECKPOINT).exists():
            restore(work / _CHECKPOINT, device, self._resume)

    def run(self, progress: RunProgress) -> None:
        """Learn to the end of the schedule; the student is then what was best."""
        state, schedule = self.state, self._schedule
        while not state.is_over:
            loss = self._pass(progress)
            found = self.judged()
            if found < state.best:
                state.best, state.best_pass = found, state.passes
                store(self._work / _BEST, {"learned": self._student.state_dict()})
            progress.told(
                f"Pass {state.passes} of {schedule.passes}: loss {loss:.4f},"
                f" on the development part {found:.4f}, {state.seconds / 60:.1f} minutes"
            )
            if state.passes - state.best_pass >= schedule.patience:
                progress.told(f"No better since pass {state.best_pass}: it ends here.")
                state.is_over = True
            state.is_over |= self._done() >= 1
            self._save()
        restore(self._work / _BEST, self._device, self._take_weights)
        self._student.eval()

    @torch.no_grad()
    def judged(self) -> float:
        """How far the student is from what it is to do, on the development part."""
        self._student.eval()
        lessons = self._parts.development
        return sum(float(self._objective(self._student, one)) for one in lessons) / len(lessons)

    def _pass(self, progress: RunProgress) -> float:
        """The mean loss of a dialogue; a pass ends early when the time is over."""
        state, schedule = self.state, self._schedule
        lessons = list(self._parts.train)
        random.Random(schedule.seed * 1000 + state.passes).shuffle(lessons)
        progress.began(f"Pass {state.passes + 1} of {schedule.passes}, dialogues", len(lessons))
        progress.advanced(state.dialogues)
        self._student.train()
        began = saved = time.monotonic()
        losses = []
        while state.dialogues < len(lessons) and self._done() < 1:
            batch = lessons[state.dialogues : state.dialogues + schedule.batch]
            losses.append(self._step(batch))
            state.steps += 1
            state.dialogues += len(batch)
            progress.advanced(len(batch))
            now = time.monotonic()
            state.seconds, began = state.seconds + now - began, now
            if now - saved > _CHECKPOINT_SECONDS:
                saved = now
                self._save()
        state.passes, state.dialogues = state.passes + 1, 0
        return sum(losses) / max(1, len(losses))

    def _done(self) -> float:
        """How much of the schedule is over, by passes or by time."""
        share = self.state.dialogues / len(self._parts.train)
        by_passes = (self.state.passes + share) / self._schedule.passes
        return max(by_passes, self.state.seconds / 60 / self._schedule.minutes)

    def _step(self, batch: Sequence[DialogueLesson]) -> float:
        done, share = self._done(), len(batch) / len(self._parts.train) / self._schedule.passes
        rising = min(1.0, (done + share) / self._schedule.warm_up)
        falling = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        for group in self._optimizer.param_groups:
            group["lr"] = self._schedule.rate * rising * falling
        total = 0.0
        for lesson in batch:  # one at a time: their length is what takes memory
            loss = self._objective(self._student, lesson) / len(batch)
            loss.backward()
            total += float(loss.detach())
        if not math.isfinite(total):
            steps = self.state.steps
            raise VoiceError(f"the loss is {total} after {steps} steps: a lower --rate?")
        torch.nn.utils.clip_grad_norm_(self._student.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return total

    def _save(self) -> None:
        content = {
            "state": asdict(self.state),
            "learned": self._student.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }
        store(self._work / _CHECKPOINT, content)

    def _resume(self, stored: Mapping[str, Any]) -> None:
        self._take_weights(stored)
        self._optimizer.load_state_dict(stored["optimizer"])
        self.state = StudentState(**stored["state"])

    def _take_weights(self, stored: Mapping[str, Any]) -> None:
        self._student.load_state_dict(stored["learned"])
