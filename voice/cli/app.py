"""The command line: every mistake of the user ends in one line and a non-zero exit status."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import voice
from voice.cli import (
    accounts,
    convert_gpt_oss,
    demo,
    doctor,
    engines,
    evaluate,
    knowledge,
    models,
    records,
    serve,
    settings,
    supervise,
    tasks,
    tune,
)
from voice.errors import VoiceError

USER_ERROR_STATUS = 2

app = typer.Typer(
    name="voice",
    help="A self-hosted voice assistant for call centres.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("supervise")(supervise.supervise)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("settings")(settings.settings)
app.add_typer(evaluate.app, name="evaluate")
models.app.command("convert-gpt-oss")(convert_gpt_oss.convert_gpt_oss)
app.add_typer(models.app, name="models")
app.add_typer(engines.app, name="engines")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(tune.app, name="tune")
app.add_typer(tasks.app, name="tasks")
app.add_typer(records.app, name="records")
app.add_typer(accounts.app, name="accounts")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voice {voice.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """A self-hosted voice assistant for call centres."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except VoiceError as error:
        print(f"voice: {error}", file=sys.stderr)
        sys.exit(USER_ERROR_STATUS)
