"""`voice engines`: this machine's recogniser and voices as a service for others."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import uvloop
from prometheus_client import CollectorRegistry
from rich.console import Console

from voice.cli.pull_progress import models_at_hand
from voice.logs import configure_logging
from voice.model_folders import find_model
from voice.models import chosen_voices
from voice.network import isolate
from voice.piper_files import find_voice
from voice.service import check_served
from voice.service.monitoring import Monitoring
from voice.settings import Settings, load_settings
from voice.settings.places import placed
from voice.telemetry import measured_queues, process_registry

if TYPE_CHECKING:
    from voice.engine_services import EngineServer, Served

app = typer.Typer(help="The recogniser and the voices as a service.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """The recogniser and the voices as a service."""


@app.command()
def serve(
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
    ] = None,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="The small models that understand synthetic voices.")
    ] = False,
) -> None:
    """Read and speak for other machines until SIGTERM or Ctrl-C, by the Wyoming protocol.

    The models of [recognition] and [speech] are fetched at the first start; nothing of what comes
    is kept. [engines] says where to listen, [telemetry] where metrics and probes are served.
    """
    settings = load_settings(settings_file)
    configure_logging(settings.log_level, "engines")
    isolate(os.environ, settings.network.allow)
    with placed(settings_file):
        check_served(settings)
        console = Console(stderr=True, highlight=False)
        models = models_at_hand(settings, embedded, console, answers=False)
        uvloop.run(_serve(models.in_settings(settings)))


async def _serve(settings: Settings) -> None:
    signals: asyncio.Queue[None] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, signals.put_nowait, None)
    registry, unready = process_registry(), ["the models are being loaded"]
    monitoring = Monitoring(settings.telemetry, registry, lambda: "".join(unready))
    async with AsyncExitStack() as stack:
        if settings.telemetry.enabled:
            stack.push_async_callback(monitoring.stop)
            at = await monitoring.start()
        server, models = await _listening(settings, registry, stack)
        unready.clear()
        typer.echo(f"Ready: engines at {server.address}")
        for one in models:
            typer.echo(f'"{one.sha256}",  # {one.name}: {", ".join(one.languages)}')
        if settings.telemetry.enabled:
            typer.echo(f"Metrics: {at}/metrics")
        await signals.get()
        unready.append("stopping")


async def _listening(
    settings: Settings, registry: CollectorRegistry, stack: AsyncExitStack
) -> tuple[EngineServer, list[Served]]:
    """The service with its models loaded, until the stack is closed, and what each model is."""
    # Loaded only now: the libraries read their switches from the environment when they load.
    from voice.calls.engines import load_recogniser, load_voices
    from voice.engine_services import EngineServer, ServedEngines, described, tls_context

    tls = tls_context(settings.engines, served=True) if settings.engines.certificate else None
    queues = measured_queues(registry)
    recogniser = await asyncio.to_thread(load_recogniser, settings, queues)
    # Without a cache: what one call was told is kept for no other.
    voices = await asyncio.to_thread(load_voices, settings, queues, cached=0)
    tags = [*recogniser.offered, *recogniser.dialects]
    model = settings.recognition.model
    read = described(model, Path(find_model("asr_models", model)) / "model.bin", tags)
    spoken = {
        tag: described(voice.name, find_voice(voice.name).model, [tag])
        for tag, voice in chosen_voices(settings).items()
    }
    engines = ServedEngines(recogniser, read, voices, spoken)
    stack.callback(engines.close)
    await recogniser.warm_up()
    server = EngineServer(settings.engines.listen, engines, tls, registry)
    return await stack.enter_async_context(server), [read, *spoken.values()]
