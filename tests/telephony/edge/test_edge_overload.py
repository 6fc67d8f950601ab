"""A full or absent call process, and who hears sound before they have shown that they are there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import TONE_HZ, calling
from tests.telephony.edge.edge_programs import Program, running
from tests.telephony.edge.hand_caller import HandCaller, Listener
from voice.settings import load_settings
from voice.telephony.edge import Edge
from voice.telephony.leg import (
    Answer,
    Audio,
    Cancelled,
    Leg,
    LegEnded,
    LegServer,
    Offer,
    Reject,
)
from voice.telephony.leg_frames import encode
from voice.telephony.sip import CallRejected
from voice.unix_sockets import listening_socket

pytestmark = pytest.mark.calls


class CallProcess:
    """Echoes as many calls as it has places."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.calls: list[str] = []
        self.offered = 0

    async def on_leg(self, leg: Leg, offer: Offer) -> None:
        self.offered += 1
        if len(self.calls) >= self.places:
            leg.send(Reject(status=503, reason="full", retry_after=10))
            return
        self.calls.append(offer.call_id)
        leg.send(Answer())
        async for message in leg:
            if isinstance(message, Audio):
                leg.send(message)
        self.calls.remove(offer.call_id)


@pytest.fixture
async def edge(installation: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Edge]:
    """Not started, with places for two call processes."""
    monkeypatch.setenv("VOICE_CALLS__PROCESSES", "2")
    monkeypatch.setattr("voice.telephony.edge.call_processes.LOOK_SECONDS", 0.05)
    edge = Edge(load_settings(installation / "voice.toml"))
    yield edge
    await edge.stop()


@contextlib.asynccontextmanager
async def processes(edge: Edge, *places: int) -> AsyncIterator[list[CallProcess]]:
    """Call processes with so many places each."""
    made = [CallProcess(count) for count in places]
    async with contextlib.AsyncExitStack() as running:
        for number, process in enumerate(made):
            path = edge.settings.runtime.call_socket(number)
            await running.enter_async_context(LegServer(path, process.on_leg))
        yield made


async def test_calls_go_to_the_least_loaded_process(edge: Edge) -> None:
    async with processes(edge, 9, 9) as (first, second):
        address = await edge.start()
        async with calling(address):
            for _ in range(3):
                async with calling(address):
                    assert (len(first.calls), len(second.calls)) == (1, 1)
                async with asyncio.timeout(5):
                    while len(first.calls) + len(second.calls) > 1:
                        await asyncio.sleep(0.01)


async def test_a_call_that_one_process_has_no_place_for_goes_to_the_next(edge: Edge) -> None:
    async with processes(edge, 0, 2) as (full, free):
        address = await edge.start()
        async with calling(address) as one, calling(address) as other:
            await one.hears(TONE_HZ)
            await other.hears(TONE_HZ)
            assert len(free.calls) == 2 and full.offered >= 1
            with pytest.raises(CallRejected) as refused:
                async with calling(address):
                    pass
            assert refused.value.status == 503


async def test_a_call_process_that_stands_still_is_passed_over(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.telephony.edge.call_processes.SILENT_SECONDS", 0.2)
    async with processes(edge, 3) as (alive,):
        # Connections are made, and nobody reads: as of a process that was stopped.
        with listening_socket(edge.settings.runtime.call_socket(1)) as stopped:
            address = await edge.start()
            async with calling(address) as one, calling(address) as other:
                await one.hears(TONE_HZ)
                await other.hears(TONE_HZ)
                assert len(alive.calls) == 2
            # Awake again, it is told that the call is no longer its own.
            stopped.setblocking(False)
            async with asyncio.timeout(5):
                withdrawn = b""
                while encode(Cancelled()) + encode(LegEnded()) not in withdrawn:
                    connection, _ = await asyncio.get_running_loop().sock_accept(stopped)
                    with connection:
                        withdrawn = await asyncio.get_running_loop().sock_recv(connection, 4096)


@contextlib.asynccontextmanager
async def echo(edge: Edge, number: int) -> AsyncIterator[Program]:
    """A call process that can be stopped as a program is."""
    socket = edge.settings.runtime.call_socket(number)
    module = "tests.telephony.edge.echo_call_process"
    async with running([sys.executable, "-m", module, socket]) as program:
        await program.line("ready")
        yield program


async def options_are_answered(address: tuple[str, int], status: int) -> None:
    """Sooner or later."""
    async with HandCaller(address) as caller, asyncio.timeout(5):
        while not (await caller.asks("OPTIONS")).startswith(b"SIP/2.0 %d" % status):
            await asyncio.sleep(0.02)


async def test_a_call_process_that_stands_still_is_offered_nothing_until_it_lives(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("voice.telephony.edge.call_processes.SILENT_SECONDS", 0.2)
    async with processes(edge, 9) as (alive,), echo(edge, 1) as other:
        address = await edge.start()
        os.kill(other.pid, signal.SIGSTOP)
        async with asyncio.timeout(5):
            while "call process 1 stands still" not in caplog.text:
                await asyncio.sleep(0.01)
        # Whoever offered it a call now would wait for longer than the caller does.
        monkeypatch.setattr("voice.telephony.edge.call_processes.SILENT_SECONDS", 60)
        async with calling(address) as one, calling(address) as two, calling(address) as three:
            for caller in (one, two, three):
                await caller.hears(TONE_HZ)
            assert len(alive.calls) == 3
        os.kill(other.pid, signal.SIGCONT)
        async with asyncio.timeout(10):
            while not any(line.startswith("Offer(") for line in other.lines):
                async with calling(address) as caller:
                    await caller.hears(TONE_HZ)


async def test_while_the_only_call_process_stands_still_calls_are_refused_at_once(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.telephony.edge.call_processes.SILENT_SECONDS", 0.2)
    async with echo(edge, 0) as only:
        address = await edge.start()
        await options_are_answered(address, 200)
        os.kill(only.pid, signal.SIGSTOP)
        await options_are_answered(address, 503)
        monkeypatch.setattr("voice.telephony.edge.call.ANSWER_SECONDS", 60)
        with pytest.raises(CallRejected) as refused:
            async with asyncio.timeout(5), calling(address):
                pass
        assert refused.value.status == 503
        os.kill(only.pid, signal.SIGCONT)
        await options_are_answered(address, 200)
        async with calling(address) as caller:
            await caller.hears(TONE_HZ)


async def test_options_tell_whether_a_call_process_lives(edge: Edge) -> None:
    async with processes(edge, 1):
        address = await edge.start()
        async with HandCaller(address) as caller:
            assert (await caller.asks("OPTIONS")).startswith(b"SIP/2.0 200")
    await options_are_answered(address, 503)
    async with processes(edge, 1, 1):
        await options_are_answered(address, 200)


async def test_no_sound_goes_to_an_address_before_its_ack(edge: Edge) -> None:
    async with processes(edge, 1), Listener() as media, Listener() as victim:
        address = await edge.start()
        async with HandCaller(address) as caller:
            assert (await caller.asks("INVITE", media)).startswith(b"SIP/2.0 200")
            await caller.is_answered_again()
            assert media.got == []
            caller.acknowledges()
            await media.gets(count=3)
            assert (await caller.asks("INVITE", victim)).startswith(b"SIP/2.0 200")
            before = len(media.got)
            await caller.is_answered_again()
            assert victim.got == [] and len(media.got) > before
            caller.acknowledges()
            await victim.gets(count=3)
            assert (await caller.asks("BYE")).startswith(b"SIP/2.0 200")
