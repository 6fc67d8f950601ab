"""`python -m voice.supervision [--settings FILE]`: the supervision process of the service.

Prints `ready URL`, and behind it the first account and its password when one was made.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
import uvloop
from prometheus_client import CollectorRegistry, Gauge

from voice.errors import ConfigError, VoiceError
from voice.logs import configure_logging
from voice.network import isolate
from voice.ready_line import say_failed, say_ready
from voice.settings import Settings, load_settings
from voice.settings.places import placed
from voice.supervision.accounts import FIRST_NAME, Accounts
from voice.supervision.address import check_exposure, dialled, listening_socket, url_of
from voice.supervision.application import application
from voice.supervision.board import Board
from voice.supervision.call_index import CallIndex
from voice.supervision.desk import Desk
from voice.supervision.intake import Intake
from voice.supervision.past_calls import PastCalls
from voice.supervision.region.together import ended
from voice.supervision.sessions import Sessions
from voice.supervision.tasks import tasks_by_tool
from voice.telemetry import Heartbeat, process_registry

if TYPE_CHECKING:
    from voice.supervision.region.streams import Streams

NICENESS = 5
"""Calls come before pages."""
LONGEST_MESSAGE = 1024
"""Bytes of a websocket message that a page may send: it has nothing to say."""


def main() -> int:
    """Parse the command line, run until SIGTERM, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m voice.supervision", description=__doc__)
    parser.add_argument("--settings", type=Path, metavar="FILE", help="default: ./voice.toml")
    file = parser.parse_args().settings
    try:
        settings = load_settings(file)
        isolate(os.environ, settings.network.allow)
        configure_logging(settings.log_level, "supervision")
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
        with placed(file):
            check_exposure(settings.supervision)
            uvloop.run(_run(settings))
    except VoiceError as error:
        say_failed(error)
        return 2
    return 0


class _Server(uvicorn.Server):
    """Says when it serves."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], str]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn."""
        await super().startup(sockets)
        say_ready(self._ready())


async def _run(settings: Settings) -> None:
    own = settings.supervision
    accounts = Accounts(own.accounts)
    accounts.names()
    tasks = tasks_by_tool(settings.response.tasks)
    board = Board(own.history_hours, tasks)
    past = PastCalls(settings.records.directory, tasks)
    streams = _streams(settings)
    listener = listening_socket(own)
    settings.runtime.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with Intake(settings.runtime.feed, board) as intake:
        # Many past calls take a while to read; pages and running calls do not wait for them.
        filling = asyncio.create_task(past.fill(board, own.history_hours, intake.is_running))
        sessions = Sessions(accounts, own.session_hours)
        index = CallIndex(settings.records.directory, past.line)
        indexing = asyncio.create_task(index.run())
        desk = Desk(
            own,
            accounts,
            sessions,
            board,
            intake.listening,
            intake.watching,
            past,
            index,
            tuple(sorted(set(tasks.values()))),
            lambda: dialled(settings),
        )
        app = application(desk)
        heartbeat = Heartbeat(settings.runtime.statistics("supervision"), registry=_metrics(desk))
        beating = asyncio.create_task(heartbeat.run())
        sharing = asyncio.create_task(_share(streams, settings, intake))
        server = _Server(
            uvicorn.Config(
                app,
                ssl_certfile=own.certificate,
                ssl_keyfile=own.key,
                ws_max_size=LONGEST_MESSAGE,
                ws_per_message_deflate=False,
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_config=None,
                lifespan="off",
                timeout_graceful_shutdown=1,
            ),
            lambda: _ready(url_of(own, listener), accounts),
        )
        try:
            await server.serve([listener])
        except (ssl.SSLError, OSError) as error:
            raise ConfigError(f"supervision.certificate: {error}") from None
        finally:
            filling.cancel()
            indexing.cancel()
            beating.cancel()
            await asyncio.gather(filling, indexing, beating, return_exceptions=True)
            await ended(sharing)
            index.close()


def _streams(settings: Settings) -> Streams | None:
    """What the region extra is needed for; raises ConfigError without it."""
    if settings.supervision.region.url is None:
        return None
    try:
        from voice.supervision.region.streams import Streams
    except ModuleNotFoundError:
        raise ConfigError(
            'supervision.region.url: needs the region extra: pip install "voice[region]"'
        ) from None
    return Streams(settings.supervision.region, settings.network.allow)


async def _share(streams: Streams | None, settings: Settings, intake: Intake) -> None:
    """Tell a region of our calls, or gather those of all its nodes."""
    if streams is None:
        return
    from voice.supervision.region.gathering import Gathering
    from voice.supervision.region.relay import Relay

    node = settings.supervision.region.node
    try:
        if node is not None:
            await Relay(streams, node, intake).run()
        else:
            await Gathering(streams, settings.runtime.feed).run()
    finally:
        await streams.close()


def _metrics(desk: Desk) -> CollectorRegistry:
    registry = process_registry()
    pages = Gauge("voice_supervision_pages", "Pages that are open.", registry=registry)
    pages.set_function(lambda: len(desk.pages))
    listeners = Gauge("voice_supervision_listeners", "Listeners to calls.", registry=registry)
    listeners.set_function(lambda: desk.listening.count)
    return registry


def _ready(url: str, accounts: Accounts) -> str:
    password = accounts.issue_first()
    return url + (f" {FIRST_NAME} {password}" if password else "")


if __name__ == "__main__":
    sys.exit(main())
