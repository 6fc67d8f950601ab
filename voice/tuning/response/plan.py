"""What is to be made of which model, and what that takes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from voice.errors import VoiceError
from voice.languages import Language
from voice.models.download import hash_of
from voice.models.gpt_oss.shape import Shape
from voice.response.prompts.briefing import Briefing
from voice.tuning.response.lessons import DialogueLesson
from voice.tuning.run import TuningRun
from voice.tuning.work_folder import work_folder

_WEIGHTS = ("*.safetensors", "*.gguf")
_FLOAT = 4
_LEARNED_COPIES = 4
"""A weight, its gradient, and the two means of AdamW."""
_ALWAYS = 400_000_000
"""The interpreter with torch."""


@dataclass(frozen=True, kw_only=True)
class ResponsePlan(TuningRun):
    """One run."""

    source: Path
    """A gpt-oss or a Llama, as `voice.models.gpt_oss.source` opens it."""
    base: str
    """Its name in the catalogue, where it is installed from there; else empty."""
    dialogues: Path
    language: Language
    """In which callers speak."""
    briefing: Briefing | None = None
    """What the tasks tell a model before each dialogue."""
    experts: tuple[int, ...] = (1,)
    """A student for each."""
    rank: int | None = None
    """Of low-rank changes, 0: all weights learn; None: by the source."""
    full_attention: bool = False
    """The student's layers have no windows."""
    vocabulary: Path | None = None
    """A text by which the vocabulary is cut down."""
    longest: int = 2048
    """Tokens of a dialogue, with what the tasks tell."""
    passes: int = 12
    minutes: float = 60.0
    """Of each student's training, at most."""
    rate: float | None = None
    """None: by the network's width."""

    def folder(self, experts: int) -> Path:
        """Of the student with so many experts."""
        several = len(self.experts) > 1
        return self.out.with_name(f"{self.out.name}-k{experts}") if several else self.out

    def refuse_folders(self) -> None:
        """Raises VoiceError where another model lies in a folder that is to be made."""
        for experts in self.experts:
            folder = self.folder(experts)
            if folder.exists() and not (self.work / f"k{experts}" / "made.json").exists():
                raise VoiceError(f"{folder}: is there already")

    def work_folder(self, lessons: Sequence[DialogueLesson]) -> AbstractContextManager[None]:
        """There for this run until it is done; raises VoiceError when it holds another one."""
        options = [self.experts, self.rank, self.full_attention, self.passes, self.rate, self.seed]
        return work_folder(
            self.work,
            {
                "another base": self._base_marks(),
                "other dialogues or options": [*options, *lessons],
            },
        )

    def _base_marks(self) -> list[str]:
        files = [self.source] if self.source.is_file() else sorted(
            file for pattern in _WEIGHTS for file in self.source.glob(pattern)
        )  # fmt: skip
        return list(map(hash_of, files))


def memory_to_learn(shape: Shape, vocabulary: int, longest: int, rank: int, distilled: bool) -> int:
    """Bytes that a student takes while it learns from dialogues of `longest` tokens.

    `distilled`: the teacher's output layer is there, too.
    """
    wide, narrow = shape.heads * shape.head, shape.key_heads * shape.head
    matrices = [(wide + 2 * narrow, shape.width), (shape.width, wide), (shape.inner, shape.width),
                (shape.inner, shape.width), (shape.width, shape.inner)]  # fmt: skip
    ends = vocabulary * shape.width * (1 if shape.tied else 2)
    weights = shape.layers * sum(out * into for out, into in matrices) + ends
    factors = shape.layers * rank * sum(out + into for out, into in matrices)
    held = weights + _LEARNED_COPIES * factors if rank else _LEARNED_COPIES * weights
    if distilled:
        held += vocabulary * shape.width
    inner = 8 * shape.width + 4 * (wide + narrow) + 6 * shape.inner
    activations = shape.layers * longest * (inner + 3 * shape.heads * longest)
    logits = 4 * longest * vocabulary
    return _ALWAYS + _FLOAT * (held + activations + logits)
