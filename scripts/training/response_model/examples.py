"""Dialogues as padded batches of token ids and labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from training.dialogues.dialogue import DialogueWriter, Line
from voice.response.prompts.harmony import Harmony, Instruction

LONGEST = 256
_POOL = 256
_TOKENS_A_BATCH = 2048
NOT_LEARNT = -100


@dataclass(frozen=True)
class Batch:
    """Right-padded rows: ids [rows, length] and labels of the next token (-100: not learnt)."""

    ids: Tensor
    labels: Tensor


def encode(lines: list[Line], instruction: str, harmony: Harmony) -> tuple[list[int], list[int]]:
    """Ids of a dialogue and, for each, itself where the model has to write it."""
    ids = harmony.render(Instruction(instruction))
    own = [NOT_LEARNT] * len(ids)
    opening = len(harmony.reply())
    for line in lines:
        message = harmony.render(line.message)
        ids += message
        if line.learnt:
            taught = harmony.render(line.message, closing="training")
            own += [NOT_LEARNT] * opening + taught[opening:]
        else:
            own += [NOT_LEARNT] * len(message)
    return ids, own


def batches(writer: DialogueWriter, instruction: str, harmony: Harmony) -> Iterator[Batch]:
    """Endless batches of dialogues of like length."""
    while True:
        pool = [encode(writer.dialogue(), instruction, harmony) for _ in range(_POOL)]
        pool = sorted((pair for pair in pool if len(pair[0]) <= LONGEST), key=lambda p: len(p[0]))
        groups: list[list[tuple[list[int], list[int]]]] = [[]]
        for pair in pool:
            if (len(groups[-1]) + 1) * len(pair[0]) > _TOKENS_A_BATCH:
                groups.append([])
            groups[-1].append(pair)
        order = torch.randperm(len(groups)).tolist()
        yield from (_padded(groups[index]) for index in order)


def _padded(rows: list[tuple[list[int], list[int]]]) -> Batch:
    length = max(len(ids) for ids, _ in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    labels = torch.full((len(rows), length), NOT_LEARNT)
    for number, (row, own) in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        labels[number, : len(own) - 1] = torch.tensor(own[1:])
    return Batch(ids, labels)
