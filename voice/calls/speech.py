"""Turns clauses into sound, the next one while one plays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.audio import lifted
from voice.calls.failures import EngineFailure, EngineFault, patiently
from voice.calls.fillers import bridged
from voice.calls.state import CallState
from voice.calls.utterance import ClauseAudio, ClauseText, Utterance
from voice.engine_queue import Priority
from voice.speech import SpokenClause


class SpeechStep(FrameProcessor):
    """Synthesises in order; an interruption cancels what is under way (pipecat does that)."""

    def __init__(self, call: CallState, room: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._call = call
        self._room = room

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Replace each clause's text by its sound."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, ClauseText):
            await self.push_frame(frame, direction)
            return
        await self._room()
        if frame.utterance.dropped:
            return
        clock = asyncio.get_running_loop().time
        begun = clock()
        priority = Priority.FINAL if frame.utterance.committed else Priority.SPECULATIVE
        try:
            async with bridged(partial(self._fill, frame), self._call.phrases):
                spoken = await self._spoken(frame, priority)
        except EngineFault as fault:
            if not await frame.utterance.permission():
                return
            frame.utterance.settle()
            frame.utterance.drop()
            await self.push_frame(EngineFailure("speech", fault.error), FrameDirection.UPSTREAM)
            return
        clause = ClauseAudio(frame, spoken, (clock() - begun) * 1000)
        clause.interruptible = frame.interruptible
        await self.push_frame(clause)

    async def _spoken(self, clause: ClauseText, priority: Priority) -> SpokenClause:
        """At the pace that the caller wants, or else at the voice's own: fixed phrases are known
        by heart at that one, also when the voice fails.
        """
        seconds, pace = self._call.settings.speech.timeout_seconds, self._call.delivery.pace
        try:
            return await patiently(lambda: self._synthesise(clause, priority, pace), seconds)
        except EngineFault:
            if pace == 1.0:
                raise
        return await patiently(lambda: self._synthesise(clause, priority), seconds)

    async def _synthesise(
        self, clause: ClauseText, priority: Priority, pace: float = 1.0
    ) -> SpokenClause:
        call = self._call
        speaker = call.engines.voices.speaker_for(clause.language.tag)
        spoken = await speaker.synthesise(
            clause.text, call.sample_rate, priority=priority, pace=pace
        )
        if not (lift := call.delivery.lift_db):
            return spoken
        return replace(spoken, pcm=lifted(spoken.pcm, lift, spoken.sample_rate))

    async def _fill(self, frame: ClauseText, text: str) -> None:
        """The clause is late, and with it whatever follows: fillers are known by heart."""
        if frame.kind == "filler" or not frame.utterance.committed or self._call.playback.audible:
            return
        filler = ClauseText(text, "filler", Utterance(self._call.journal), self._call.language)
        spoken = await self._synthesise(filler, Priority.FINAL)
        await self.push_frame(ClauseAudio(filler, spoken, 0.0))
