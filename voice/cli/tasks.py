"""`voice tasks`: the files that say what callers may ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voice.languages import language
from voice.model_folders import tasks_folder
from voice.tasks import read_tasks

app = typer.Typer(help="The files that say what callers may ask for.", no_args_is_help=True)


@app.callback()
def tasks() -> None:
    """The files that say what callers may ask for."""


@app.command("check")
def check(
    folder: Annotated[str, typer.Argument(help="The folder of the files.")] = "tasks",
) -> None:
    """Read a folder of task files, and tell every mistake with its file, line and reason."""
    found, wrong = read_tasks(Path(tasks_folder(folder)))
    for line in wrong:
        typer.echo(line, err=True)
    if found is None or wrong:
        raise typer.Exit(1)
    spoken = ", ".join(language(tag).name for tag in found.languages)
    typer.echo(f"{len(found.tasks)} tasks in {spoken}")
    for task in found.tasks:
        requests = ", ".join(task.requests) or "no requests of its own"
        tool = f" -> {task.tool.name}" if task.tool else ""
        typer.echo(f"  {task.name}: {requests}{tool}")
    if not any(task.requests for task in found.tasks):
        typer.echo("No request has examples: a model has to be trained on these tasks.")
