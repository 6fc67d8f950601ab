"""A tuning on the terminal: its options, a bar with rate and remaining time, where it computes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from voice.cli.rate_column import RateColumn

_INTERRUPTED_STATUS = 130
_LINE_SECONDS = 30.0
"""Where no terminal is, a long stretch tells so often how far it is."""

Seed = Annotated[int, typer.Option(help="Of all that is drawn.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Default: one a core.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Licence = Annotated[str, typer.Option(help="SPDX, of the result.")]
LicenceUrl = Annotated[str, typer.Option(help="Where it stands.")]


def threads_or_all(wanted: int | None) -> int:
    """As many as this process has cores, if it is left open."""
    return wanted or len(os.sched_getaffinity(0))


def torch_device(wanted: str) -> str:
    """CUDA where there is some, if it is left open."""
    import torch

    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


class ProgressBar:
    """Shows a long run as a bar, and in lines where no terminal is."""

    def __init__(self, console: Console, bar: Progress) -> None:
        self._console, self._bar = console, bar
        self._task: TaskID | None = None
        self._told = self._began = time.monotonic()

    def began(self, what: str, total: int) -> None:
        """The next stretch."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(escape(what), total=total)
        self._told = self._began = time.monotonic()

    def advanced(self, steps: int = 1) -> None:
        """So many steps further."""
        if self._task is None:
            return
        self._bar.advance(self._task, steps)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._told > _LINE_SECONDS:
            self._told = now
            self.told(self._so_far(now))

    def told(self, line: str) -> None:
        """A line above the bar."""
        self._bar.print(line, markup=False, soft_wrap=True)

    def _so_far(self, now: float) -> str:
        task = next(task for task in self._bar.tasks if task.id == self._task)
        speed = task.completed / (now - self._began)
        left = ((task.total or 0) - task.completed) / speed if speed else 0.0
        return (
            f"{task.description}: {task.completed:.0f} of {task.total:.0f}, {speed:.1f}/s,"
            f" {left / 60:.1f} minutes left"
        )


@contextmanager
def shown_run(console: Console) -> Iterator[ProgressBar]:
    """A bar while the block lasts; Ctrl-C ends the command, which goes on when given again."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(),
               TimeRemainingColumn())  # fmt: skip
    bar = Progress(*columns, console=console, transient=True)
    try:
        try:
            if console.is_terminal:
                bar.start()
            yield ProgressBar(console, bar)
        finally:
            if console.is_terminal:
                bar.stop()
    except KeyboardInterrupt:
        console.print("Stopped; the same command goes on from here.")
        raise typer.Exit(_INTERRUPTED_STATUS) from None
