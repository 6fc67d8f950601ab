"""`voice serve`: answer calls until stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from voice.cli.pull_progress import models_at_hand
from voice.logs import configure_logging
from voice.models import ModelsAtHand
from voice.service import Service, check_settings, doubts
from voice.settings import Settings, load_settings
from voice.settings.places import placed


def serve(
    settings_file: Annotated[
        Path | None,
        typer.Option(
            "--settings", help="Settings; ./voice.toml where there is one.", metavar="FILE"
        ),
    ] = None,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="The small models that understand synthetic voices.")
    ] = False,
) -> None:
    """Answer calls until SIGTERM or Ctrl-C; running calls may finish, a second signal ends them.

    The models of the settings are fetched at the first start.
    """
    settings = load_settings(settings_file)
    configure_logging(settings.log_level, "service")
    with placed(settings_file):
        check_settings(settings)
        # Standard output is for programs: its first line says that calls are answered.
        console = Console(stderr=True, highlight=False)
        for doubt in doubts(settings):
            console.print(f"Warning: {doubt}", markup=False, soft_wrap=True)
        models = models_at_hand(settings, embedded, console)
        asked = ModelsAtHand.of(settings)
        # Of what stays as it was set, a mistake is one of the settings.
        os.environ.update(models.environment.items() - asked.environment.items())
        uvloop.run(_serve(settings, settings_file))


def _tell(line: str) -> None:
    """Print a line, as long as somebody reads: the calls do not depend on it."""
    try:
        typer.echo(line)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_ready(service: Service, sip_address: str) -> None:
    """The first line is what programs wait for; the rest is for people."""
    _tell(f"Ready: answering sip:{sip_address}")
    if service.supervision_address:
        _tell(f"Supervision: {service.supervision_address}")
    if service.monitoring_address:
        _tell(f"Metrics: {service.monitoring_address}/metrics")
    if service.first_account:
        name, password = service.first_account
        _tell(f"First sign-in: {name} with the password {password} (shown only now)")


async def _serve(settings: Settings, settings_file: Path | None) -> None:
    service = Service(settings, settings_file)
    signals: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.put_nowait, None)

    starting = asyncio.create_task(service.start())
    asked_to_stop = asyncio.create_task(signals.get())
    await asyncio.wait({starting, asked_to_stop}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    try:
        _say_ready(service, starting.result())
        await asked_to_stop
    finally:
        asked_to_stop.cancel()

    _tell("Stopping: running calls may finish; another Ctrl-C ends them.")
    stopping = asyncio.create_task(service.stop())
    insisted = asyncio.create_task(signals.get())
    await asyncio.wait({stopping, insisted}, return_when=asyncio.FIRST_COMPLETED)
    insisted.cancel()
    if not stopping.done():
        await service.end_calls()
    await stopping
