"""The conversation: what the assistant does about what the caller said, keyed, or did not say."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    EagerEndOfTurnCancelFrame,
    EndFrame,
    Frame,
    InputDTMFFrame,
    InterruptionFrame,
    StartFrame,
    UserStartedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.calls import phrases
from voice.calls.answer import Answer
from voice.calls.answering import AnswerRun, Request
from voice.calls.backchannels import is_backchannel
from voice.calls.failures import EngineFailure
from voice.calls.frames import CallerTurn, ClauseText, HoldFrame, Hypothesis
from voice.calls.hand_over import transfer_call
from voice.calls.identification import Identification
from voice.calls.state import CallState
from voice.calls.timers import LengthTimer, SilenceTimer
from voice.engine_queue import Priority
from voice.events import ClauseKind, EngineFailed, NoInput
from voice.recognition import Transcript
from voice.response import EndCall, HandOver, NeedsIdentity, ResponseTurn

PERSON_KEY = "0"
_NOT_CONFIRMED = "identity not confirmed"


class Conversation(FrameProcessor):
    """Decides what is said next; one per call.

    Ordinary turns go to the response session (begun ahead at a pause, see AnswerRun); while the
    caller proves who they are, turns and keys go to the identification instead.
    """

    def __init__(self, call: CallState) -> None:
        super().__init__()
        settings = call.settings.calls
        self._call = call
        self._session = call.engines.responder.session(call.engines.tools, call.caller)
        self._run: AnswerRun | None = None
        self._spoke_over = False
        self._saying: list[Answer] = []
        self._interrupted: list[Answer] = []
        self._giving_up = False
        self._jobs: set[asyncio.Task[None]] = set()
        self._silences = 0
        self._silence = SilenceTimer(settings.no_input_seconds, self._on_silence)
        self._length: LengthTimer | None = None
        self._identification = Identification(call, self.say)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Everything that matters to the conversation arrives as a system frame, in order."""
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                await self.push_frame(frame, direction)
                await self._greet()
                return
            case UserStartedSpeakingFrame():
                self._silence.hold()
                self._spoke_over = self._call.playback.audible
            case Hypothesis():
                await self._prepare(frame.transcript)
            case EagerEndOfTurnCancelFrame():
                await self._discard()
            case CallerTurn():
                await self._take_turn(frame.transcript)
            case InputDTMFFrame():
                await self._take_key(frame.button.value)
            case InterruptionFrame():
                await self._on_interruption()
            case BotStartedSpeakingFrame():
                self._silence.hold()
            case BotStoppedSpeakingFrame():
                self._saying = [answer for answer in self._saying if answer.unheard]
                self._await_caller()
            case HoldFrame():
                self._on_hold(frame.held)
            case EngineFailure():
                await self._fail(frame.engine, frame.reason)
            case EndFrame():
                self._call_over()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Called by pipecat when the pipeline is over."""
        await super().cleanup()
        self._call_over()
        if self._run:
            await self._run.abandon()
        for job in list(self._jobs):
            await self.cancel_task(job)

    async def say(self, text: str, kind: ClauseKind = "notice", protected: bool = False) -> Answer:
        """Say a fixed phrase; a protected one is heard to its end whatever the caller does."""
        answer = Answer(self._call.journal)
        await self._push_clause(ClauseText(text, kind, answer), protected)
        return answer

    async def _push_clause(self, clause: ClauseText, protected: bool = False) -> None:
        clause.interruptible = not protected
        if clause.kind != "filler":
            clause.answer.add(clause)
            if clause.answer not in self._saying:
                self._saying.append(clause.answer)
        await self.push_frame(clause)

    async def _greet(self) -> None:
        """What must be disclosed is heard to its end; what follows it may be interrupted."""
        recorded = self._call.settings.records.directory is not None
        settings = self._call.settings.calls
        seconds = settings.max_minutes * 60
        self._length = LengthTimer(seconds, self._on_length_warning, self._on_length_over)
        answer = Answer(self._call.journal)
        for clause, protected in phrases.greeting(settings.greeting, recorded):
            await self._push_clause(ClauseText(clause, "greeting", answer), protected)

    # The caller's turns

    async def _prepare(self, transcript: Transcript) -> None:
        """Begin the answer although the caller may still go on."""
        if self._identification.active or self._is_nothing(transcript.text):
            return
        if self._is_leaving:
            return
        await self._discard()
        await self._begin(transcript, speculative=True)

    async def _discard(self) -> None:
        """The caller goes on: nothing of the prepared answer has happened."""
        if self._run and not self._run.answer.committed:
            run, self._run = self._run, None
            await run.discard()

    async def _take_turn(self, transcript: Transcript) -> None:
        """The caller is done."""
        if self._is_leaving:
            await self._discard()
            return
        if self._is_nothing(transcript.text):
            await self._discard()
            await self._go_on()
            return
        self._silences = 0
        if self._identification.active:
            await self._discard()
            await self._settle()
            self._job(self._identify(transcript.text))
            return
        if self._run is None or self._run.answer.committed:
            await self._begin(transcript, speculative=False)
        assert self._run is not None
        self._interrupted.clear()
        self._run.commit()

    @property
    def _is_leaving(self) -> bool:
        """The call ends, or goes to a person: nothing is answered any more."""
        return self._call.ending.is_set() or self._call.transfer is not None

    def _is_nothing(self, text: str) -> bool:
        """No words, or none that take the floor: a backchannel over the assistant's words.

        After its last word there is nothing to go on with: then 'okay' is an answer. Words from
        a turn that began as the answer to a PIN question are never taken for anything else.
        """
        if not text.strip() or (self._call.secret_turn and not self._identification.active):
            return True
        if not (self._spoke_over and is_backchannel(text)):
            return False
        answers = (*self._saying, *self._interrupted)
        return self._call.playback.audible or any(answer.unheard for answer in answers)

    async def _go_on(self) -> None:
        """What sounded like the caller was nothing; finish what it cut short."""
        await self._call.accounted.wait()
        interrupted, self._interrupted = self._interrupted, []
        again = [clause for answer in interrupted for clause in answer.replay()]
        for clause in again:
            await self._push_clause(clause)
        if again:
            return
        if not self._call.playback.audible and self._run is None:
            self._silence.resume()

    async def _settle(self) -> None:
        """What was cut short is not said again; the history learns what was heard of it."""
        await self._call.accounted.wait()
        for answer in self._interrupted:
            answer.settle()
        self._interrupted.clear()

    async def _begin(self, transcript: Transcript, speculative: bool) -> None:
        await self._settle()
        priority = Priority.SPECULATIVE if speculative else Priority.FINAL

        def begin() -> ResponseTurn:
            return self._session.begin(transcript.text, transcript.confidence, priority)

        self._follow(AnswerRun(self._call, begin(), speculative, self._push_clause, begin))

    def _follow(self, run: AnswerRun) -> None:
        self._run = run
        run.task = self.create_task(self._carry_through(run), "answer")

    async def _carry_through(self, run: AnswerRun) -> None:
        """Let an answer come to its end, and do what it asks for."""
        try:
            request = await run.clauses()
            if request is not None and await run.answer.permission():
                if run is self._run:
                    await self._fulfil(request)
                return
        except Exception as error:  # noqa: BLE001 - whatever an engine raises, the call goes on
            if await run.answer.permission():
                await self._fail("response", str(error))
            return
        if run is self._run and await run.answer.permission():
            self._run = None
            if not run.answer.audible and not self._call.playback.audible:
                self._await_caller()

    async def _fulfil(self, request: Request) -> None:
        self._run = None
        match request:
            case NeedsIdentity():
                if not await self._identification.begin(request.level):
                    self._session.abandon_pending()
                    self._job(self._hand_over(_NOT_CONFIRMED))
            case HandOver():
                self._job(self._hand_over(request.reason))
            case EndCall():
                self._call.end(request.reason, "assistant")

    async def _on_interruption(self) -> None:
        """The caller speaks over what is being said: it is not continued."""
        self._call.accounted.clear()
        self._interrupted += self._saying
        self._saying = []
        if self._run is not None and self._run.answer.committed:
            run, self._run = self._run, None
            await run.interrupt()

    async def _fall_silent(self) -> None:
        """The call itself cuts short what is being said, and drops what was prepared."""
        await self._discard()
        await self._on_interruption()
        await self.broadcast_interruption()
        await self._settle()

    # Keys, silence and length

    async def _take_key(self, key: str) -> None:
        self._silences = 0
        if self._identification.active:
            if key.isdigit() and not self._identification.keying:
                await self._fall_silent()
            digits = self._identification.keyed(key)
            if digits is not None:
                self._silence.hold()
                self._job(self._identify(digits))
                return
        elif key == PERSON_KEY and not self._call.ending.is_set():
            self._silence.hold()
            await self._fall_silent()
            self._job(self._hand_over("the caller pressed 0"))
            return
        if not self._call.playback.audible:
            self._await_caller()

    async def _identify(self, said: str) -> None:
        """Pass digits (or words with digits in them) to the identification."""
        result = await self._identification.answer(said)
        if result is None:
            if not self._call.playback.audible:
                self._await_caller()
            return
        if result:
            self._session.caller = self._call.caller
            run = AnswerRun(self._call, self._session.resume(), False, self._push_clause)
            self._follow(run)
            run.commit()
        else:
            self._session.abandon_pending()
            await self._hand_over(_NOT_CONFIRMED)

    def _await_caller(self) -> None:
        """It is the caller's turn; who speaks already, or holds the call, is not hurried."""
        call = self._call
        self._silence.start()
        if call.tracker.detector.speaking or call.unread_turn or call.held:
            self._silence.hold()

    def _on_hold(self, held: bool) -> None:
        self._call.held = held
        if not self._call.playback.audible:
            self._await_caller()

    def _on_silence(self) -> None:
        self._job(self._prompt_again())

    async def _prompt_again(self) -> None:
        if self._is_leaving or self._run is not None:
            return
        self._silences += 1
        self._call.journal.record(NoInput, count=self._silences)
        if self._silences > self._call.settings.calls.no_input_reprompts:
            await self.say(phrases.NOBODY_THERE, protected=True)
            self._call.end("no input", "assistant")
        elif self._identification.active:
            await self.say(self._identification.ask_again(), "reprompt")
        else:
            texts = phrases.STILL_THERE
            await self.say(texts[min(self._silences, len(texts)) - 1], "reprompt")

    def _on_length_warning(self) -> None:
        self._job(self._announce(phrases.TIME_RUNS_OUT))

    def _on_length_over(self) -> None:
        self._job(self._time_is_up())

    async def _announce(self, text: str) -> None:
        await self.say(text, protected=True)

    async def _time_is_up(self) -> None:
        await self._fall_silent()
        await self.say(phrases.TIME_IS_UP, protected=True)
        self._call.end("maximum length", "system")

    # Ways out

    async def _hand_over(self, reason: str) -> None:
        """To a person; where none is to be had, the caller is told."""
        if self._is_leaving:
            return
        target = self._call.settings.sip.person
        if target is None:
            await self.say(phrases.NO_PERSON, protected=True)
            self._call.end(f"no person configured ({reason})", "assistant")
            return
        announced = await self.say(phrases.HAND_OVER, protected=True)
        if await transfer_call(self._call, announced, target, reason):
            self._call.end(f"transferred ({reason})", "assistant")
            return
        self._giving_up = False
        await self.say(phrases.TRANSFER_FAILED, protected=True)

    async def _fail(self, engine: str, reason: str) -> None:
        """An engine gave up: apologise from the cache, then hand over or end."""
        if self._call.ending.is_set() or self._giving_up:
            return
        self._giving_up = True
        self._call.journal.record(EngineFailed, engine=engine, reason=reason[:200])
        await self._discard()
        self._run = None
        await self.say(phrases.APOLOGY, protected=True)
        if self._call.settings.sip.person:
            self._job(self._hand_over(f"{engine} failed"))
            return
        await self.say(phrases.GOODBYE, protected=True)
        self._call.end(f"{engine} failed", "system")

    def _call_over(self) -> None:
        self._silence.hold()
        if self._length:
            self._length.cancel()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - whatever fails, the caller is told
            if self._giving_up:
                self._call.end("hand-over failed", "system")
            await self._fail("tools", str(error))

    def _job(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that takes its time beside the flow of frames."""
        task: asyncio.Task[None] = self.create_task(self._guarded(work), "conversation")
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
