"""`voice tune`: what is learned from recorded speech."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

from voice.cli import tune_identification
from voice.cli.rate_column import RateColumn
from voice.errors import ModelError, VoiceError
from voice.logs import configure_logging
from voice.model_folders import find_model

if TYPE_CHECKING:
    from voice.tuning.scoring import GroupScores

INTERRUPTED_STATUS = 130
_LINE_SECONDS = 30.0
"""Where no terminal is, a long stretch tells so often how far it is."""

app = typer.Typer(
    help="Tune models on recorded speech.", no_args_is_help=True, add_completion=False
)

app.command("identification")(tune_identification.identification)


class Tuned(StrEnum):
    """What learns."""

    AUTO = "auto"
    DECODER = "decoder"
    ALL = "all"


@app.command()
def dialect(
    data: Annotated[Path, typer.Option(help="A manifest, or the folder of a corpus.")],
    dialect: Annotated[str, typer.Option(help="BCP 47: sw-KE, en-IN, fr-SN, wo.", metavar="TAG")],
    base: Annotated[str, typer.Option(help="A recogniser or its folder.")] = "whisper-base",
    out: Annotated[
        Path | None, typer.Option(help="The variant's folder; default: ./BASE-TAG.", metavar="DIR")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(help="Whisper's code; a language that it does not know borrows one."),
    ] = None,
    language: Annotated[
        str, typer.Option(help="In which a call goes on; default: that of the dialect.")
    ] = "",
    learn: Annotated[
        Tuned, typer.Option(help="Which layers; auto: all only where that gains enough.")
    ] = Tuned.AUTO,
    also: Annotated[
        list[str] | None,
        typer.Option(help="Speech in a language of the base, judged too: en=PLACE; repeatable."),
    ] = None,
    minutes: Annotated[float, typer.Option(min=1, help="Of all of it, about.")] = 40.0,
    passes: Annotated[int, typer.Option(min=2, help="At most.")] = 12,
    copies: Annotated[int, typer.Option(min=1, max=9, help="Of each utterance.")] = 3,
    rank: Annotated[int, typer.Option(min=1, max=256, help="At most.")] = 64,
    rate: Annotated[float, typer.Option(min=0, help="Of learning, at its highest.")] = 6e-4,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, help="Default: one a core.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    licence: Annotated[str, typer.Option(help="SPDX, of the result.")] = "LicenseRef-not-stated",
    licence_url: Annotated[str, typer.Option(help="Where it stands.")] = "",
    statement: Annotated[str, typer.Option(help="Who spoke, with what consent.")] = "",
) -> None:
    """Tune a recogniser to a dialect, and write what is different, its figures and its card.

    A run that was stopped goes on where it was when the command is given again. Needs the extra
    `train`.
    """
    from voice.tuning.extra import require_extra

    require_extra()
    from voice.tuning.dialect import tune_dialect
    from voice.tuning.plan import Plan

    configure_logging("error", "tune")
    folder = Path(find_model("asr_models", base))
    if not folder.is_dir():
        raise ModelError(f"recogniser {base}: not installed: voice models pull {base}")
    console = Console(highlight=False)
    plan = Plan(
        base=folder,
        base_name=folder.name,
        data=data,
        dialect=dialect,
        token=token or dialect.partition("-")[0],
        out=out or Path(f"{folder.name}-{dialect}"),
        language=language,
        tuned=learn.value,
        minutes=minutes,
        passes=passes,
        copies=copies,
        rank=rank,
        rate=rate,
        seed=seed,
        threads=threads or len(os.sched_getaffinity(0)),
        device=_device(device),
        licence=licence,
        licence_url=licence_url,
        statement=statement,
        others=dict(map(_other, also or [])),
    )
    try:
        with _shown(console) as progress:
            made = tune_dialect(plan, progress)
    except KeyboardInterrupt:
        console.print("Stopped; the same command goes on from here.")
        raise typer.Exit(INTERRUPTED_STATUS) from None
    for group in (*made.groups, *made.others):
        console.print(_row(group), markup=False, soft_wrap=True)
    console.print(f"{plan.out}: {made.minutes:.0f} minutes", style="dim", soft_wrap=True)


def _device(wanted: str) -> str:
    """CUDA where there is some, if it is left open."""
    import torch

    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def _other(text: str) -> tuple[str, Path]:
    code, separator, place = text.partition("=")
    if not separator or not code or not place:
        raise VoiceError(f"--also {text}: expected a language and a place, as en=recordings/")
    return code, Path(place)


def _row(group: GroupScores) -> str:
    rates = (group.words_before, group.words_after, group.letters_before, group.letters_after)
    words, tuned, letters, written = (f"{100 * rate.value:.1f}" for rate in rates)
    return f"{group.name}: WER {words} -> {tuned} %, CER {letters} -> {written} %"


class _Bar:
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
def _shown(console: Console) -> Iterator[_Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(),
               TimeRemainingColumn())  # fmt: skip
    bar = Progress(*columns, console=console, transient=True)
    try:
        if console.is_terminal:
            bar.start()
        yield _Bar(console, bar)
    finally:
        if console.is_terminal:
            bar.stop()
