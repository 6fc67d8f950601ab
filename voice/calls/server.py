"""The call process: takes legs from the edge as far as its limit goes, and drains at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from prometheus_client import CollectorRegistry

from voice.calls.call import Call
from voice.calls.engines import Engines
from voice.events import EventSink
from voice.feed import Listen, Watch
from voice.foreign_code import stuck_threads
from voice.settings import Settings
from voice.telemetry import Heartbeat
from voice.telephony.leg import Leg, LegServer, Offer, Reject

log = logging.getLogger(__name__)

_UNAVAILABLE = 503


class CallServer:
    """Serves calls on a leg socket, as an async context manager; all calls share the engines."""

    def __init__(
        self,
        socket: Path,
        settings: Settings,
        engines: Engines,
        sinks: Sequence[EventSink] = (),
        statistics: Path | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        """`registry` holds the metrics that are written beside `statistics`."""
        self._settings = settings
        self._engines = engines
        self._sinks = sinks
        self._server = LegServer(socket, self._on_leg)
        self._statistics = statistics
        self._registry = registry
        self._heartbeat: asyncio.Task[None] | None = None
        self._calls: dict[str, Call] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self.running = 0
        """Calls under way."""
        self.answered = 0
        """Calls taken since the start."""
        self.refused = 0
        """Calls refused because the limit was reached."""

    async def __aenter__(self) -> Self:
        """Listen; raises LegError when the socket cannot be made."""
        await self._server.__aenter__()
        if self._statistics is not None:
            beat = Heartbeat(self._statistics, self._figures, registry=self._registry)
            self._heartbeat = asyncio.create_task(beat.run())
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._server.__aexit__(*error)
        if self._heartbeat:
            self._heartbeat.cancel()
            await asyncio.gather(self._heartbeat, return_exceptions=True)

    async def drain(self, seconds: float) -> None:
        """Take no new calls and wait until the running ones are over, at most so long."""
        self._server.stop_listening()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    async def idle(self) -> None:
        """Wait until no call is under way."""
        await self._idle.wait()

    def attended(self, frame: Listen | Watch) -> None:
        """A supervisor listens to a call or watches it, maybe one of ours."""
        call = self._calls.get(frame.call_id)
        if call is None:
            return
        if isinstance(frame, Watch):
            call.watch(frame.on)
        elif frame.supervisor:
            call.note_listener(frame.supervisor)

    async def _on_leg(self, leg: Leg, offer: Offer) -> None:
        if self.running >= self._settings.calls.max_calls:
            self.refused += 1
            seconds = self._settings.sip.retry_after_seconds
            leg.send(Reject(status=_UNAVAILABLE, reason="full", retry_after=seconds))
            return
        self.running += 1
        self.answered += 1
        self._idle.clear()
        try:
            call = Call(leg, offer, self._settings, self._engines, self._sinks)
            self._calls[offer.call_id] = call
            await call.run()
        finally:
            self._calls.pop(offer.call_id, None)
            self.running -= 1
            if self.running == 0:
                self._idle.set()

    def _figures(self) -> Mapping[str, object]:
        engines = self._engines
        return {
            "running_calls": self.running,
            "answered_calls": self.answered,
            "refused_calls": self.refused,
            "recognition_depth": engines.recogniser.depth,
            "response_depth": engines.responder.depth,
            "speech_depth": engines.voices.depth,
            "stuck_foreign_threads": stuck_threads(),
        }
