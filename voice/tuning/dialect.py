"""Makes a variant of a recogniser for a dialect: data, stages of training, figures, card."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from voice.errors import VoiceError
from voice.evaluation.batch import HireWorkers
from voice.models.changes import in_int8
from voice.models.difference import DIFFERENCE
from voice.models.variant import write_variant
from voice.tuning.card import CARD, Made, card, entry
from voice.tuning.confidence import Sureness, fitted
from voice.tuning.development import DevelopmentJudge, merged
from voice.tuning.judging import JudgedSpeech
from voice.tuning.learning import Schedule, Training, precision_of
from voice.tuning.lessons import Kind, Lesson, LessonBook
from voice.tuning.low_rank import Difference, rank_of, with_rank
from voice.tuning.network import Half, WhisperNetwork
from voice.tuning.plan import WEIGHTS, TuningPlan
from voice.tuning.preparing import Preparation, PreparedByWorkers, PreparedHere
from voice.tuning.progress import RunProgress
from voice.tuning.reading import ReferenceReader
from voice.tuning.scoring import by_group, compared, language_of
from voice.tuning.speech_copies import over_the_line
from voice.tuning.speech_data import (
    CheckedCorpus,
    CorpusError,
    Parts,
    Problem,
    audible,
    check,
    divided,
    read_corpus,
)
from voice.tuning.telephone_line import RATE_HZ
from voice.tuning.turns import turns_of
from voice.tuning.work_folder import require_empty

PROBLEMS = "problems.txt"
"""Beside the variant: what of the data was not used, and why."""

_WORTH = 0.95
"""A tuned encoder, which is shared with the base no longer, has to make so few of the errors."""
_NO_WORSE = 1.01
"""A smaller rank may make so many."""
_DECODERS_SHARE = 0.6
"""Of the time, where the encoder is tried, too."""
_AFTERWARDS_MINUTES = 4.0
_DROPOUT = 0.05
_SHOWN = 5


def tune_dialect(plan: TuningPlan, progress: RunProgress, hire: HireWorkers | None = None) -> Made:
    """Fill the folder `plan.out` with a variant; goes on where an earlier run was stopped.

    With `hire` workers prepare the speech; the learning is done here. Raises VoiceError: the data
    or the base cannot be used, `plan.work` holds another run, `plan.out` something else, or no
    worker can be started.
    """
    began = time.monotonic()
    if not plan.work.exists():
        require_empty(plan.out, but=[PROBLEMS])
    corpus = read_corpus(plan.data)
    progress.began("Looking at the data", len(corpus.utterances))
    spoken = language_of(plan.dialect)
    known_text = spoken.phrases.goodbye if spoken else ""
    checked = check(corpus.utterances, known_text=known_text, looked_at=progress.advanced)
    parts = _judged_by_what_is_heard(divided(checked.good, seed=plan.seed))
    progress.told(
        f"{corpus.layout}, {checked.hours:.2f} hours: {len(parts.train)} utterances to learn from,"
        f" {len(parts.development)} to choose by, {len(parts.test)} to judge by. {parts.note}"
    )
    tuning = _Tuning(plan, checked, parts, corpus.layout, began, progress, hire)
    with plan.work_folder(checked.good):
        made = tuning.run()
        _write(plan, made)
    return made


def _judged_by_what_is_heard(parts: Parts) -> Parts:
    """What is learned from and chosen by is read later, and left out then."""
    test, problems = audible(parts.test)
    if not test:
        raise CorpusError(f"nothing is heard in the test, the first: {problems[0]}")
    return replace(parts, test=test, problems=[*parts.problems, *problems])


class _Tuning:
    """One run of a plan."""

    def __init__(
        self, plan: TuningPlan, checked: CheckedCorpus, parts: Parts, layout: str, began: float,
        progress: RunProgress, hire: HireWorkers | None,
    ) -> None:  # fmt: skip
        self._plan, self._parts, self._layout = plan, parts, layout
        self._began, self._progress, self._hire = began, progress, hire
        self._spoken = language_of(plan.dialect)
        self._judged = JudgedSpeech(plan, parts)
        self._reader = self._reader_of(plan.base)
        self._checked = checked
        self._problems = [*checked.problems, *parts.problems]
        self._train: list[Lesson] = []
        self._development: list[Lesson] = []

    def run(self) -> Made:
        """Everything from the untuned figures to the tuned ones."""
        self._prepare()
        before = self._judged.read(self._reader, "before", self._progress)
        learned, shares_encoder = self._learn()
        difference = in_int8(learned)  # what is judged is what is shipped
        folder = merged(self._plan.base, difference, self._plan.work / "merged")
        tuned = self._reader_of(folder)
        after = self._judged.read(tuned, "after", self._progress)
        own, others = self._judged.compared(before, after)
        return Made(
            difference,
            shares_encoder,
            self._confidence(tuned),
            by_group(own),
            by_group(others),
            self._parts,
            self._layout,
            len(self._problems),
            (time.monotonic() - self._began) / 60,
        )

    def _reader_of(self, model: Path) -> ReferenceReader:
        plan = self._plan
        return ReferenceReader(
            model,
            plan.token,
            device=plan.device,
            compute_type="int8" if plan.device == "cpu" else "float16",
            threads=plan.threads,
        )

    def _prepare(self) -> None:
        """What is learned from and chosen by; raises VoiceError where nothing is left."""
        plan, parts, progress = self._plan, self._parts, self._progress
        numbers = {one: number for number, one in enumerate(self._checked.good)}
        book = LessonBook(plan.work / "windows", self._reader, plan.threads, plan.seed)
        whole = {numbers[one]: one for one in parts.train}
        judged = {numbers[one]: one for one in parts.development}
        few = min(2, plan.copies)
        with self._preparation() as preparation:
            turns = turns_of(whole, preparation.turns, plan.work / "turns.json")
            preparation.windows([(whole, plan.copies), (turns, few), (judged, 1)], book)
        progress.began("Encoding", len(whole) + len(turns) + len(judged))
        train, unlearned = book.lessons(whole, plan.copies, progress)
        train += book.lessons(turns, few, progress)[0]
        development, unjudged = book.lessons(judged, 1, progress)
        self._problems += [*unlearned, *unjudged]
        self._list(self._problems)
        if not train or not development:
            raise VoiceError(f"{plan.data}: nothing is left to learn from: {plan.out / PROBLEMS}")
        self._train, self._development = train, development

    @contextmanager
    def _preparation(self) -> Iterator[Preparation]:
        plan = self._plan
        if self._hire is None:
            yield PreparedHere(self._reader, plan.threads, self._progress)
            return
        with self._hire() as workers:
            yield PreparedByWorkers(
                workers, plan.base, plan.token, plan.seed, plan.work, self._progress
            )

    def _list(self, problems: list[Problem]) -> None:
        file = self._plan.out / PROBLEMS
        file.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{problem}\n" for problem in problems)
        file.write_text(text, "utf-8", "backslashreplace")
        for problem in problems[:_SHOWN]:
            self._progress.told(f"Not used: {problem}")
        if len(problems) > _SHOWN:
            self._progress.told(f"Not used: {len(problems) - _SHOWN} more, see {file}")

    def _learn(self) -> tuple[Difference, bool]:
        """The difference, as small as it may be, and whether the encoder stayed as it is."""
        tuned = self._plan.tuned
        if tuned == "all":
            best, errors = self._stage(["encoder", "decoder"], self._minutes_left(), {})
            return self._smallest(best, errors, "mel"), False
        minutes = self._minutes_left() * (_DECODERS_SHARE if tuned == "auto" else 1.0)
        best, errors = self._stage(["decoder"], minutes, {})
        if tuned == "auto":
            whole, fewer = self._stage(["encoder", "decoder"], self._minutes_left(), best)
            if fewer <= _WORTH * errors:
                return self._smallest(whole, fewer, "mel"), False
            self._progress.told("The encoder stays as it is: tuning it gains too little.")
        return self._smallest(best, errors, "states"), True

    def _minutes_left(self) -> float:
        gone = (time.monotonic() - self._began) / 60
        return max(1.0, self._plan.minutes - gone - _AFTERWARDS_MINUTES)

    def _stage(
        self, halves: list[Half], minutes: float, known: Difference
    ) -> tuple[Difference, int]:
        """Train some halves, on from what is known; the fewest errors, and what made them."""
        plan = self._plan
        torch.set_num_threads(plan.threads)
        torch.manual_seed(plan.seed)
        network = WhisperNetwork(
            plan.base / WEIGHTS,
            tuned=halves,
            rank=plan.rank,
            precision=precision_of(plan.device),
            device=plan.device,
            dropout=_DROPOUT,
        )
        network.take(known)
        kind: Kind = "mel" if "encoder" in halves else "states"
        schedule = Schedule(
            passes=max(2, plan.passes // 3) if known else plan.passes,
            minutes=minutes,
            rate=plan.rate / 2 if known else plan.rate,
            seed=plan.seed,
        )
        training = Training(
            network,
            self._train,
            len(self._reader.prompt),
            schedule,
            plan.work / f"{'-'.join(halves)}.pt",
            kind,
            plan.device,
        )
        if not training.state.is_over:
            self._progress.told(f"Tuning {' and '.join(halves)}, {minutes:.0f} minutes at most.")
        training.run(self._judge(kind), self._progress)
        return training.best, training.state.best_edits

    def _confidence(self, tuned: ReferenceReader) -> dict[str, float]:
        """How sure the tuned model may be, by the development part as calls hear it."""
        spoken = [lesson.utterance for lesson in self._development]
        self._progress.began("Fitting confidence", len(spoken))
        sounds = ((over_the_line(one.sound(RATE_HZ)), RATE_HZ) for one in spoken)
        readings = []
        for one, read in zip(spoken, tuned.hear(sounds), strict=True):
            scored = compared(one.text, read.text, self._spoken)
            right = max(0.0, 1 - scored.word_edits / max(1, scored.words))
            readings.append(Sureness(read.mean_log_probability, right, scored.words))
            self._progress.advanced()
        return fitted(readings)

    def _judge(self, kind: Kind) -> DevelopmentJudge:
        plan = self._plan
        folder = plan.work / "candidate"
        return DevelopmentJudge(
            plan.base, folder, self._development, kind, self._reader_of, self._spoken
        )

    def _smallest(self, best: Difference, errors: int, kind: Kind) -> Difference:
        """The lowest rank that makes hardly more errors."""
        judge, rank = self._judge(kind), rank_of(best)
        for smaller in sorted({max(1, rank // part) for part in (8, 4, 2)}):
            candidate = with_rank(best, smaller)
            found, words = judge(candidate)
            self._progress.told(f"Rank {smaller}: development WER {found / max(1, words):.1%}")
            if found <= _NO_WORSE * errors:
                return candidate
        return best


def _write(plan: TuningPlan, made: Made) -> None:
    """The variant's folder: difference, entry, card."""
    about = entry(plan, made)
    write_variant(plan.out, about, plan.base / WEIGHTS, made.difference)
    size = (plan.out / DIFFERENCE).stat().st_size
    (plan.out / CARD).write_text(card(plan.out.name, about, made, size), encoding="utf-8")
