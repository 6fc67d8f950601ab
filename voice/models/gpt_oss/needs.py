"""What a conversion and its result need of a machine, computed before anything is done."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voice.errors import ModelError
from voice.models.gpt_oss.ctranslate2_folder import ROWS
from voice.models.gpt_oss.layout import Layout
from voice.models.gpt_oss.shape import Shape

_BYTES = {"float32": 4, "float16": 2, "int8": 1}
_FLOAT = 4
_LAYER_COPIES = 3
"""A layer as it is read, as it is laid out, and the matrix that is being written."""
_EXPERT_COPIES = 4
"""An expert while its blocks become numbers."""
_ALWAYS = 64_000_000
"""What the interpreter and its libraries take, and small arrays."""
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Needs:
    """Bytes."""

    memory: int
    """While converting."""
    disk: int
    """Of the result; about its memory, too, once it is loaded on a processor."""
    each_token: int
    """Of memory for every token of a running conversation: keys and values of all heads."""

    def __str__(self) -> str:
        return (
            f"needs {in_units(self.memory)} of memory to convert; the result takes "
            f"{in_units(self.disk)} on disk and in memory, and {in_units(self.each_token)} more "
            "for each token of a conversation"
        )

    def check(self, memory: int, folder: Path) -> None:
        """Raises ModelError unless `memory` bytes and the disk of `folder` will do."""
        if memory < self.memory:
            raise ModelError(
                f"converting needs {in_units(self.memory)} of memory, {in_units(memory)} are free"
            )
        free = shutil.disk_usage(folder).free
        if free < self.disk:
            raise ModelError(f"{folder}: {in_units(self.disk)} needed, {in_units(free)} free")


def needs_of(
    source: Shape,
    layout: Layout,
    vocabulary: int,
    dialogues: Sequence[Sequence[int]],
    whole_ends: bool,
) -> Needs:
    """For a network `source` that is written in a layout with so many tokens.

    `whole_ends`: the embedding and the output layer are held as a whole.
    """
    shape, width = layout.shape, layout.width
    attention = 2 * width * layout.head * (shape.heads + shape.key_heads)
    layer = attention + 3 * width * shape.inner
    ends = vocabulary * width * (1 if shape.tied else 2)
    block = 2 * ends if whole_ends else 2 * ROWS * width
    memory = _ALWAYS + _FLOAT * max(_LAYER_COPIES * layer, block)
    if dialogues:
        memory = max(memory, _ALWAYS + _FLOAT * _routing_floats(source, attention, dialogues))
    return Needs(
        memory=memory,
        disk=_BYTES[layout.precision] * (shape.layers * layer + ends),
        each_token=2 * _FLOAT * shape.layers * shape.heads * layout.head,
    )


def _routing_floats(source: Shape, attention: int, dialogues: Sequence[Sequence[int]]) -> int:
    tokens, longest = sum(map(len, dialogues)), max(map(len, dialogues))
    expert = 3 * source.width * source.inner
    states = tokens * (5 * source.width + 4 * source.inner)
    one_head = 5 * longest**2 + 4 * longest * source.head * source.heads
    return attention + _EXPERT_COPIES * expert + states + one_head


def free_memory() -> int:
    """Bytes that this process may take: what Linux has available, within its control group."""
    available = _available()
    try:
        most = int((_CGROUP / "memory.max").read_text())
        used = int((_CGROUP / "memory.current").read_text())
    except (OSError, ValueError):
        return available
    return min(available, most - used)


def _available() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    raise ModelError("/proc/meminfo: does not say how much memory is available")


def in_units(size: int) -> str:
    """Bytes for a reader."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"
