"""The training: the encoder in a short window imitates itself in a 10 s window."""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import ctranslate2
import numpy as np
import soxr
import tokenizers
import torch
import torch.nn.functional as F
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from torch import Tensor

from training.short_window.corpus import Clip, load
from voice.tuning.network import WhisperNetwork

TEACHER_FRAMES = 1000
SHORTEST_FRAMES = 200
PADDING_FRAMES = (50, 90)
"""Behind the speech, drawn anew each time; calls use the fewest."""
MOST_PIECES = 60
_RATE_HZ = 16000
_COMPARED = 64
"""Places of a batch at which the pieces' probabilities are compared."""
_WARM_UP = 50
_CHECKPOINT_SECONDS = 180.0
_LIST_AGAIN = 200
"""Steps after which new files of the corpus are taken up."""
_POOL = 6


@dataclass
class Schedule:
    """How long a run goes on, and how fast it learns."""

    minutes: float
    rate: float = 6e-4
    batch: int = 16
    rank: int = 32
    states_alone: float = 0.6
    """The share of the run in which only the states are compared: the decoder costs as much again,
    and its errors are those of the states as long as these are far off."""
    began: float = field(default_factory=time.monotonic)

    @property
    def share(self) -> float:
        """How much of the run is over, 0 to 1."""
        return min(1.0, (time.monotonic() - self.began) / (60 * self.minutes))

    def rate_at(self, step: int) -> float:
        """Warm-up, then a cosine."""
        return (
            self.rate * min(1.0, (step + 1) / _WARM_UP) * 0.5 * (1 + math.cos(math.pi * self.share))
        )


@dataclass(frozen=True)
class Lesson:
    """What the teacher makes of a clip; kept, because the teacher never changes."""

    mel: Tensor
    """Bins by frames of the speech."""
    states: Tensor
    """The encoder's, from the start to the longest padding, in bfloat16."""
    pieces: Tensor
    hidden: Tensor
    """The decoder's, behind each piece, in bfloat16."""


class Distillation:
    """One run: teacher, student, corpus and checkpoint."""

    def __init__(self, base: Path, corpus: Path, checkpoint: Path, schedule: Schedule) -> None:
        self._schedule = schedule
        self._corpus, self._checkpoint = corpus, checkpoint
        self.network = WhisperNetwork(base / "model.bin", tuned=["encoder"], rank=schedule.rank)
        tokenizer = tokenizers.Tokenizer.from_file(str(base / "tokenizer.json"))
        self._tokenizer = Tokenizer(tokenizer, True, "transcribe", "en")
        self._prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        self._extract = FeatureExtractor()
        # CTranslate2 encodes a window in a tenth of the time that torch takes on a processor.
        self._teacher = ctranslate2.models.Whisper(
            str(base), compute_type="float32", intra_threads=torch.get_num_threads()
        )
        self._random = random.Random(0)
        self._lessons: dict[int, Lesson] = {}
        self._clips: list[Clip] = []
        with torch.no_grad():
            self.silence = self.network.encode(torch.zeros(1, 80, TEACHER_FRAMES))[0]
        self._step = 0
        if checkpoint.exists():
            stored = torch.load(checkpoint, weights_only=True)
            self.network.load_state_dict(stored["network"])
            self._step = stored["step"]

    @property
    def steps(self) -> int:
        """How many were made, earlier runs included."""
        return self._step

    def run(self) -> None:
        """Learn until the time is up; what was learned is kept on the way."""
        parameters = list(self.network.parameters())
        optimizer = torch.optim.AdamW(parameters, weight_decay=0.0)
        saved = time.monotonic()
        while self._schedule.share < 1:
            if self._step % _LIST_AGAIN == 0 or not self._clips:
                self._clips = load(self._corpus)
            for group in optimizer.param_groups:
                group["lr"] = self._schedule.rate_at(self._step)
            losses = self._losses(self._batch())
            sum(losses.values(), torch.zeros(())).backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            self._step += 1
            if self._step % 20 == 0:
                told = {name: round(float(loss), 4) for name, loss in losses.items()}
                print(self._step, told, flush=True)
            if time.monotonic() - saved > _CHECKPOINT_SECONDS:
                self.save()
                saved = time.monotonic()
        self.save()

    def save(self) -> None:
        """Replace the checkpoint."""
        part = self._checkpoint.with_suffix(".part")
        torch.save({"network": self.network.state_dict(), "step": self._step}, part)
        part.replace(self._checkpoint)

    def _batch(self) -> list[Lesson]:
        """Clips of about the same length, so that one window fits all."""
        size = self._schedule.batch
        drawn = [self._random.randrange(len(self._clips)) for _ in range(_POOL * size)]
        wanted = len(self._clips[drawn[0]].pcm)
        drawn.sort(key=lambda number: abs(len(self._clips[number].pcm) - wanted))
        with torch.autocast("cpu", torch.bfloat16), torch.no_grad(), self.network.unchanged():
            return [self._lesson(number) for number in drawn[:size]]

    def _lesson(self, number: int) -> Lesson:
        if number not in self._lessons:
            clip = self._clips[number]
            wide = soxr.resample(clip.pcm.astype(np.float32) / 32768, 8000, _RATE_HZ)
            mel = torch.from_numpy(self._extract(wide)[:, : len(wide) // 160])
            window = F.pad(mel, (0, max(0, TEACHER_FRAMES - mel.shape[1])))[None]
            view = ctranslate2.StorageView.from_array(window.numpy())
            states = torch.from_numpy(np.array(self._teacher.encode(view, to_cpu=True)))
            pieces = self._tokenizer.encode(" " + clip.text)[:MOST_PIECES]
            known = torch.tensor([[*self._prompt, *pieces]])
            hidden = self.network.decode(known, states)[0]
            kept = (mel.shape[1] + PADDING_FRAMES[1]) // 2
            self._lessons[number] = Lesson(
                mel, states[0, :kept].bfloat16(), known[0], hidden.bfloat16()
            )
        return self._lessons[number]

    def _losses(self, lessons: list[Lesson]) -> dict[str, Tensor]:
        """How far the student's states are from the teacher's, and later what it would write."""
        frames = max(lesson.mel.shape[1] for lesson in lessons) + self._random.randint(
            *PADDING_FRAMES
        )
        frames = max(SHORTEST_FRAMES, frames + frames % 2)
        window = torch.stack([F.pad(one.mel, (0, frames - one.mel.shape[1])) for one in lessons])
        with torch.autocast("cpu", torch.bfloat16):
            states = self.network.encode(window)
            losses = {"states": self._state_loss(states, lessons)}
            if self._schedule.share < self._schedule.states_alone:
                return losses
            length = max(len(one.pieces) for one in lessons)
            pieces = torch.stack(
                [F.pad(one.pieces, (0, length - len(one.pieces))) for one in lessons]
            )
            behind = self.silence[states.shape[1] :].expand(len(lessons), -1, -1)
            with self.network.unchanged():
                hidden = self.network.decode(pieces, torch.cat([states, behind], 1))
            return losses | {"pieces": self._piece_loss(hidden, lessons)}

    def _state_loss(self, states: Tensor, lessons: list[Lesson]) -> Tensor:
        errors = [
            F.mse_loss(state[: len(one.states)].float(), one.states[: len(state)].float())
            for state, one in zip(states, lessons, strict=True)
        ]
        return torch.stack(errors).mean() / self.silence.var()

    def _piece_loss(self, hidden: Tensor, lessons: list[Lesson]) -> Tensor:
        first = len(self._prompt) - 1
        student = torch.cat(
            [h[first : len(one.hidden)] for h, one in zip(hidden, lessons, strict=True)]
        )
        teacher = torch.cat([one.hidden[first:] for one in lessons])
        some = torch.randperm(len(student))[:_COMPARED]
        wanted = F.log_softmax(self.network.scores(teacher[some]).float(), -1)
        found = F.log_softmax(self.network.scores(student[some]).float(), -1)
        return F.kl_div(found, wanted, log_target=True, reduction="batchmean")
