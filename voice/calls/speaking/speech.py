"""Turns clauses into sound, the next one while one plays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.audio import lifted
from voice.calls.failures import PAUSES, EngineFailure, EngineFault, patiently
from voice.calls.speaking.fillers import bridged
from voice.calls.state import CallState
from voice.calls.utterance import ClauseAudio, ClauseText, Utterance
from voice.engine_queue import EngineBusy, Priority
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
        try:
            async with bridged(partial(self._fill, frame), self._call.phrases):
                spoken = await self._spoken(frame)
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

    async def _spoken(self, clause: ClauseText) -> SpokenClause:
        """What the speaker is too busy for while it may be in vain is spoken once it is not."""
        if not clause.utterance.committed:
            try:
                return await self._at_the_callers_pace(clause, Priority.SPECULATIVE, ())
            except EngineFault as fault:
                busy = isinstance(fault.error, EngineBusy)
                if not busy or not await clause.utterance.permission():
                    raise
        return await self._at_the_callers_pace(clause, Priority.FINAL, PAUSES)

    async def _at_the_callers_pace(
        self, clause: ClauseText, priority: Priority, pauses: Sequence[float]
    ) -> SpokenClause:
        """Or else at the voice's own: fixed phrases are known by heart at that one, also when the
        voice fails.
        """
        seconds, pace = self._call.settings.speech.timeout_seconds, self._call.delivery.pace
        try:
            paced = partial(self._synthesise, clause, priority, pace)
            return await patiently(paced, seconds, pauses)
        except EngineFault:
            if pace == 1.0:
                raise
        return await patiently(partial(self._synthesise, clause, priority), seconds, pauses)

    async def _synthesise(
        self, clause: ClauseText, priority: Priority, pace: float = 1.0
    ) -> SpokenClause:
        call = self._call
        speaker = call.engines.voices.speaker_for(clause.language.tag)
        lift = call.delivery.lift_db
        spoken = await speaker.synthesise(
            clause.text, call.sample_rate, priority=priority, pace=pace, whole=bool(lift)
        )
        if not lift:
            return spoken
        return replace(spoken, pcm=lifted(spoken.pcm, lift, spoken.sample_rate))

    async def _fill(self, frame: ClauseText, text: str) -> None:
        """The clause is late, and with it whatever follows: fillers are known by heart."""
        if frame.kind == "filler" or not frame.utterance.committed or self._call.playback.audible:
            return
        filler = ClauseText(text, "filler", Utterance(self._call.journal), self._call.language)
        spoken = await self._synthesise(filler, Priority.FINAL)
        await self.push_frame(ClauseAudio(filler, spoken, 0.0))
