"""`voice accounts`: who may watch and listen to calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voice.settings import load_settings
from voice.supervision.accounts import Accounts

app = typer.Typer(help="Who may watch and listen to calls.", no_args_is_help=True)

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
]
Name = Annotated[str, typer.Argument(help="What the person signs in with.")]


@app.command("list")
def list_names(settings_file: SettingsFile = None) -> None:
    """Say who has an account."""
    for name in _accounts(settings_file).names():
        typer.echo(name)


@app.command()
def add(name: Name, settings_file: SettingsFile = None) -> None:
    """Make an account, or give one a new password; the password is shown once."""
    password = _accounts(settings_file).issue(name)
    typer.echo(f"{name}: {password}   (shown only now)")


@app.command()
def remove(name: Name, settings_file: SettingsFile = None) -> None:
    """Take an account away; whoever is signed in with it is signed out."""
    _accounts(settings_file).remove(name)
    typer.echo(f"{name} is removed")


def _accounts(settings_file: Path | None) -> Accounts:
    return Accounts(load_settings(settings_file).supervision.accounts)
