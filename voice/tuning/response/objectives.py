"""What a student learns: to think as its teacher does, or to write what was said."""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from voice.tuning.response.lessons import DialogueLesson
from voice.tuning.response.network import StudentNetwork
from voice.tuning.response.teacher import Teacher


class Objective(Protocol):
    """How far a student is from what it is to do."""

    def __call__(self, student: StudentNetwork, lesson: DialogueLesson) -> Tensor:
        """The mean over the tokens of a dialogue; less is better."""


class Distillation:
    """KL(teacher | student) at each token of a dialogue (Hinton et al. 2015)."""

    def __init__(self, teacher: Teacher, device: str) -> None:
        self._teacher, self._device = teacher, device
        self._head = torch.from_numpy(teacher.head).to(device)

    def __call__(self, student: StudentNetwork, lesson: DialogueLesson) -> Tensor:
        """See Objective; what the tasks say before all dialogues is not counted."""
        states = torch.from_numpy(self._teacher.of(lesson)[lesson.told :]).to(self._device)
        wanted = F.linear(states, self._head).log_softmax(-1)
        found = student.scores(_states(student, lesson, self._device)[lesson.told :])
        return F.kl_div(found.log_softmax(-1), wanted, log_target=True, reduction="batchmean")


class Imitation:
    """The cross entropy of what the assistant writes in the dialogues."""

    def __init__(self, device: str) -> None:
        self._device = device

    def __call__(self, student: StudentNetwork, lesson: DialogueLesson) -> Tensor:
        """See Objective."""
        before = torch.tensor([place - 1 for place in lesson.wanted], device=self._device)
        wanted = torch.tensor(list(lesson.wanted.values()), device=self._device)
        states = _states(student, lesson, self._device)[before]
        return F.cross_entropy(student.scores(states), wanted)


def _states(student: StudentNetwork, lesson: DialogueLesson, device: str) -> Tensor:
    found: Tensor = student(torch.tensor(lesson.ids, device=device))
    return found
