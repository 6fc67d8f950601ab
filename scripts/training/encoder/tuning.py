"""The training: made-up companies are learnt from a few examples each, and read.

What the embedding makes of a text is also held near to what its base makes of it, so that what it
knows of other matters stays.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.encoder.company_files import is_held_back, load, roles
from training.encoder.episodes import Episodes
from training.encoder.judging import Judged, judge
from training.encoder.network import Encoder
from training.encoder.ridge import Ridge
from voice.embeddings import Embedder, Vectors
from voice.tokenizer_files import read_tokenizer
from voice.understanding.vectors import KeptVectors

_WARM_UP = 30
_PLAIN_RATE = 0.1
"""Of biases, norms and the classifier's own numbers, as a share of that of low-rank changes."""
_NEAR = 0.5
"""How much it counts to stay near to the base."""
_LONGEST = 48
"""Tokens of a text."""


@dataclass
class Schedule:
    """How long a run goes on, and how fast it learns."""

    minutes: float
    judged_minutes: float = 6.0
    rate: float = 1e-3
    rank: int = 32
    precision: torch.dtype = torch.bfloat16
    began: float = field(default_factory=time.monotonic)

    @property
    def share(self) -> float:
        """How much of the run is over, 0 to 1."""
        return min(1.0, (time.monotonic() - self.began) / (60 * self.minutes))

    def rate_at(self, step: int) -> float:
        """Warm-up, then a cosine."""
        warm = min(1.0, (step + 1) / _WARM_UP)
        return self.rate * warm * 0.5 * (1 + math.cos(math.pi * self.share))


class Tuning:
    """One run: network, companies and checkpoint."""

    def __init__(
        self,
        base: Path,
        companies: Path,
        checkpoint: Path,
        schedule: Schedule,
    ) -> None:
        """`companies`: the folder of their files, of which some are only judged by."""
        self._schedule, self._checkpoint = schedule, checkpoint
        self._folder, self._roles = companies, roles()
        self.network = Encoder(base, schedule.rank, schedule.precision)
        self.ridge = Ridge()
        self._tokenizer = read_tokenizer(base / "tokenizer.json")
        self._tokenizer.enable_truncation(_LONGEST)
        self._before = KeptVectors(Embedder.load(base), checkpoint.parent)
        self.steps = 0
        if checkpoint.exists():
            stored = torch.load(checkpoint, weights_only=True)
            self.network.load_state_dict(stored["network"])
            self.ridge.load_state_dict(stored["ridge"])
            self.steps = stored["steps"]
        self._take_companies()

    def run(self) -> None:
        """Learn until the time is up; what was learned is kept on the way."""
        changes = [value for name, value in self.network.named_parameters() if _is_change(name)]
        plain = [value for name, value in self.network.named_parameters() if not _is_change(name)]
        groups = [{"params": changes}, {"params": [*plain, *self.ridge.parameters()]}]
        optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        judged = -math.inf
        while self._schedule.share < 1:
            if time.monotonic() - judged > 60 * self._schedule.judged_minutes:
                self._keep()
                self._take_companies()
                judged = time.monotonic()
            rate = self._schedule.rate_at(self.steps)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.param_groups[1]["lr"] = rate * _PLAIN_RATE
            losses = self._losses()
            sum(losses.values(), torch.zeros(())).backward()
            torch.nn.utils.clip_grad_norm_([*changes, *plain], 1.0)
            optimizer.step()
            optimizer.zero_grad()
            self.steps += 1
            if self.steps % 10 == 0:
                print(self.steps, {name: round(float(one), 3) for name, one in losses.items()},
                      flush=True)  # fmt: skip
        self._keep()

    def judged(self) -> Judged:
        """How the companies that were held back are read."""
        return judge(self.held_back, self._roles, self._embed)

    def _take_companies(self) -> None:
        """Those that are in the folder now."""
        companies = load(self._folder)
        self.held_back = [one for one in companies if is_held_back(one)]
        self.learned = [one for one in companies if not is_held_back(one)]
        texts = [text for one in (*self.learned, self._roles) for text in one.all()]
        self._base = dict(zip(texts, self._before.embed(texts), strict=True))
        self._episodes = Episodes(self.learned, self._roles, seed=self.steps)

    def _keep(self) -> None:
        """Replace the checkpoint, and tell how far the training has come."""
        part = self._checkpoint.with_suffix(".part")
        stored = {"network": self.network.state_dict(), "ridge": self.ridge.state_dict()}
        torch.save({**stored, "steps": self.steps}, part)
        part.replace(self._checkpoint)
        print(f"{self.steps} steps, {self._schedule.share:.0%}: {self.judged()}", flush=True)

    def _losses(self) -> dict[str, Tensor]:
        episode = self._episodes.next()
        vectors = self._vectors([*episode.examples, *episode.read])
        examples, read = vectors[: len(episode.examples)], vectors[len(episode.examples) :]
        before = torch.from_numpy(np.stack([self._base[text] for text in episode.examples]))
        near = 1 - (examples * before).sum(-1).mean()
        return {**self.ridge(episode, examples, read), "near": _NEAR * near}

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        found: Tensor = self.network([self._tokenizer.encode(f"query: {t}").ids for t in texts])
        return found

    def _embed(self, texts: Sequence[str]) -> Vectors:
        with torch.no_grad():
            found: Vectors = self._vectors(texts).numpy()
        return found


def _is_change(name: str) -> bool:
    """Whether a parameter is a factor of a low-rank change."""
    return name.endswith((".out", ".into"))
