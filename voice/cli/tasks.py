"""`voice tasks`: the files that say what callers may ask for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from voice.cli.pull_progress import shown_progress
from voice.languages import language
from voice.logs import configure_logging
from voice.model_folders import tasks_folder
from voice.models import answers_at_hand
from voice.network import isolate
from voice.settings import load_settings
from voice.settings.places import placed
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


@app.command("try")
def try_in_writing(
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
    ] = None,
) -> None:
    """Answer what you write as a call is answered: type what a caller says, a line for each turn.

    Tools run for real. After a change of the task files the next line begins a new call.
    """
    settings = load_settings(settings_file)
    configure_logging("warning", "try")
    isolate(os.environ, settings.network.allow)
    with placed(settings_file):
        with shown_progress(Console(stderr=True, highlight=False)) as progress:
            answers_at_hand(settings, progress)
        # Loads the models' libraries, which other commands do without.
        from voice.cli.written_call import hold

        hold(settings)
