"""Makes a response model: dialogues, experts, student, training, figures, folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from voice.errors import ModelError, VoiceError
from voice.evaluation.batch import HireWorkers
from voice.models.gpt_oss import ROUTING, DenseNetwork, free_memory
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.conversion import (
    choice_of,
    describe,
    text_of,
    whole_folder,
)
from voice.models.gpt_oss.layout import Layout
from voice.models.gpt_oss.mixed_experts import MixedExperts
from voice.models.gpt_oss.needs import in_units, needs_of
from voice.models.gpt_oss.routing import Routing
from voice.models.gpt_oss.shape import Shape, dense
from voice.models.gpt_oss.source import Network, open_source
from voice.models.gpt_oss.tensors import Array
from voice.models.gpt_oss.vocabulary import Vocabulary, smaller
from voice.models.store import ModelStore
from voice.tuning.learning import precision_of
from voice.tuning.progress import RunProgress
from voice.tuning.response.card import CARD, MadeStudent, card, entry
from voice.tuning.response.conversations import DialogueMistake, read_conversations
from voice.tuning.response.judging import Converted, Judgement, judged
from voice.tuning.response.lessons import DialogueLesson, DialogueParts, divided, lessons_of
from voice.tuning.response.network import StudentNetwork
from voice.tuning.response.objectives import Distillation, Imitation
from voice.tuning.response.plan import ResponsePlan, memory_to_learn
from voice.tuning.response.reading_workers import ReadingWorkers
from voice.tuning.response.teacher import Teacher, heard_by
from voice.tuning.response.training import StudentSchedule, StudentTraining
from voice.tuning.response.writing import DIFFERENCE_FOLDER, write_student

MISTAKES = "mistakes.txt"
"""Beside the result: which of the dialogues were not used, and why."""
_MADE = "made.json"
_SHOWN = 5
_RANK = 32
"""Of a Llama's changes, where none is given."""
_RATE_TIMES_WIDTH = 0.2
_MOST_RATE, _LOW_RANK_RATE = 2e-3, 5e-4


def tune_response(
    plan: ResponsePlan,
    progress: RunProgress,
    memory: Callable[[], int] = free_memory,
    hire: HireWorkers | None = None,
) -> list[MadeStudent]:
    """Make a folder for each count of experts; goes on where an earlier run was stopped.

    With `hire` workers have a gpt-oss read the dialogues; the learning is done here. Raises
    VoiceError: the dialogues or the base cannot be used, memory will not do, the folder of the work
    holds another run, or no worker can be started.
    """
    network, vocabulary = open_source(plan.source)
    _refuse_what_cannot_be(plan, network)
    if plan.vocabulary:
        vocabulary = smaller(vocabulary, text_of(plan.vocabulary))
    lessons = _lessons(plan, vocabulary, network.shape.context, progress)
    parts = divided(lessons, plan.seed)
    readers = ReadingWorkers(plan.source, hire) if hire else None
    run = _Run(plan, network, vocabulary, parts, progress, readers)
    progress.told(
        f"{len(lessons)} dialogues: {len(parts.train)} to learn from, {len(parts.development)} to"
        f" choose by, {len(parts.test)} to judge by"
    )
    run.require_memory(memory(), lessons)
    with plan.work_folder(lessons):
        torch.set_num_threads(plan.threads)
        teacher, routing = None, None
        if run.checkpoint:
            rows = vocabulary.rows
            teacher, routing = heard_by(run.checkpoint, lessons, rows, plan.work, progress, readers)
        return [run.student(experts, teacher, routing) for experts in plan.experts]


def _refuse_what_cannot_be(plan: ResponsePlan, network: Network) -> None:
    for experts in plan.experts:
        if experts > network.shape.experts:
            raise ModelError(
                f"{plan.source} has {network.shape.experts} experts a layer, not {experts}"
            )
    plan.refuse_folders()


def _lessons(
    plan: ResponsePlan, vocabulary: Vocabulary, context: int, progress: RunProgress
) -> list[DialogueLesson]:
    tools = plan.briefing.tools if plan.briefing else ()
    conversations, mistakes = read_conversations(plan.dialogues, plan.language, tools)
    longest = min(plan.longest, context)
    lessons, too_long = lessons_of(conversations, vocabulary, plan.briefing, longest)
    _tell(plan, sorted([*mistakes, *too_long], key=lambda one: one.line), progress)
    return lessons


def _tell(plan: ResponsePlan, mistakes: Sequence[DialogueMistake], progress: RunProgress) -> None:
    file = plan.out.with_name(f"{plan.out.name}.{MISTAKES}")
    if not mistakes:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{plan.dialogues}, {one}\n" for one in mistakes), "utf-8")
    for mistake in mistakes[:_SHOWN]:
        progress.told(f"Not used: {plan.dialogues}, {mistake}")
    if len(mistakes) > _SHOWN:
        progress.told(f"Not used: {len(mistakes) - _SHOWN} more, see {file}")


@dataclass(frozen=True)
class _Run:
    """What all students have in common."""

    plan: ResponsePlan
    network: Network
    vocabulary: Vocabulary
    parts: DialogueParts
    progress: RunProgress
    readers: ReadingWorkers | None
    """Who read the dialogues, if it is not this process."""

    @property
    def checkpoint(self) -> GptOssCheckpoint | None:
        """A teacher; a Llama has none."""
        return self.network if isinstance(self.network, GptOssCheckpoint) else None

    @property
    def rank(self) -> int:
        """Of the changes; 0: all weights learn."""
        if self.plan.rank is not None:
            return self.plan.rank
        return 0 if self.checkpoint else _RANK

    def require_memory(self, free: int, lessons: Sequence[DialogueLesson]) -> None:
        """Tell what it takes; raises VoiceError when there is less."""
        count, teacher = len(self.vocabulary), 0
        longest = max(len(lesson.ids) for lesson in lessons)
        most = max(self.plan.experts)
        shape = dense(self.network.shape, self.network.shape.inner * most)
        if self.checkpoint and self.readers is None:
            ids = [lesson.ids for lesson in lessons]
            layout = Layout(shape, sinks=True, precision="int8")
            needs = needs_of(self.network.shape, layout, count, ids, whole_ends=True)
            teacher = needs.memory
            self.progress.told(
                f"The original is read a layer at a time: {in_units(teacher)} of memory"
            )
        student = memory_to_learn(shape, count, longest, self.rank, self.checkpoint is not None)
        on_gpu = self.plan.device != "cpu"
        self.progress.told(
            f"The student takes {in_units(student)} of {'GPU ' if on_gpu else ''}memory to learn"
        )
        if teacher > free:
            raise VoiceError(
                f"the original needs {in_units(teacher)} of memory, {in_units(free)} are free:"
                " fewer or shorter dialogues"
            )
        if on_gpu:
            free = torch.cuda.mem_get_info()[0]
        if student > free:
            raise VoiceError(
                f"the student needs {in_units(student)} of memory to learn, {in_units(free)} are"
                " free: fewer --experts, a lower --rank, a lower --longest or a --vocabulary"
            )

    def _dense(self, experts: int, routing: Routing | None) -> DenseNetwork:
        network = self.network
        if not isinstance(network, GptOssCheckpoint):
            return network
        assert routing is not None, "a gpt-oss has read the dialogues"
        return MixedExperts(network, routing.mixes(experts))

    def student(
        self, experts: int, teacher: Teacher | None, routing: Routing | None
    ) -> MadeStudent:
        """One student from its experts to its folder."""
        plan, work, test = self.plan, self.plan.work / f"k{experts}", self.parts.test
        work.mkdir(exist_ok=True)
        if (work / _MADE).exists() and plan.folder(experts).exists():
            return MadeStudent.load(work / _MADE)
        told: dict[str, Any] = {"source": plan.base or plan.source.name, "precision": "int8"}
        if routing:
            self.progress.told(f"The student with {experts} experts a layer")
            told |= choice_of(routing.mixes(experts), self.network.shape.experts, routing)
        student, before, minutes = self._taught(self._dense(experts, routing), teacher, work)
        self.progress.told("Writing and judging")
        with whole_folder(plan.folder(experts)) as folder:
            about = entry(plan, self.parts)
            layout = write_student(folder, student, self.vocabulary, self._base_folder, about)
            if routing:
                routing.save(folder / ROUTING)
            describe(folder, layout, told)
            converted = Converted(folder, plan.threads)
            after = judged(test, converted.logits, teacher)
            speed = converted.tokens_per_second(test[0])
            made = MadeStudent(
                experts, self.rank, converted.megabytes, speed, before, after, minutes
            )
            describe(folder, layout, {**told, "tuned": made.figures})
            for place in (folder, folder / DIFFERENCE_FOLDER):
                if place.is_dir():
                    (place / CARD).write_text(card(plan, made, self.parts), "utf-8")
            made.save(work / _MADE)
        return made

    def _taught(
        self, network: DenseNetwork, teacher: Teacher | None, work: Path
    ) -> tuple[StudentNetwork, Judgement, float]:
        """A student that has learned, how it was before, and the minutes that it took."""
        plan, shape = self.plan, network.shape
        if plan.full_attention:
            shape = replace(shape, windows=(None,) * shape.layers)
        torch.manual_seed(plan.seed)
        student = StudentNetwork(
            network,
            self.vocabulary.rows,
            shape,
            rank=self.rank,
            precision=precision_of(plan.device),
            device=plan.device,
        )
        before = judged(self.parts.test, lambda lesson: _logits(student, lesson, plan), teacher)
        objective = Distillation(teacher, plan.device) if teacher else Imitation(plan.device)
        schedule = StudentSchedule(plan.passes, plan.minutes, self._rate(shape), plan.seed)
        training = StudentTraining(student, objective, self.parts, schedule, work, plan.device)
        training.run(self.progress)
        return student, before, training.state.seconds / 60

    def _rate(self, shape: Shape) -> float:
        if self.plan.rate is not None:
            return self.plan.rate
        return _LOW_RANK_RATE if self.rank else min(_MOST_RATE, _RATE_TIMES_WIDTH / shape.width)

    @property
    def _base_folder(self) -> Path | None:
        """Where the base's weights lie, if it is in the catalogue and they are what is changed."""
        if self.checkpoint or not self.plan.base or not self.rank or self.plan.vocabulary:
            return None
        return ModelStore().path(self.plan.base)


@torch.no_grad()
def _logits(student: StudentNetwork, lesson: DialogueLesson, plan: ResponsePlan) -> Array:
    student.eval()
    ids = torch.tensor(lesson.ids, device=plan.device)
    logits: Array = student.scores(student(ids)).cpu().numpy()
    return logits
