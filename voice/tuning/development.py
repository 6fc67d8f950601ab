"""How many errors a difference makes on the development part, read by the engine of calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from voice.languages import Language
from voice.models.difference import DIFFERENCE, save_difference
from voice.models.download import hash_of
from voice.models.variant import assemble
from voice.tuning.lessons import Kind, Lesson
from voice.tuning.low_rank import Difference
from voice.tuning.reading import ReferenceReader
from voice.tuning.scoring import compared

_WEIGHTS = "model.bin"


def merged(base: Path, difference: Difference, target: Path) -> Path:
    """A whole model in the folder `target`; both are folders of models."""
    target.mkdir(parents=True, exist_ok=True)
    save_difference(target / DIFFERENCE, hash_of(base / _WEIGHTS), difference, {"base": base.name})
    others = (file.name for file in base.iterdir() if file.is_file() and file.name != _WEIGHTS)
    assemble(base, others, target)
    return target


class DevelopmentJudge:
    """Counts errors of words; called with one difference after the other."""

    def __init__(
        self, base: Path, folder: Path, lessons: Sequence[Lesson], kind: Kind,
        reader_of: Callable[[Path], ReferenceReader], spoken: Language | None,
    ) -> None:  # fmt: skip
        """`folder` is for the merged models; with `mel` their own encoder is used, too."""
        self._base, self._folder = base, folder
        self._lessons, self._kind = lessons, kind
        self._reader_of, self._spoken = reader_of, spoken

    def __call__(self, difference: Difference) -> tuple[int, int]:
        """Edits, and the words that were said."""
        reader = self._reader_of(merged(self._base, difference, self._folder))
        windows = [lesson.copies[0].load(self._kind) for lesson in self._lessons]
        states = [reader.encode(window) for window in windows] if self._kind == "mel" else windows
        scored = [
            compared(lesson.utterance.text, text, self._spoken)
            for lesson, text in zip(self._lessons, reader.read(states), strict=True)
        ]
        return sum(one.word_edits for one in scored), sum(one.words for one in scored)
