"""From pauses to transcripts: recognises ahead at a short pause, publishes at the turn's end."""

from __future__ import annotations

import asyncio

from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    Frame,
    InterruptionFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.calls.expected_answer import expectation
from voice.calls.failures import PAUSES, EngineFailure, EngineFault, patiently
from voice.calls.frames import CallerTurn, Hypothesis, Rejoined, TurnOverFrame
from voice.calls.hearing.barge_in import BargeIn
from voice.calls.hearing.partials import Partials
from voice.calls.hearing.spoken_language import follow_language
from voice.calls.identity.secrets import follow_dictation, masked
from voice.calls.speaking.fillers import bridged
from voice.calls.state import CallState
from voice.calls.utterance import ClauseText, Utterance
from voice.engine_queue import EngineBusy
from voice.events import FinalTranscript
from voice.recognition import RecognitionSession, Transcript

_FILLER_SECONDS = 2.5
"""From a pause; by then words are usually known, and the answer's own filler is near."""
NOTHING_SAID = Transcript("", 0.0, "", 1.0, 0.0)
"""A sound too short to be a word."""


class RecognitionStep(FrameProcessor):
    """Runs the call's recognition session, whose audio the call's input feeds.

    After a short pause nothing but silence follows until the end of the turn, so the transcript
    of the pause is the turn's transcript unless the caller went on.
    """

    def __init__(
        self, call: CallState, session: RecognitionSession, partials: Partials, barge_in: BargeIn
    ) -> None:
        super().__init__()
        self._call = call
        self._session = session
        self._partials = partials
        self._barge_in = barge_in
        self._work: asyncio.Task[None] | None = None
        self._transcript: Transcript | None = None
        self._listens = False
        """It is a back-channel, or nothing."""
        self._took_ms = 0.0
        self._spent_ms = 0.0
        """On all readings of the turn; the last one took `_took_ms`."""
        self._over: TurnOverFrame | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the caller's speech."""
        await super().process_frame(frame, direction)
        match frame:
            case UserStartedSpeakingFrame():
                await self._forget()
                self._spent_ms = 0.0
            case VADUserStoppedSpeakingFrame():
                self._partials.stop()
                self._work = self.create_task(self._recognise(speculative=True), "recognise")
            case VADUserStartedSpeakingFrame():
                await self._forget()
                await self.push_frame(EagerEndOfTurnCancelFrame())
            case TurnOverFrame():
                await self._finish(frame)
                return
            case InterruptionFrame() if direction is FrameDirection.DOWNSTREAM:
                await self._rejoin()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Called by pipecat when the pipeline is over."""
        await super().cleanup()
        self._partials.stop()
        await self._forget()

    async def _forget(self) -> None:
        """What was recognised so far is not all that the caller says."""
        self._transcript = self._over = None
        if self._work:
            work, self._work = self._work, None
            await self.cancel_task(work)

    async def _finish(self, over: TurnOverFrame) -> None:
        self._over = over
        self._partials.stop()
        if over.voiced_ms == 0 and not (self._call.unread_turn or self._call.rejoined):
            await self._forget()
            await self.push_frame(CallerTurn(NOTHING_SAID, 0.0, speculative=False))
        elif self._transcript is not None:
            await self._publish(self._transcript, speculative=True)
        elif self._work is None or self._work.done():
            self._work = self.create_task(self._recognise(speculative=False), "recognise")

    async def _recognise(self, speculative: bool) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        self._session.belief = self._call.belief
        try:
            async with bridged(self._fill, self._call.phrases, _FILLER_SECONDS):
                transcript = await self._read(speculative)
                listens = await self._call.only_listens(transcript)
                if not listens and await self._rejoin():
                    transcript = await self._read(speculative)
        except EngineFault as fault:
            if self._over is None:
                return  # Only the end of the turn needs the words: they are asked for once more.
            if speculative and isinstance(fault.error, EngineBusy):
                await self._recognise(speculative=False)
                return
            self._over = None
            self._call.unread_turn = False
            await self.push_frame(EngineFailure("recognition", fault.error))
            return
        finally:
            self._took_ms = (clock() - begun) * 1000
            self._spent_ms += self._took_ms
        self._transcript, self._listens = transcript, listens
        if self._over is not None:
            await self._publish(transcript, speculative=False)
            return
        self._partials.pause()
        await self._yield()
        # Upstream too: the input ends the turn at once when all digits have been said.
        await self.broadcast_frame(Hypothesis, transcript=transcript, listens=listens)

    async def _read(self, speculative: bool) -> Transcript:
        expect = expectation(self._call)
        return await patiently(
            lambda: self._session.finalise(speculative=speculative, expect=expect),
            self._call.settings.recognition.timeout_seconds,
            pauses=() if speculative else PAUSES,
        )

    async def _rejoin(self) -> bool:
        """Let the turn go on with the one before it, if it may."""
        resumes, self._call.resumes = self._call.resumes, False
        if not (resumes and self._call.may_rejoin()):
            return False
        self._call.rejoined, self._call.over_words = True, False
        self._call.secret_turn = self._call.secret_before
        self._session.rejoin()
        await self.push_frame(Rejoined())
        return True

    async def _fill(self, text: str) -> None:
        """The turn is over and the caller waits."""
        if self._over is not None and not self._call.playback.audible:
            filler, language = Utterance(self._call.journal), self._call.language
            await self.push_frame(ClauseText(text, "filler", filler, language))

    async def _publish(self, transcript: Transcript, speculative: bool) -> None:
        self._transcript = self._over = None
        self._call.unread_turn = False
        await self._yield()
        follow_language(transcript, self._call)
        self._call.journal.record(
            FinalTranscript,
            text=masked(transcript, self._call),
            confidence=round(transcript.confidence, 3),
            language=self._call.language_of(transcript).tag,
            language_confidence=round(transcript.language_confidence, 3),
            dialect=transcript.dialect,
            audio_seconds=round(transcript.audio_seconds, 2),
            recognition_ms=round(self._took_ms, 1),
            speculative=speculative,
            in_vain_ms=round(self._spent_ms - self._took_ms, 1),
        )
        follow_dictation(transcript, self._call)
        turn = CallerTurn(transcript, self._took_ms, speculative, self._listens)
        await self.push_frame(turn)

    async def _yield(self) -> None:
        """Fall silent when the caller's words take the floor."""
        if self._barge_in.takes_floor(self._listens):
            await self.broadcast_interruption()
