"""The command line: every mistake of the user ends in one line and a non-zero exit status."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

import voice
from voice.errors import VoiceError

USER_ERROR_STATUS = 2
COMMANDS = (
    "serve", "supervise", "demo", "doctor", "settings",
    "evaluate", "models", "engines", "knowledge", "tune", "tasks", "records", "accounts",
)  # fmt: skip
"""Each with a module of its name: in it a function of that name, or an `app` of several commands.

Loading all of them takes a second or more, so a command line loads the one that it names.
"""


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voice {voice.__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """A self-hosted voice assistant for call centres."""


def command_line(names: Iterable[str]) -> typer.Typer:
    """The command `voice`, with some of its commands."""
    made = typer.Typer(
        name="voice",
        help="A self-hosted voice assistant for call centres.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
    )
    made.callback()(root)
    for name in names:
        module = importlib.import_module(f"voice.cli.{name}")
        if hasattr(module, "app"):
            made.add_typer(module.app, name=name)
        else:
            made.command(name)(getattr(module, name))
    return made


def __getattr__(name: str) -> typer.Typer:
    """`app`: the command line as a whole, which is not loaded before it is asked for."""
    if name != "app":
        raise AttributeError(name)
    return command_line(COMMANDS)


def main() -> None:
    """Run the command line."""
    named = [name for name in sys.argv[1:2] if name in COMMANDS]
    try:
        command_line(named or COMMANDS)()
    except VoiceError as error:
        print(f"voice: {error}", file=sys.stderr)
        sys.exit(USER_ERROR_STATUS)
