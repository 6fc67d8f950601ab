"""A node's end: passes on what its processes tell, and does what the board wishes."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from contextlib import AbstractContextManager, ExitStack, suppress

from redis.exceptions import RedisError

from voice.feed import FeedDecoder, FeedError, FeedFrame, Listen, Watch, encode
from voice.supervision.intake import Intake
from voice.supervision.listening import TooManyListeners
from voice.supervision.region import streams
from voice.supervision.region.streams import ANEW, EVERYBODY, FRAMES, WISHES, Streams
from voice.supervision.region.together import together

MOST_WAITING = 20_000
"""Frames; when more wait, all are let go and told anew."""
RETRY_SECONDS = 2.0

log = logging.getLogger(__name__)


class Relay:
    """Runs beside the node's own pages; neither they nor calls need the region to be there."""

    def __init__(self, region: Streams, node: str, intake: Intake) -> None:
        self._streams = region
        self._node = node
        self._intake = intake
        self._token = secrets.token_hex(8)
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._serving = False
        self._said = ""
        self._wishes: dict[tuple[type[FeedFrame], str], ExitStack] = {}
        intake.on_frame = self._take

    async def run(self) -> None:
        """Serve until cancelled, again whenever Redis was away or another node had the name."""
        while True:
            try:
                await self._serve()
            except (RedisError, OSError) as error:
                self._say(f"the region's Redis is away: {streams.reason(error)}")
            finally:
                self._stop()
            await asyncio.sleep(RETRY_SECONDS)

    async def _serve(self) -> None:
        """Until there is a fault, which is raised; not at all while the name is another's."""
        if not await self._streams.claim(self._node, self._token):
            self._say(f"another node of the region is called {self._node}")
            return
        if self._said:
            log.info("the region hears of this node again")
            self._said = ""
        after = await self._streams.last(WISHES)
        self._serving = True
        self._begin_anew()
        try:
            await together(self._keep_name(), self._send(), self._obey(after))
        finally:
            with suppress(RedisError, OSError):
                await self._streams.release(self._node, self._token)

    def _stop(self) -> None:
        self._serving = False
        self._waiting.clear()
        for wish in self._wishes.values():
            wish.close()
        self._wishes.clear()

    def _say(self, why: str) -> None:
        """Log why nothing is told, once."""
        if why != self._said:
            log.warning("%s", why)
        self._said = why

    def _take(self, frame: FeedFrame) -> None:
        if not self._serving:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self._begin_anew()
            return
        self._waiting.append(encode(frame))
        self._news.set()

    def _begin_anew(self) -> None:
        """Have all told again; the board waits for the mark, so that it gets each call whole."""
        self._waiting.append(ANEW)
        self._news.set()
        self._intake.tell_anew()

    async def _keep_name(self) -> None:
        while True:
            await asyncio.sleep(streams.NAME_SECONDS / 3)
            if not await self._streams.claim(self._node, self._token):
                raise ConnectionError("the name is another's")
            await self._streams.forget()

    async def _send(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            frames = [self._waiting.popleft() for _ in range(len(self._waiting))]
            await self._streams.add(FRAMES, ((self._node, frame) for frame in frames))

    async def _obey(self, after: str) -> None:
        while True:
            after, entries = await self._streams.read(WISHES, after)
            for node, frame in entries:
                if node not in (self._node, EVERYBODY):
                    continue
                if frame == ANEW:
                    self._begin_anew()
                with suppress(FeedError):
                    for wish in FeedDecoder().feed(frame):
                        self._grant(wish)

    def _grant(self, wish: FeedFrame) -> None:
        """The board counts as one more page, or listener, of the call."""
        if not isinstance(wish, Listen | Watch):
            return
        key = type(wish), wish.call_id
        before = self._wishes.pop(key, None)
        if wish.on:
            with ExitStack() as holding, suppress(TooManyListeners):
                holding.enter_context(self._counted(wish))
                self._wishes[key] = holding.pop_all()
        if before is not None:
            before.close()

    def _counted(self, wish: Listen | Watch) -> AbstractContextManager[object]:
        if isinstance(wish, Watch):
            return self._intake.watching.page(wish.call_id)
        return self._intake.listening.listener(wish.call_id, wish.supervisor)
