"""What commands that work in batch share: where the work is done, and how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from voice.cli.call_view import plain
from voice.cli.rate_column import RateColumn
from voice.evaluation.batch import HireWorkers, Processes, RunOutcome, Workers

INTERRUPTED_STATUS = 130
INCOMPLETE_STATUS = 3

Jobs = Annotated[
    int | None,
    typer.Option(min=1, help="Workers; each loads the models. 1, on Ray one for each core."),
]
PreparingJobs = Annotated[
    int | None,
    typer.Option(min=1, help="Workers that prepare the data; none, on Ray one for each core."),
]
Ray = Annotated[
    str,
    typer.Option(
        help="Work on a Ray cluster: local, auto, HOST:PORT or ray://HOST:PORT.",
        metavar="ADDRESS",
    ),
]


@contextmanager
def chosen_workers(jobs: int | None, ray: str) -> Iterator[Workers]:
    """Processes of this machine, or a cluster's; raises VoiceError where there is none."""
    if not ray:
        yield Processes(jobs or 1)
        return
    # Loaded only now: it needs the extra `ray`.
    from voice.evaluation.batch.ray_cluster import RayCluster

    with RayCluster(ray, jobs) as cluster:
        yield cluster


def hired(jobs: int | None, ray: str) -> HireWorkers | None:
    """The same for later; None where the command's own process is to do the work."""
    return partial(chosen_workers, jobs, ray) if jobs or ray else None


def run_with_progress(
    console: Console,
    what: str,
    count: int,
    run: Callable[[Callable[[], None]], Coroutine[Any, Any, RunOutcome]],
) -> RunOutcome:
    """Run `run(advance)`; Ctrl-C ends the command."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=console) as progress:
            shown = progress.add_task(what, total=count)
            return asyncio.run(run(lambda: progress.advance(shown)))
    except KeyboardInterrupt:
        console.print("Stopped; the same command goes on from here.")
        raise typer.Exit(INTERRUPTED_STATUS) from None


def require_all(console: Console, outcome: RunOutcome) -> None:
    """End the command where results are missing; tell of workers that were not there."""
    for reason in outcome.refused:
        console.print(f"[yellow]Done by fewer workers:[/] {plain(reason)}", soft_wrap=True)
    if outcome.lost:
        reason = f"{len(outcome.lost)} results are missing ({plain(outcome.lost[0])})"
        console.print(f"[red]Incomplete:[/] {reason}; the same command goes on from here.")
        raise typer.Exit(INCOMPLETE_STATUS)
