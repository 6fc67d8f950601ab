"""`voice tune identification`: what tells languages and dialects apart, from labelled speech."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from voice.model_folders import find_model

Manifests = Annotated[
    list[Path],
    typer.Option(
        "--data",
        metavar="MANIFEST",
        help="A table with the columns path and language (BCP 47; und: none of the others), and "
        "if need be source and speaker; may be repeated.",
    ),
]
Folder = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where it is written.")]
Base = Annotated[str, typer.Option(help="The recogniser whose encoder it listens to.")]
Column = Annotated[str, typer.Option(help="The column that names what is spoken.")]
About = Annotated[str, typer.Option(help="What the speech is, for the card.")]


def identification(
    data: Manifests,
    out: Folder,
    base: Base = "whisper-base",
    column: Column = "language",
    about: About = "",
) -> None:
    """Train what tells languages and dialects apart by their sound, and judge it.

    Every source is judged by a model of all the others, so that what is known is the speech and
    not the line. Use it as `[recognition] identification = "FOLDER"`.
    """
    from voice.tuning.extra import of_extra

    of_extra("scipy")
    from voice.tuning.identification import read_labelled, train  # takes its time
    from voice.tuning.work_folder import require_empty

    require_empty(out)
    speech = read_labelled(data, column)
    named = about or ", ".join(str(manifest) for manifest in data)
    console = Console()
    columns = (TextColumn("listening"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("listening", total=len(speech))
        trained = train(
            speech,
            Path(find_model("asr_models", base)),
            out,
            base_name=base,
            data=named,
            done=lambda count: progress.update(task, completed=count),
        )
    table = Table("spoken", "source", "recordings", "right", "95 %", box=None, pad_edge=False)
    for (label, source), figure in trained.test.accuracy().items():
        bounds = f"{figure.low:.1%} to {figure.high:.1%}"
        table.add_row(label, source, str(figure.n), f"{figure.value:.1%}", bounds)
    console.print(table)
    for label in trained.test.untested:
        console.print(f"{label}: from one source alone, and so not judged", highlight=False)
    console.print(f"Written to {out}", highlight=False)
