"""What is learned from: windows of speech, computed once and kept on disk, and their pieces.

While the encoder stays as it is, its states are all that the decoder needs; where it learns, too,
the mel frames are kept beside them.
"""

from __future__ import annotations

import io
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from voice.audio import AudioFileError, peak_dbfs
from voice.tuning.progress import RunProgress
from voice.tuning.reading import ReferenceReader
from voice.tuning.speech_copies import telephone_copy
from voice.tuning.speech_data import SILENT_DBFS, Problem, SpokenUtterance
from voice.tuning.telephone_line import RATE_HZ

Kind = Literal["states", "mel"]
LONGEST_SECONDS = 28.0
"""A Whisper window has 30 s; some of it is silence behind the speech."""
_MOST_PIECES = 440
"""A Whisper decoder has positions for 448."""
_NAME = re.compile(r"(\d+)-(\d+)-(\d+)\.npy")


@dataclass(frozen=True)
class Copy:
    """A window of an utterance: its file for each kind, and how long it is."""

    files: Mapping[Kind, Path]
    frames: int
    """Of 10 ms."""

    def load(self, kind: Kind) -> NDArray[np.float16]:
        """States (positions, width) or mel frames (bins, frames)."""
        array: NDArray[np.float16] = np.load(self.files[kind], allow_pickle=False)
        return array


@dataclass(frozen=True)
class Window:
    """A window of an utterance as it is kept: NumPy's files of float16."""

    frames: int
    """Of 10 ms."""
    mel: bytes
    states: bytes


@dataclass(frozen=True)
class Lesson:
    """An utterance in all its copies, and what is to be written for it."""

    utterance: SpokenUtterance
    copies: Sequence[Copy]
    pieces: Sequence[int]
    """The prompt, the text, the end."""


class LessonBook:
    """Makes lessons, each window once: a run that was interrupted goes on where it stopped."""

    def __init__(self, folder: Path, reader: ReferenceReader, threads: int, seed: int) -> None:
        self._folder = folder
        self._reader = reader
        self._threads = threads
        self._seed = seed
        self._given_up: dict[int, str] = {}
        for kind in ("states", "mel"):
            (folder / kind).mkdir(parents=True, exist_ok=True)

    def lessons(
        self, utterances: Mapping[int, SpokenUtterance], copies: int, progress: RunProgress
    ) -> tuple[list[Lesson], list[Problem]]:
        """Lessons of utterances by their numbers, and those that cannot be used after all."""
        known = self._known()
        lessons, problems = [], []
        with ThreadPoolExecutor(self._threads) as pool:
            made = pool.map(
                lambda entry: self._lesson(entry[0], entry[1], copies, known), utterances.items()
            )
            for lesson in made:
                progress.advanced()
                if isinstance(lesson, Problem):
                    problems.append(lesson)
                else:
                    lessons.append(lesson)
        return lessons, problems

    def missing(
        self, utterances: Mapping[int, SpokenUtterance], copies: int
    ) -> dict[int, list[int]]:
        """The copies of which there are no windows, by the numbers of utterances that need them."""
        known = self._known()
        lacking = {
            number: [copy for copy in range(copies) if (number, copy) not in known]
            for number, one in utterances.items()
            if self._refused(one) is None
        }
        return {number: found for number, found in lacking.items() if found}

    def keep(self, number: int, copy: int, window: Window) -> Copy:
        """Put a window on the disk."""
        made = self._copy(number, copy, window.frames)
        _save(made.files["mel"], window.mel)
        _save(made.files["states"], window.states)  # last: it is what is looked for
        return made

    def give_up(self, number: int, reason: str) -> None:
        """This utterance is a problem, and no lesson."""
        self._given_up[number] = reason

    def _known(self) -> dict[tuple[int, int], Copy]:
        """The windows that are there, by utterance and copy."""
        found = {}
        for file in (self._folder / "states").glob("*.npy"):
            if named := _NAME.fullmatch(file.name):
                number, copy, frames = map(int, named.groups())
                found[number, copy] = self._copy(number, copy, frames)
        return found

    def _copy(self, number: int, copy: int, frames: int) -> Copy:
        name = f"{number}-{copy}-{frames}.npy"
        return Copy({kind: self._folder / kind / name for kind in ("states", "mel")}, frames)

    def _lesson(
        self,
        number: int,
        utterance: SpokenUtterance,
        copies: int,
        known: Mapping[tuple[int, int], Copy],
    ) -> Lesson | Problem:
        if number in self._given_up:
            return Problem(utterance.place, self._given_up[number])
        if (reason := self._refused(utterance)) is not None:
            return Problem(utterance.place, reason)
        try:
            made = [
                known.get((number, copy)) or self._made(number, utterance, copy)
                for copy in range(copies)
            ]
        except AudioFileError as error:
            return Problem(utterance.place, str(error))
        if None in made:
            return Problem(utterance.place, "silent")
        return Lesson(utterance, [copy for copy in made if copy], self._pieces(utterance))

    def _pieces(self, utterance: SpokenUtterance) -> list[int]:
        reader, text = self._reader, " ".join(utterance.text.split())
        return [*reader.prompt, *reader.tokenizer.encode(f" {text}"), reader.tokenizer.eot]

    def _refused(self, utterance: SpokenUtterance) -> str | None:
        """Why it is too long to be learned from; None where it is not."""
        seconds, pieces = utterance.seconds or 0.0, len(self._pieces(utterance))
        if seconds > LONGEST_SECONDS:
            return f"lasts {seconds:.1f} s: longer than a window"
        if pieces > _MOST_PIECES:
            return f"{pieces} pieces of text, at most {_MOST_PIECES}"
        return None

    def _made(self, number: int, utterance: SpokenUtterance, copy: int) -> Copy | None:
        """Computed and kept; None where nothing is heard."""
        window = window_of(self._reader, utterance, copy, self._seed + number)
        return self.keep(number, copy, window) if window else None


def window_of(
    reader: ReferenceReader, utterance: SpokenUtterance, copy: int, seed: int
) -> Window | None:
    """One copy of an utterance, encoded; None where nothing is heard. Raises AudioFileError."""
    heard = telephone_copy(utterance, copy, seed)
    if peak_dbfs(heard) < SILENT_DBFS:
        return None
    window = reader.window(heard, RATE_HZ)
    return Window(window.shape[1], _written(window), _written(reader.encode(window)))


def batches(lessons: Sequence[Lesson], size: int, seed: int) -> Iterator[list[tuple[Lesson, Copy]]]:
    """One pass over all lessons, each in one of its copies; a batch has windows of one length."""
    choices = random.Random(seed)
    same: dict[int, list[tuple[Lesson, Copy]]] = defaultdict(list)
    for lesson in lessons:
        copy = choices.choice(lesson.copies)
        same[copy.frames].append((lesson, copy))
    found = []
    for drawn in same.values():
        # Texts of about the same length fill a batch with little padding.
        drawn.sort(key=lambda entry: len(entry[0].pieces))
        found += [drawn[first : first + size] for first in range(0, len(drawn), size)]
    choices.shuffle(found)
    yield from found


def _written(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array.astype(np.float16))
    return stream.getvalue()


def _save(file: Path, content: bytes) -> None:
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)
