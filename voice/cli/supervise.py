"""`voice supervise`: the board of a region, on a machine that answers no calls itself."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from voice.logs import configure_logging
from voice.service import ChildProcess, check_board
from voice.settings import load_settings
from voice.settings.places import placed

STOP_SECONDS = 5.0


def supervise(
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
    ] = None,
) -> None:
    """Show the calls of all nodes of `[supervision.region]`, until SIGTERM or Ctrl-C."""
    settings = load_settings(settings_file)
    configure_logging(settings.log_level, "service")
    with placed(settings_file):
        check_board(settings)
        status = asyncio.run(
            _supervise(["--settings", str(settings_file)] if settings_file else [])
        )
    raise typer.Exit(status)


async def _supervise(arguments: list[str]) -> int:
    """The exit status: that of the process, when it ends by itself."""
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    pages = ChildProcess("supervision", "voice.supervision", arguments)
    url, *account = (await pages.start()).split()
    typer.echo(f"Supervision: {url}")
    if account:
        name, password = account
        typer.echo(f"First sign-in: {name} with the password {password} (shown only now)")
    waits = [asyncio.create_task(asked_to_stop.wait()), asyncio.create_task(pages.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await pages.stop(STOP_SECONDS)
    return 0 if asked_to_stop.is_set() else 1
