"""`python -m voice.telephony.edge`: run the edge until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from pathlib import Path

import uvloop

from voice.errors import VoiceError
from voice.logs import configure_logging
from voice.network import isolate
from voice.ready_line import say_failed, say_ready
from voice.settings import Settings, load_settings
from voice.settings.places import placed
from voice.telephony.edge.edge import Edge
from voice.telephony.edge.priority import raise_priority


def main() -> int:
    """Parse the command line, run, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m voice.telephony.edge", description=__doc__)
    parser.add_argument("--settings", type=Path, metavar="FILE")
    file = parser.parse_args().settings
    try:
        settings = load_settings(file)
        isolate(os.environ, settings.network.allow)
        configure_logging(settings.log_level, "edge")
        with placed(file):
            uvloop.run(_run(settings))
    except VoiceError as error:
        say_failed(error)
        return 2
    return 0


async def _run(settings: Settings) -> None:
    signals: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.put_nowait, None)
    edge = Edge(settings)
    host, port = await edge.start()
    if settings.rtp.real_time_priority:
        raise_priority()
    # What start-up made stays; collections during calls then look at the calls only.
    gc.collect()
    gc.freeze()
    say_ready(f"{host}:{port}")
    await signals.get()
    draining = asyncio.create_task(edge.drain(settings.calls.shutdown_seconds))
    insisted = asyncio.create_task(signals.get())
    await asyncio.wait({draining, insisted}, return_when=asyncio.FIRST_COMPLETED)
    for task in (draining, insisted):
        task.cancel()
    await edge.stop()


if __name__ == "__main__":
    sys.exit(main())
