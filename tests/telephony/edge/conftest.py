"""An edge process on a free port, and the echoing call process that it offers its calls to."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from tests.telephony.edge.edge_caller import tone
from tests.telephony.edge.edge_programs import (
    APOLOGY_HZ,
    EdgeProcess,
    EdgeStarter,
    Program,
    running,
)
from tests.telephony.edge.inner_call_process import CallProcess, Start
from voice.audio import write_wav
from voice.settings import load_settings
from voice.telephony.edge import Edge
from voice.telephony.leg import LegServer


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """Settings, a runtime directory with an apology, a place for recordings."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    apology = np.concatenate([tone(APOLOGY_HZ, 8000), np.zeros(80, np.int16)])
    write_wav(runtime / "apology.wav", apology, 8000)
    (tmp_path / "voice.toml").write_text(
        f"""
        [sip]
        listen = "127.0.0.1:0"
        max_calls = 3
        [rtp]
        port_min = 30000
        port_max = 38000
        [runtime]
        directory = "{runtime}"
        [records]
        directory = "{tmp_path / "records"}"
        [calls]
        shutdown_seconds = 5
        """
    )
    return tmp_path


@pytest.fixture
def start_edge(installation: Path) -> EdgeStarter:
    @contextlib.asynccontextmanager
    async def start(**settings: str) -> AsyncIterator[EdgeProcess]:
        command = [sys.executable, "-m", "voice.telephony.edge"]
        command += ["--settings", str(installation / "voice.toml")]
        async with running(command, settings) as program:
            yield await EdgeProcess.ready(program)

    return start


@pytest.fixture
async def edge(start_edge: EdgeStarter) -> AsyncIterator[EdgeProcess]:
    async with start_edge() as started:
        yield started


@pytest.fixture
async def call_process(installation: Path) -> AsyncIterator[Program]:
    socket = installation / "run" / "calls-0.sock"
    module = "tests.telephony.edge.echo_call_process"
    async with running([sys.executable, "-m", module, socket]) as program:
        await program.line("ready")
        yield program


@pytest.fixture
async def process(installation: Path) -> AsyncIterator[CallProcess]:
    process = CallProcess()
    async with LegServer(installation / "run" / "calls-0.sock", process.on_leg):
        yield process


@pytest.fixture
async def start(installation: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    async with contextlib.AsyncExitStack() as running:

        async def start(**settings: str) -> tuple[str, int]:
            for name, value in settings.items():
                monkeypatch.setenv(name, value)
            edge = Edge(load_settings(installation / "voice.toml"))
            running.push_async_callback(edge.stop)
            return await edge.start()

        yield start
