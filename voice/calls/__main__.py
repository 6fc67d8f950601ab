"""`python -m voice.calls --process N [--settings FILE]`: a call process of the service."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from voice.errors import VoiceError
from voice.logs import configure_logging
from voice.network import isolate
from voice.ready_line import say_failed, say_ready
from voice.settings import Settings, load_settings
from voice.settings.places import placed

if TYPE_CHECKING:
    from voice.telemetry.traces import CallTraces


def main() -> int:
    """Run until SIGTERM (calls may finish) or a second one (they may not); the exit status."""
    parser = argparse.ArgumentParser(prog="python -m voice.calls", description=__doc__)
    parser.add_argument("--process", type=int, default=0, metavar="N", help="number, from 0")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="default: ./voice.toml")
    arguments = parser.parse_args()
    try:
        settings = load_settings(arguments.settings)
        isolate(os.environ, settings.network.allow)
        configure_logging(settings.log_level, f"calls-{arguments.process}")

        import uvloop

        with placed(arguments.settings):
            uvloop.run(_serve(settings, arguments.process))
    except VoiceError as error:
        say_failed(error)
        return 2
    return 0


async def _serve(settings: Settings, process: int) -> None:
    # Loaded only now: the libraries read their switches from the environment when they load,
    # and pipecat prints a banner unless its logging was set before.
    from voice.calls.quiet import quiet_pipecat

    quiet_pipecat()
    from voice.calls.abandoned_calls import end_abandoned_calls
    from voice.calls.engines import load_engines, write_apology
    from voice.calls.event_files import EventFiles
    from voice.calls.server import CallServer
    from voice.engine_services import Services
    from voice.events import EventSink
    from voice.feed import EventFeed
    from voice.model_folders import tasks_folder
    from voice.records import check_directory
    from voice.tasks.watcher import TaskWatcher
    from voice.telemetry import (
        CallMetrics,
        ServiceMetrics,
        log_call,
        measured_queues,
        process_registry,
    )

    signals: asyncio.Queue[None] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, signals.put_nowait, None)
    registry = process_registry()
    check_directory(settings.records.directory)
    folder = tasks_folder(settings.response.tasks)
    watcher = TaskWatcher(folder, lambda tasks: engines.adopt(tasks))
    services = Services()
    engines = await load_engines(settings, measured_queues(registry), services)
    measured = ServiceMetrics(registry)
    for engine in services.engines:
        measured.add(engine, partial(services.is_used, engine))
    settings.runtime.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    await write_apology(engines, settings)
    records = settings.records.directory
    files = EventFiles(records) if records else None
    feed = EventFeed(settings.runtime.feed, lambda frame: server.attended(frame))
    traces = _traces(settings, f"calls-{process}")
    sinks: list[EventSink] = [
        log_call,
        CallMetrics(registry),
        *([traces] if traces else []),
        *([files] if files else []),
        *([feed] if settings.supervision.enabled else []),
    ]
    server = CallServer(
        settings.runtime.call_socket(process),
        settings,
        engines,
        sinks,
        settings.runtime.statistics(f"calls-{process}"),
        registry,
    )
    try:
        if settings.supervision.enabled:
            feed.start()
        if records:
            # Beside the calls: there may be very many old ones to look at.
            asyncio.get_running_loop().run_in_executor(None, end_abandoned_calls, records)
        with watcher:
            async with server:
                say_ready(str(process))
                await signals.get()
                draining = asyncio.create_task(server.drain(settings.calls.shutdown_seconds))
                insisted = asyncio.create_task(signals.get())
                await asyncio.wait({draining, insisted}, return_when=asyncio.FIRST_COMPLETED)
                for task in (draining, insisted):
                    task.cancel()
                await asyncio.gather(draining, insisted, return_exceptions=True)
    finally:
        await feed.close()
        if files:
            files.close()
        await engines.aclose()
        if traces:
            await asyncio.to_thread(traces.close)


def _traces(settings: Settings, process: str) -> CallTraces | None:
    """Loaded only where they are asked for: the otel extra brings what they need."""
    if settings.telemetry.traces is None:
        return None
    from voice.telemetry.trace_export import TraceExporter
    from voice.telemetry.traces import CallTraces

    return CallTraces(TraceExporter(settings.telemetry.traces, settings.network.allow), process)


if __name__ == "__main__":
    raise SystemExit(main())
