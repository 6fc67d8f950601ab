"""A pipecat transport on a leg socket, so that the stock pipeline has the same wire as ours."""

from __future__ import annotations

import asyncio

import numpy as np
import soxr
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from voice.telephony.leg import Audio, Flush, Leg

LINE_RATE = 8000
PIPELINE_RATE = 16_000
"""Hz of the caller's sound inside: Whisper gets it as it is."""
AHEAD_SECONDS = 0.06
"""How far the edge's ring is kept filled, as by our own call process."""


def transport_params() -> TransportParams:
    """Sound in both directions, 20 ms at a time, and no silence added at the end."""
    return TransportParams(
        audio_in_enabled=True,
        audio_out_enabled=True,
        audio_in_sample_rate=PIPELINE_RATE,
        audio_out_sample_rate=LINE_RATE,
        audio_out_10ms_chunks=2,
        audio_out_end_silence_secs=0,
    )


class LegInput(BaseInputTransport):
    """Brings the caller's frames, resampled once, into the pipeline."""

    def __init__(self) -> None:
        super().__init__(transport_params())
        self._resampler = soxr.ResampleStream(LINE_RATE, PIPELINE_RATE, 1, dtype="int16")

    async def start(self, frame: StartFrame) -> None:
        """Called by pipecat."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def hear(self, audio: Audio) -> None:
        """The next 20 ms of the caller."""
        pcm = self._resampler.resample_chunk(audio.pcm)
        if len(pcm):
            await self.push_audio_frame(InputAudioRawFrame(pcm.tobytes(), PIPELINE_RATE, 1))


class LegOutput(BaseOutputTransport):
    """Paces what is said by an absolute clock; an interruption empties the edge's ring."""

    def __init__(self, leg: Leg) -> None:
        super().__init__(transport_params())
        self._leg = leg
        self._due = 0.0

    async def start(self, frame: StartFrame) -> None:
        """Called by pipecat."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Called by pipecat."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self._leg.send(Flush())
            self._due = 0.0

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Called by pipecat, which takes the time that this takes for the time of playing."""
        now = asyncio.get_running_loop().time()
        if self._due < now - AHEAD_SECONDS:
            self._due = now
        if self._due - AHEAD_SECONDS > now:
            await asyncio.sleep(self._due - AHEAD_SECONDS - now)
        pcm = np.frombuffer(frame.audio, np.int16)
        self._due += len(pcm) / LINE_RATE
        self._leg.send(Audio(pcm, LINE_RATE))
        return True
