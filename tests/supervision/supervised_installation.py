"""A running installation: real edge and supervision processes, a scripted call process."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from tests.supervision.browser import BrowserMissing
from tests.telephony.edge.edge_programs import Program, running


@dataclass
class Installation:
    folder: Path
    settings: Path
    url: str
    name: str
    password: str
    edge: tuple[str, int]
    supervision: Program
    calls: Program
    edge_program: Program


@contextlib.asynccontextmanager
async def installed(folder: Path) -> AsyncIterator[Installation]:
    """Everything of `voice serve` but the engines."""
    settings, runtime, records = folder / "voice.toml", folder / "run", folder / "records"
    settings.write_text(
        f"""
        [sip]
        listen = "127.0.0.1:0"
        [runtime]
        directory = "{runtime}"
        [records]
        directory = "{records}"
        [supervision]
        listen = "127.0.0.1:0"
        accounts = "{folder / "accounts.json"}"
        """
    )
    runtime.mkdir(mode=0o700)
    python = [sys.executable, "-m"]
    async with contextlib.AsyncExitStack() as stack:
        start = stack.enter_async_context
        supervision = await start(running([*python, "voice.supervision", "--settings", settings]))
        _, url, name, password = (await supervision.line("ready http")).split()
        calls = await start(
            running(
                [
                    *python,
                    "tests.supervision.scripted_call_process",
                    runtime / "calls-0.sock",
                    runtime / "supervision.sock",
                    records,
                ]
            )
        )
        await calls.line("ready")
        edge = await start(running([*python, "voice.telephony.edge", "--settings", settings]))
        host, _, port = (await edge.line("ready 127.0.0.1:")).split()[1].rpartition(":")
        address = (host, int(port))
        yield Installation(folder, settings, url, name, password, address, supervision, calls, edge)


T = TypeVar("T")


def tools(found: Callable[[], T]) -> T:
    """What a test looks at pages with; without it the test is skipped, in CI it fails."""
    try:
        return found()
    except BrowserMissing as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
