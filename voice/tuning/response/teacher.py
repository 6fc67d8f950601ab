"""What the original makes of the dialogues: read once, a layer at a time, and kept.

So a teacher need not fit into the memory; what it thinks of the next token is its kept state times
its output layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.evaluation.batch import ResultFiles
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.routing import Routing, read_through, shares_of
from voice.models.gpt_oss.tensors import Array
from voice.tuning.progress import RunProgress
from voice.tuning.response.lessons import DialogueLesson
from voice.tuning.response.reading_workers import ReadingWorkers

_STATES, _UNDER_WAY, _ROUTING, _SHARES = "states.npy", "pass.npz", "routing.json", "shares"


@dataclass(frozen=True)
class Teacher:
    """The states before its output layer, and that layer."""

    head: Array
    """(vocabulary, width)."""
    states: NDArray[np.float16]
    """(tokens of all dialogues, width); it lies on the disk."""
    places: dict[int, int]
    """Where a dialogue begins in `states`, by its line."""

    def of(self, lesson: DialogueLesson) -> Array:
        """The states (tokens, width) of a dialogue."""
        begin = self.places[lesson.line]
        return self.states[begin : begin + len(lesson.ids)].astype(np.float32)


def heard_by(
    checkpoint: GptOssCheckpoint,
    lessons: Sequence[DialogueLesson],
    rows: NDArray[np.int64],
    work: Path,
    progress: RunProgress,
    reading_workers: ReadingWorkers | None = None,
) -> tuple[Teacher, Routing]:
    """The teacher of these dialogues, and which experts it asked; `rows` are the vocabulary's.

    Goes on in the folder `work` where an earlier pass was stopped.
    """
    states, routing = work / _STATES, work / _ROUTING
    if not routing.exists():
        dialogues = [rows[list(lesson.ids)].tolist() for lesson in lessons]
        if reading_workers is None:
            progress.began("The original reads, layers", checkpoint.shape.layers)

            def begun(layer: int) -> None:
                progress.advanced(1 if layer else 0)

            reading = read_through(checkpoint, dialogues, begun, work / _UNDER_WAY)
        else:
            shares = shares_of(dialogues, checkpoint.shape.width)
            reading = reading_workers.read(shares, work / _SHARES, progress)
        np.save(states, reading.states.astype(np.float16))
        reading.routing.save(routing)
        (work / _UNDER_WAY).unlink(missing_ok=True)
        ResultFiles(work / _SHARES).remove()
    ends = np.cumsum([0, *(len(lesson.ids) for lesson in lessons)])
    places = {lesson.line: int(end) for lesson, end in zip(lessons, ends, strict=False)}
    teacher = Teacher(checkpoint.head(rows), np.load(states, mmap_mode="r"), places)
    return teacher, Routing.read(routing, checkpoint.shape)
