"""The head of the pipeline: follows the caller's speech; only events go on from here.

Sound is judged and handed to the recognition session frame by frame; it never enters the
pipeline, where every processor would cost it time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import numpy as np
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    Frame,
    InputDTMFFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.audio import OffsetRemover, Pcm
from voice.calls.expected_answer import dictates_digits
from voice.calls.frames import HoldFrame, Hypothesis, TurnOverFrame, TurnTooLongFrame
from voice.calls.hearing.barge_in import BargeIn, Step
from voice.calls.hearing.partials import Partials
from voice.calls.hearing.turn_end import TurnEnd
from voice.calls.speaking.output import CallOutput
from voice.calls.state import CallState
from voice.engine_queue import EngineBusy, EngineStuck
from voice.events import HIDDEN, DtmfReceived, SpeechStarted, TurnEnded
from voice.recognition import Partial, PartialReader, RecognitionSession
from voice.turns import (
    EndOfTurn,
    FalseStart,
    Hearing,
    ShortPause,
    SpeechOnset,
    SpeechResumed,
    TurnSignal,
    TurnTooLong,
)

PRE_ROLL_MS = 300
"""Sound before the detected onset that belongs to the first word."""
DUCKED_DB = -12.0
EARLY_SECONDS = 0.12
"""Between two readings of what is said over the assistant's words, while it is said."""
_FRAME_MS = 20
_PRE_ROLL_FRAMES = 40
"""Those of the longest onset, too: of a voice that was long unsure to be the caller's."""


class CallInput(FrameProcessor):
    """Takes the caller's frames and keys from the leg and tells the pipeline what they mean."""

    def __init__(
        self,
        call: CallState,
        session: RecognitionSession,
        partials: Partials,
        barge_in: BargeIn,
        hearing: Hearing,
        output: CallOutput,
    ) -> None:
        super().__init__()
        self._call = call
        self._session = session
        self._partials = partials
        self._barge_in = barge_in
        self._hearing = hearing
        self._output = output
        self._early = PartialReader(session, EARLY_SECONDS, self._read_early)
        self._offset = OffsetRemover()
        self._turn_end = TurnEnd(call, session)
        call.answered_by = self._turn_end.answered_by
        self._holds_back = False
        """The answer that is being made waits for it to be known whether the caller wants more."""
        self._over_ms: int | None = None
        """When a turn ended with which what is said soon after may still go on."""
        self._piece: asyncio.Task[None] | None = None
        self._pre_roll: deque[Pcm] = deque(maxlen=_PRE_ROLL_FRAMES)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Everything passes; what was said up to a pause tells whether the turn is over."""
        await super().process_frame(frame, direction)
        if isinstance(frame, Hypothesis) and direction is FrameDirection.UPSTREAM:
            self._turn_end.read(frame.transcript)
            return
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Called by pipecat when the pipeline is over."""
        await super().cleanup()
        self._turn_end.stop()
        self._early.stop()
        if self._piece:
            await self.cancel_task(self._piece)

    async def hear(self, frame: Pcm) -> None:
        """The next 20 ms of the caller (int16 mono at the leg's rate)."""
        detector, audible = self._call.tracker.detector, self._call.playback.audible
        frame = self._offset.removed(frame)
        heard = self._hearing.push(frame, audible)
        if self._call.held:
            return  # Nobody speaks: a turn that was begun goes on when they are back.
        detector.expects_digits = dictates_digits(self._call)
        signals = self._signals(heard.decisions)
        if detector.speaking and not any(isinstance(signal, SpeechOnset) for signal in signals):
            self._session.feed(frame, self._call.sample_rate)
            self._partials.heard(any(heard.decisions) and detector.certain)
            self._read_ahead()
        else:
            self._pre_roll.append(frame)
        speaking = audible or self._call.answering()
        await self._apply(self._barge_in.push(heard.sound, speaking, audible))
        if detector.certain and self._early.heard(self._barge_in.wants_words):
            self._barge_in.reading_began()
        for signal in signals:
            await self._follow(signal)

    async def key(self, digit: str) -> None:
        """The caller pressed a key (0-9, *, #).

        Any digit may be one of a PIN, asked for or not: none is recorded.
        """
        self._call.journal.record(DtmfReceived, digit=HIDDEN if digit.isdigit() else digit)
        await self.push_frame(InputDTMFFrame(button=KeypadEntry(digit)))

    async def hold(self, held: bool) -> None:
        """The caller put the call on hold, or came back to it."""
        self._call.held = held
        await self.push_frame(HoldFrame(held))

    def _signals(self, decisions: Sequence[bool]) -> list[TurnSignal]:
        """What follows from decisions on the latest frames, of which the last is now."""
        signals: list[TurnSignal] = []
        for frames_ago, voiced in zip(range(len(decisions) - 1, -1, -1), decisions, strict=True):
            signal = self._call.tracker.detector.push(voiced)
            self._turn_end.follow(signal)
            if isinstance(signal, SpeechOnset):
                signal = SpeechOnset(signal.onset_ms + frames_ago * _FRAME_MS)
            if signal is not None:
                signals.append(signal)
        return signals

    async def _apply(self, step: Step | None) -> None:
        match step:
            case Step.DUCK:
                self._hold_back(False)
                await self._output.go_on(DUCKED_DB)
            case Step.HOLD:
                self._hold_back(True)
                self._output.hold()
            case Step.RESUME:
                self._hold_back(False)
                await self._output.go_on()
            case Step.YIELD:
                await self.broadcast_interruption()
            case None:
                pass

    def _hold_back(self, on: bool) -> None:
        if on != self._holds_back:
            self._holds_back = on
            self._call.hold_back(on)

    async def _follow(self, signal: TurnSignal | None) -> None:
        match signal:
            case SpeechOnset(onset_ms):
                self._begin(onset_ms)
                await self.push_frame(UserStartedSpeakingFrame())
            case ShortPause():
                self._early.stop()
                await self.push_frame(VADUserStoppedSpeakingFrame())
            case SpeechResumed():
                await self.push_frame(VADUserStartedSpeakingFrame())
            case EndOfTurn(pause_ms, voiced_ms):
                self._end(pause_ms)
                await self.push_frame(TurnOverFrame(voiced_ms))
            case TurnTooLong():
                if self._session.has_words:
                    await self.push_frame(TurnTooLongFrame())
            case FalseStart():
                await self.push_frame(TurnOverFrame(0))
            case None:
                pass

    def _begin(self, onset_ms: int) -> None:
        call = self._call
        frames = (PRE_ROLL_MS + onset_ms) // _FRAME_MS
        pre_roll = np.concatenate(list(self._pre_roll)[-frames:])
        self._pre_roll.clear()
        call.onset_ms = onset_ms
        call.rejoined = False
        call.resumes = not call.unread_turn and self._resumes(onset_ms)
        if call.unread_turn:
            # The turn before is not understood yet: both are read as one.
            self._session.feed(pre_roll, call.sample_rate)
        else:
            self._session.start(pre_roll, call.sample_rate)
        over_words = call.playback.audible or call.answering()
        call.over_words = over_words or (call.unread_turn and call.over_words)
        call.secret_before = call.secret_turn
        call.secret_turn = call.secret or (call.unread_turn and call.secret_turn)
        call.journal.record(SpeechStarted, while_assistant_spoke=call.playback.audible)

    def _resumes(self, onset_ms: int) -> bool:
        """Whether the caller goes on so soon that the turn was perhaps not over."""
        if self._over_ms is None:
            return False
        silent_ms = self._call.journal.now_ms() - onset_ms - self._over_ms
        return silent_ms <= self._call.settings.turns.resume_ms

    def _end(self, pause_ms: int) -> None:
        self._barge_in.turn_over()
        self._holds_back = False
        self._hearing.turn_over()
        self._call.unread_turn = True
        now, known = self._call.journal.now_ms(), self._turn_end.known
        self._over_ms = None if known.settled else now
        self._call.journal.record(
            TurnEnded,
            speech_end_ms=now - pause_ms,
            pause_ms=pause_ms,
            finality=None if known.finality is None else round(known.finality, 3),
            ending=known.ending.value if known.ending else "",
        )

    def _read_early(self, words: Partial) -> None:
        """What is said over the assistant's words, as far as it goes."""
        if words.text:
            offered = self._call.offered
            listens = any(one.listening.may_become_backchannel(words.text) for one in offered)
            stops = any(one.listening.stops_speaker(words.text) for one in offered)
            self._barge_in.heard_so_far(listens, stops)

    def _read_ahead(self) -> None:
        """Have what a long turn began with read while the caller speaks on."""
        if self._session.has_piece and (self._piece is None or self._piece.done()):
            self._piece = self.create_task(self._read_piece(), "piece")

    async def _read_piece(self) -> None:
        self._session.belief = self._call.belief
        try:
            heard = await self._session.read_piece()
        except (EngineBusy, EngineStuck):
            return  # It is read at the next pause, or sooner.
        if heard is not None:
            await self.push_frame(Hypothesis(heard, paused=False))
