"""The hearing of a simulated caller: finds the assistant's turns in the audio and reads them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voice.audio import Pcm
from voice.evaluation.callers.phone_audio import FRAME_SAMPLES, SAMPLE_RATE
from voice.evaluation.latency import HeardPacket
from voice.settings.turns import Turns as TurnSettings
from voice.turns import EndOfTurn, FalseStart, SpeechOnset, TurnTracker

_PRE_ROLL_FRAMES = 10
"""Audio from before the detector was sure belongs to the turn."""
_LONGEST_TURN_SECONDS = 30.0
_CHECK_SECONDS = 0.05


class Transcriber(Protocol):
    """What is needed of a recogniser."""

    async def read(self, pcm: Pcm, sample_rate: int) -> str:
        """The words in the samples."""
        ...


@dataclass(frozen=True)
class HeardTurn:
    """One turn of the assistant as it reached the caller."""

    start: float
    """Wall-clock seconds at which its audio began to arrive."""
    end: float
    text: str
    """What the caller's recogniser made of it."""


class Ears:
    """Collects what arrives; turns come out of `next_turn` in order.

    `patience_ms` of silence make the caller believe that the assistant is done; `wall` gives the
    wall-clock time in seconds.
    """

    def __init__(
        self,
        transcriber: Transcriber,
        patience_ms: int,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._transcriber = transcriber
        self._wall = wall
        self._patience_ms = patience_ms
        self._settings = TurnSettings(
            end_ms_sure=patience_ms,
            end_ms=patience_ms,
            end_ms_open=patience_ms,
            end_ms_digits=patience_ms,
            max_seconds=_LONGEST_TURN_SECONDS,
        )
        self._tracker = TurnTracker(self._settings, SAMPLE_RATE)
        self._frames: deque[tuple[float, Pcm]] = deque(maxlen=_PRE_ROLL_FRAMES)
        self._turn: list[tuple[float, Pcm]] | None = None
        self._turns: asyncio.Queue[asyncio.Task[HeardTurn]] = asyncio.Queue()
        self.packets: list[HeardPacket] = []
        """Every packet of the call."""

    def take(self, packet: HeardPacket, pcm: Pcm) -> None:
        """Take one received packet."""
        self.packets.append(packet)
        for start in range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            self._frame(packet.received, pcm[start : start + FRAME_SAMPLES])

    @property
    def hearing_seconds(self) -> float:
        """For how long the assistant has been speaking; 0 while it is quiet."""
        return self._wall() - self._turn[0][0] if self._turn else 0.0

    async def next_turn(self, patience: float) -> HeardTurn | None:
        """The next turn of the assistant; None when none begins within `patience` seconds.

        A turn that is under way is waited for, however long it is.
        """
        now = asyncio.get_running_loop().time
        deadline = now() + patience
        while self._turn is not None or not self._turns.empty() or now() < deadline:
            try:
                reading = await asyncio.wait_for(self._turns.get(), _CHECK_SECONDS)
            except TimeoutError:
                continue
            return await reading
        return None

    def forget(self) -> None:
        """Let go of what was heard so far: the caller does not listen to it any more."""
        self._turn = None
        self._frames.clear()
        self._tracker = TurnTracker(self._settings, SAMPLE_RATE)
        while not self._turns.empty():
            self._turns.get_nowait().cancel()

    def _frame(self, received: float, pcm: Pcm) -> None:
        into = self._frames if self._turn is None else self._turn
        into.append((received, pcm))
        match self._tracker.push(pcm):
            case SpeechOnset() if self._turn is None:
                self._turn = list(self._frames)
                self._frames.clear()
            case EndOfTurn() if self._turn is not None:
                self._turns.put_nowait(asyncio.create_task(self._read(self._turn)))
                self._turn = None
            case FalseStart():
                self._turn = None
            case _:
                pass

    async def _read(self, frames: list[tuple[float, Pcm]]) -> HeardTurn:
        pcm = np.concatenate([frame for _, frame in frames])
        text = await self._transcriber.read(pcm, SAMPLE_RATE)
        return HeardTurn(frames[0][0], frames[-1][0] - self._patience_ms / 1000, text)
