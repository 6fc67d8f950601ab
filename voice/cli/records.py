"""`voice records`: what is kept of calls, and for how long."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from voice.errors import ConfigError
from voice.records import delete_old
from voice.settings import load_settings

app = typer.Typer(help="The records that calls leave behind.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """The records that calls leave behind."""


@app.command()
def clean(
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
    ] = None,
    keep_days: Annotated[
        float | None, typer.Option(help="Instead of [records] keep_days.", min=0)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Delete the calls that are older than [records] keep_days, and say which."""
    records = load_settings(settings_file).records
    days = records.keep_days if keep_days is None else keep_days
    if records.directory is None:
        raise ConfigError("records.directory is not set: nothing is kept of calls")
    if days is None:
        raise ConfigError("records.keep_days is not set: set it, or say --keep-days")
    deleted = delete_old(records.directory, days, time.time(), dry_run)
    for call in deleted:
        size = call.size_bytes / 1e6
        typer.echo(f"{call.call}: {call.age_days:.1f} days old, {size:.1f} MB")
    total = sum(call.size_bytes for call in deleted) / 1e6
    done = "to delete" if dry_run else "deleted"
    calls = "1 call" if len(deleted) == 1 else f"{len(deleted)} calls"
    typer.echo(f"{calls} of more than {days:g} days: {done}, {total:.1f} MB")
