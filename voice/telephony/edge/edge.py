"""The edge as a whole: the user agent, the media clock and the calls between them."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
from collections.abc import Coroutine

from voice.errors import ConfigError
from voice.feed import SoundFeed
from voice.records import check_directory
from voice.settings import Settings
from voice.settings.values import host_and_port
from voice.telemetry import Heartbeat
from voice.telephony.edge.announcement import Announcement
from voice.telephony.edge.call import SAMPLE_RATE, EdgeCall
from voice.telephony.edge.call_processes import CallProcesses
from voice.telephony.edge.figures import EdgeFigures
from voice.telephony.edge.file_thread import FileThread
from voice.telephony.edge.journal import DialogJournal, Kept
from voice.telephony.edge.outgoing import OutgoingTrunk
from voice.telephony.rtp import MediaClock, even_ports, free_pairs
from voice.telephony.sip import AccessPolicy, IncomingCall, Invitation, PeerTrunk, UserAgent

OPEN_INVITES = 20
"""At least so many new calls whose answer is not acknowledged yet may come from one address; with
half of the places, no address can fill them all without ever answering us."""

log = logging.getLogger(__name__)


class Edge:
    """Answers SIP calls and joins each with a call process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = MediaClock()
        self.processes = CallProcesses(settings)
        self.recordings = FileThread("recordings")
        self.apology = Announcement(settings.runtime.apology, SAMPLE_RATE)
        self.feed = SoundFeed(settings.runtime.feed)
        self.figures = EdgeFigures()
        self._host, self._port = _listening_address(settings)
        self.media_host = self._host
        self.advertised = settings.sip.advertised_address or self._host
        self.outgoing = OutgoingTrunk(settings, self.advertised)
        self._journal = DialogJournal(settings.runtime.dialog_journal)
        self._orphans: list[Kept] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls: dict[EdgeCall, asyncio.Task[None]] = {}
        self._beating: asyncio.Task[None] | None = None
        self.agent = UserAgent(
            self._begin,
            policy=_policy(settings, self._host),
            admission=self._retry_after,
            on_refused=self.figures.refused,
            available=lambda: self.processes.alive,
            open_invites=max(OPEN_INVITES, settings.sip.max_calls // 2),
            advertised=settings.sip.advertised_address,
        )

    async def start(self) -> tuple[str, int]:
        """Listen; returns the address really bound. Raises ConfigError for what is in use."""
        self._make_runtime_directory()
        check_directory(self.settings.records.directory)
        self._orphans = self._journal.read()
        try:
            await self.agent.listen(self._host, self._port)
        except OSError as error:
            where = f"{self._host}:{self._port}"
            raise ConfigError(f"sip.listen: {where}: {_reason(error)}") from None
        rtp, needed = self.settings.rtp, needed_pairs(self.settings)
        free = free_pairs(self.media_host, rtp.port_min, rtp.port_max, needed)
        _require_pairs(self.settings, free)
        self.clock.start()
        self._keep(self.processes.watch(), "call processes")
        if self.settings.supervision.enabled:
            self.feed.start()
        statistics = self.settings.runtime.statistics("edge")
        self._beating = asyncio.create_task(
            Heartbeat(statistics, self._statistics, registry=self.figures.registry).run()
        )
        for orphan in tuple(self._orphans):
            self._keep(self._end_orphan(orphan), "orphan")
        await self.apology.frames()
        return self.agent.address

    async def drain(self, seconds: float) -> None:
        """Refuse new calls and let the running ones finish for so long."""
        log.info("stopping: %d calls may finish", len(self._calls))
        await self.agent.drain(seconds)

    async def stop(self) -> None:
        """End what still runs and free everything."""
        await self.agent.close()
        if self._calls:
            await asyncio.wait(self._calls.values(), timeout=1.0)
        for task in (*self._calls.values(), *self._tasks):
            task.cancel()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        await self.clock.stop()
        await self.feed.close()
        self._journal.write(self._orphans)
        for files in (self.recordings, self._journal):
            await asyncio.to_thread(files.close)
        log.info(
            "stopped after %d ticks, the latest %.1f ms late",
            self.clock.ticks,
            self.clock.worst_late_ms,
        )

    def dialogs_changed(self) -> None:
        """A call was placed, confirmed or ended: bring the journal up to date."""
        self._journal.write(
            (*self._orphans, *self.agent.dialogs(), *self.agent.invitations()),
        )

    def _keep(self, work: Coroutine[None, None, None], name: str) -> None:
        """Run until it is done, or the edge stops."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _statistics(self) -> dict[str, object]:
        host, port = self.agent.address
        return {"address": f"[{host}]:{port}" if ":" in host else f"{host}:{port}"}

    def _begin(self, incoming: IncomingCall) -> None:
        call = EdgeCall(self, incoming)
        task = asyncio.create_task(call.run(), name=f"call {call.call_id}")
        self._calls[call] = task
        task.add_done_callback(lambda _: self._calls.pop(call, None))

    def _retry_after(self) -> float | None:
        """Seconds after which a caller may try again, when the edge is full."""
        full = len(self._calls) >= self.settings.sip.max_calls
        return self.settings.sip.retry_after_seconds if full else None

    async def _end_orphan(self, orphan: Kept) -> None:
        if isinstance(orphan, Invitation):
            self._orphans.remove(orphan)  # from now on it is a call of our own
            status = await self.agent.withdraw(orphan, self.outgoing.credentials)
        else:
            status = await self.agent.end_orphan(orphan)
            self._orphans.remove(orphan)
        log.info("a dialog of the edge before this one was ended (%d)", status)
        self.dialogs_changed()

    def _make_runtime_directory(self) -> None:
        directory = self.settings.runtime.directory
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"runtime.directory: {directory}: {error.strerror}") from None


def _listening_address(settings: Settings) -> tuple[str, int]:
    host, port = host_and_port(settings.sip.listen)
    if ipaddress.ip_address(host).is_unspecified and settings.sip.advertised_address is None:
        raise ConfigError(
            f"sip.listen: {settings.sip.listen} is every address: say in sip.advertised_address "
            "which one callers are to use"
        )
    return host, port


def check_edge(settings: Settings) -> None:
    """Raise ConfigError for settings with which no edge can start; opens no socket."""
    host, _ = _listening_address(settings)
    _policy(settings, host)
    OutgoingTrunk(settings, settings.sip.advertised_address or host)
    _require_pairs(settings, len(even_ports(settings.rtp.port_min, settings.rtp.port_max)))


def _policy(settings: Settings, host: str) -> AccessPolicy:
    policy = AccessPolicy(
        [
            PeerTrunk(each.name, each.networks, each.trusted, each.media)
            for each in settings.sip.trunks
        ],
        {user.name: user.secret() for user in settings.sip.users},
        settings.sip.realm,
    )
    if not policy.protects(host):
        raise ConfigError(
            f"sip.listen: {settings.sip.listen} can be reached from other machines: set up "
            "sip.trunks or sip.users first"
        )
    return policy


def needed_pairs(settings: Settings) -> int:
    """As many calls as are admitted must find ports; each that is bridged takes two pairs."""
    return settings.sip.max_calls * (2 if settings.sip.person else 1)


def _require_pairs(settings: Settings, free: int) -> None:
    sip, rtp, needed = settings.sip, settings.rtp, needed_pairs(settings)
    if free < needed:
        raise ConfigError(
            f"rtp.port_max: {free} pairs of ports are free in {rtp.port_min}..{rtp.port_max}, "
            f"and sip.max_calls = {sip.max_calls} needs {needed}"
            f"{' (two a call, for hand-overs)' if sip.person else ''}"
        )


def _reason(error: BaseException) -> str:
    """The system's own words, which an event loop may have wrapped."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    wrapped = error.__cause__ or error.__context__
    return _reason(wrapped) if wrapped is not None else str(error)
