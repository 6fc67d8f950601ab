"""What becomes of a call's sound besides being heard: it is recorded, and listened to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from voice.audio.flac import FlacWriter
from voice.audio.pcm import Pcm, silence
from voice.feed import SoundCount, SoundFeed
from voice.telephony.edge.file_thread import FileThread
from voice.telephony.edge.recording import EdgeRecording
from voice.telephony.rtp import RtpSession

FRAMES_AT_ONCE = 2
"""A listener gets 40 ms at a time: half the messages for 20 ms of delay."""
COUNT_EVERY_FRAMES = 50


class CallSound:
    """Takes both sides every 20 ms; returns at once, whoever listens."""

    def __init__(self, call_id: str, recordings: FileThread, feed: SoundFeed) -> None:
        self.secret = False
        """The caller enters a secret: silence stands in its place."""
        self._call_id = call_id
        self._recordings = recordings
        self._feed = feed
        self._recording: EdgeRecording | None = None
        self._waiting: list[Pcm] = []
        self._frames = 0

    def record(self, open_file: Callable[[], FlacWriter], tell: Callable[[bool], None]) -> None:
        """Record from now on and tell whether that is possible; a second one is not begun."""
        if self._recording is None:
            loop = asyncio.get_running_loop()
            self._recording = EdgeRecording(
                self._recordings,
                open_file,
                self._call_id,
                lambda begun: loop.call_soon_threadsafe(tell, begun),
            )

    def stop_recording(self) -> None:
        """Record no more; what was recorded is not kept."""
        if self._recording is not None:
            self._recording.discard()
            self._recording = None

    def add(self, heard: Pcm, said: Pcm, rtp: RtpSession) -> None:
        """Take a frame of both sides."""
        if self.secret:
            heard = silence(len(heard))
        if self._recording is not None:
            self._recording.add(heard, said)
        if self._feed.connected:
            self._tell(heard, said, rtp)

    def close(self) -> None:
        """The call is over."""
        if self._recording is not None:
            self._recording.close()
        self._feed.forget(self._call_id)

    def _tell(self, heard: Pcm, said: Pcm, rtp: RtpSession) -> None:
        self._frames += 1
        if self._frames % COUNT_EVERY_FRAMES == 0:
            statistics = rtp.jitter.statistics
            self._feed.count(
                SoundCount(self._call_id, rtp.statistics.received, statistics.lost, statistics.late)
            )
        if self._call_id not in self._feed.listened:
            self._waiting.clear()
            return
        self._waiting.append(np.stack((heard, said), axis=1))
        if len(self._waiting) == FRAMES_AT_ONCE:
            stereo = np.concatenate(self._waiting).astype("<i2").tobytes()
            self._waiting.clear()
            self._feed.sound(self._call_id, stereo)
