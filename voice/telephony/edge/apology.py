"""One caller's apology, once the call process has died."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from voice.audio.pcm import Pcm
from voice.telephony.edge.announcement import Announcement
from voice.telephony.rtp import PlayoutRing


class Apology:
    """Begin it, then give it each tick of 20 ms; `on_heard` is called once it has been heard."""

    def __init__(self, announcement: Announcement, on_heard: Callable[[], None]) -> None:
        self.begun = False
        self._announcement = announcement
        self._on_heard = on_heard
        self._frames: Iterator[Pcm] | None = None

    async def begin(self, ring: PlayoutRing | None) -> None:
        """It takes the place of what waits in the ring."""
        self.begun = True
        if ring is not None:
            ring.flush()
        self._frames = iter(await self._announcement.frames())

    def tick(self, ring: PlayoutRing, all_heard: Callable[[], bool]) -> bool:
        """Play its next frame; False while there is nothing to apologise for."""
        if self._frames is None:
            return False
        frame = next(self._frames, None)
        if frame is not None:
            ring.push(frame)
        elif all_heard():
            self._frames = None
            self._on_heard()
        return True
