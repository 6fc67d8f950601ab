"""Starts the service's processes, restarts what dies, and stops in the right order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from pathlib import Path

from prometheus_client import CollectorRegistry

from voice.errors import ConfigError, VoiceError
from voice.network import isolate
from voice.records import delete_old
from voice.service.child import ChildFailed, ChildProcess
from voice.service.monitoring import Monitoring, ServiceCollector
from voice.settings import Settings

log = logging.getLogger(__name__)

RESTART_SECONDS = (0.0, 0.5, 2.0, 5.0)
"""Pauses before successive restarts of a process that keeps dying."""
STEADY_SECONDS = 60.0
"""After so long a process counts as healthy, and its next restart comes at once."""
CLEAN_SECONDS = 3600.0
INSIST_SECONDS, INSIST_TIMES = 0.5, 10
"""How often the edge is told again: of signals that wait at the same time only one arrives."""
STOP_MARGIN_SECONDS = 5.0
"""What a process may take beyond the time that its calls are given."""


class Service:
    """One installation of Voice on this machine; this process itself holds no call and no model."""

    def __init__(self, settings: Settings, settings_file: Path | None = None) -> None:
        self._settings = settings
        shared = ["--settings", str(settings_file)] if settings_file else []
        self._calls = [
            ChildProcess(f"calls-{number}", "voice.calls", ["--process", str(number), *shared])
            for number in range(settings.calls.processes)
        ]
        self._edge = ChildProcess("edge", "voice.telephony.edge", shared)
        self._supervision = ChildProcess("supervision", "voice.supervision", shared)
        self._watchers: list[asyncio.Task[None]] = []
        self._stopping = False
        registry = CollectorRegistry()
        registry.register(ServiceCollector(settings, self.children, self.unready))
        self._monitoring = Monitoring(settings.telemetry, registry, self.unready)
        self.monitoring_address = ""
        """Where metrics and probes are served, once started; empty when telemetry is off."""
        self.supervision_address = ""
        """Where supervisors sign in, once started; empty when supervision is off."""
        self.first_account: tuple[str, str] | None = None
        """Name and password of the account that the first start has made."""

    @property
    def children(self) -> tuple[ChildProcess, ...]:
        """The call processes, the edge, then what listens to them."""
        enabled = self._settings.supervision.enabled
        return (*self._calls, self._edge, *([self._supervision] if enabled else []))

    def unready(self) -> str:
        """Why no new call can be taken; empty when one can."""
        if self._stopping:
            return "stopping"
        if not self._edge.ready:
            return "the edge is not running"
        if not any(child.ready for child in self._calls):
            return "no call process is running"
        return ""

    async def start(self) -> str:
        """Start all processes; returns the SIP address on which calls are answered.

        Raises ChildFailed when one of them cannot start, ConfigError when the runtime directory
        or an address cannot be used.
        """
        self._prepare_runtime_directory()
        isolate(os.environ, self._settings.network.allow)
        async with contextlib.AsyncExitStack() as unless_ready:
            unless_ready.push_async_callback(self.kill)
            if self._settings.telemetry.enabled:
                self.monitoring_address = await self._monitoring.start()
            await asyncio.gather(*(child.start() for child in self._calls))
            address = await self._edge.start()
            if self._settings.supervision.enabled:
                self._note_supervision(await self._supervision.start())
            unless_ready.pop_all()
        self._watchers = [asyncio.create_task(self._watch(child)) for child in self.children]
        if self._settings.records.directory and self._settings.records.keep_days:
            self._watchers.append(asyncio.create_task(self._clean_records()))
        return address

    async def stop(self) -> None:
        """Refuse new calls, let running ones finish up to the limit, then end all processes."""
        self._stopping = True
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        limit = self._settings.calls.shutdown_seconds + STOP_MARGIN_SECONDS
        await self._edge.stop(limit)
        others = [child for child in self.children if child is not self._edge]
        await asyncio.gather(*(child.stop(STOP_MARGIN_SECONDS) for child in others))
        await self._monitoring.stop()

    async def end_calls(self) -> None:
        """While `stop` waits for running calls: end them, each with its BYE, and so the wait."""
        for _ in range(INSIST_TIMES):
            if self._edge.pid is None:
                return
            self._edge.terminate()
            await asyncio.sleep(INSIST_SECONDS)
        await self._edge.kill()

    async def kill(self) -> None:
        """End all processes at once; callers are told nothing."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*(child.kill() for child in self.children))
        await self._monitoring.stop()

    def _note_supervision(self, said: str) -> None:
        self.supervision_address, *account = said.split()
        if account:
            self.first_account = (account[0], account[1])

    async def _clean_records(self) -> None:
        """Delete what is old enough, now and every hour, and say what it was."""
        records = self._settings.records
        assert records.directory is not None and records.keep_days is not None
        while True:
            try:
                deleted = await asyncio.to_thread(
                    delete_old, records.directory, records.keep_days, time.time()
                )
                for call in deleted:
                    log.info("deleted after %.1f days", call.age_days, extra={"call_id": call.call})
            except VoiceError as error:
                log.error("records cannot be cleaned: %s", error)
            await asyncio.sleep(CLEAN_SECONDS)

    def _prepare_runtime_directory(self) -> None:
        directory = self._settings.runtime.directory
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if directory.stat().st_uid != os.getuid():
                raise ConfigError(f"runtime.directory: {directory} belongs to another user")
            directory.chmod(0o700)
        except OSError as error:
            raise ConfigError(f"runtime.directory: {directory}: {error.strerror}") from None

    async def _watch(self, child: ChildProcess) -> None:
        """Restart the child whenever it ends, with growing pauses while it keeps dying."""
        loop = asyncio.get_running_loop()
        deaths = 0
        while True:
            started = loop.time()
            status = await child.wait()
            deaths = 1 if loop.time() - started > STEADY_SECONDS else deaths + 1
            log.error("%s ended (exit status %s) and is restarted", child.name, status)
            await asyncio.sleep(RESTART_SECONDS[min(deaths, len(RESTART_SECONDS)) - 1])
            try:
                await child.start()
            except ChildFailed as error:
                log.error("%s cannot be restarted: %s", child.name, error)
