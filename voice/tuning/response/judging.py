"""How well a student does what it is to do, on dialogues that nothing was learned from."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from voice.evaluation.intervals import Figure, ratio
from voice.models.gpt_oss.tensors import Array
from voice.tuning.response.lessons import DialogueLesson
from voice.tuning.response.teacher import Teacher

_WRITTEN, _GIVEN, _TRIES, _SECONDS = 32, 24, 3, 2.0
"""Tokens that are written to measure the speed, behind so many others, so often and so long at
least."""

LogitsOf = Callable[[DialogueLesson], Array]
"""The logits (tokens, vocabulary) behind each token of a dialogue."""


@dataclass(frozen=True)
class Judgement:
    """Over all tokens that the assistant writes in the dialogues; bounds by dialogue."""

    same: Figure
    """The share of tokens for which its first choice is the teacher's, or without a teacher the
    dialogue's."""
    divergence: Figure | None
    """KL(teacher | student) of a token; None: without a teacher."""
    loss: Figure
    """The cross entropy of what was said in the dialogues."""

    def as_json(self) -> dict[str, Any]:
        """For `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Judgement:
        """What `as_json` gave."""
        divergence = content["divergence"]
        return cls(
            Figure(**content["same"]),
            Figure(**divergence) if divergence else None,
            Figure(**content["loss"]),
        )


def judged(
    lessons: Sequence[DialogueLesson], logits_of: LogitsOf, teacher: Teacher | None
) -> Judgement:
    """Hold a student's logits against the teacher's and the dialogues."""
    same, divergence, loss, counts = [], [], [], []
    for lesson in lessons:
        before = np.array([place - 1 for place in lesson.wanted])
        wanted = np.array(list(lesson.wanted.values()))
        found = _log_shares(logits_of(lesson)[before])
        choice = wanted
        if teacher:
            theirs = _log_shares(teacher.of(lesson)[before] @ teacher.head.T)
            choice = theirs.argmax(-1)
            divergence.append(float((np.exp(theirs) * (theirs - found)).sum()))
        same.append(float((found.argmax(-1) == choice).sum()))
        loss.append(-float(found[np.arange(len(wanted)), wanted].sum()))
        counts.append(len(wanted))
    return Judgement(
        ratio(same, counts), ratio(divergence, counts) if teacher else None, ratio(loss, counts)
    )


def _log_shares(logits: Array) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    shares: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return shares


class Converted:
    """A folder as the engine of calls loads it, in int8."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder = folder
        self._tokens: list[str] = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        told = json.loads((folder / "voice.json").read_text("utf-8"))
        self._prefix: list[str] = told["prefix_tokens"]
        self._generator = ctranslate2.Generator(
            str(folder), compute_type="int8", intra_threads=threads
        )

    @property
    def megabytes(self) -> float:
        """Of its weights."""
        return (self._folder / "model.bin").stat().st_size / 1e6

    def logits(self, lesson: DialogueLesson) -> Array:
        """See LogitsOf."""
        prompt = [*self._prefix, *self._words(lesson.ids)]
        found = self._generator.forward_batch([prompt], return_log_probs=False)
        logits: Array = np.array(found)[0, len(self._prefix) :]
        return logits[:, : len(self._tokens) - len({*self._prefix})]

    def tokens_per_second(self, lesson: DialogueLesson) -> float:
        """Written behind what the tasks tell and a few words, by one call alone; the best of some.

        What the tasks tell is cached.
        """
        static = [*self._prefix, *self._words(lesson.ids[: lesson.told])]
        prompt = self._words(lesson.ids[lesson.told :][:_GIVEN])
        rates: list[float] = []
        end = time.perf_counter() + _SECONDS
        while len(rates) < _TRIES or time.perf_counter() < end:
            times: list[float] = []
            self._generator.generate_batch(
                [prompt],
                static_prompt=static or None,
                max_length=_WRITTEN,
                min_length=_WRITTEN,
                sampling_topk=1,
                include_prompt_in_result=False,
                callback=lambda _, times=times: times.append(time.perf_counter()),
            )
            rates.append((len(times) - 1) / (times[-1] - times[0]))
        return max(rates)

    def _words(self, ids: Sequence[int]) -> list[str]:
        return [self._tokens[number] for number in ids]
