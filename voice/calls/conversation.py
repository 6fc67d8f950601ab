"""The conversation: what the assistant does about what the caller said, keyed, or did not say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

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
from voice.calls.attention import Attention
from voice.calls.emergencies import Emergencies
from voice.calls.failures import EngineFailure
from voice.calls.fillers import bridged
from voice.calls.frames import CallerTurn, ClauseText, HoldFrame, Hypothesis
from voice.calls.identification import Identification
from voice.calls.other_languages import OtherLanguages
from voice.calls.response_session import begin_session
from voice.calls.sayings import Sayings
from voice.calls.silence import Silence
from voice.calls.state import CallState
from voice.calls.task_arguments import TaskArguments
from voice.calls.timers import LengthTimer
from voice.calls.ways_out import WaysOut
from voice.engine_queue import Priority
from voice.foreign_code import ForeignError
from voice.identity import IdentityLevel
from voice.languages import Language
from voice.recognition import Transcript
from voice.response import EndCall, HandOver, NeedsIdentity, ResponseTurn

T = TypeVar("T")

PERSON_KEY = "0"
_NOT_CONFIRMED = "identity not confirmed"


class Conversation(FrameProcessor):
    """Decides what is said next; one per call.

    Ordinary turns go to the response session (begun ahead at a pause, see AnswerRun); while the
    caller proves who they are, turns and keys go to the identification instead.
    """

    def __init__(self, call: CallState) -> None:
        super().__init__()
        self._call = call
        self._sayings = Sayings(call, self.push_frame)
        self._attention = Attention(call, self._sayings, lambda: self._identification.active)
        self._session = begin_session(call, self._attention.second_thoughts)
        self._arguments = TaskArguments(call, self._session)
        self._run: AnswerRun | None = None
        self._ways_out = WaysOut(call, self._sayings.say, self._job)
        self._checks = 0
        """How often the operator's side is being asked who calls, right now."""
        self._kept: list[Transcript] = []
        """What the caller said while a tool was at work."""
        self._jobs: set[asyncio.Task[None]] = set()
        self._length: LengthTimer | None = None
        self._identification = Identification(call, self._sayings.say)
        self._others = OtherLanguages(call, self._session, self._sayings.say, self._ways_out)
        self._emergencies = Emergencies(call, self._sayings.say)
        self._silence = Silence(call, self._sayings.say, self._job, self._put_again, self._is_busy)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Everything that matters to the conversation arrives as a system frame, in order."""
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                await self.push_frame(frame, direction)
                await self._greet()
                return
            case UserStartedSpeakingFrame():
                self._call.at_rest.clear()
                self._emergencies.begin_turn()
                self._silence.hold()
                self._attention.speech_began(self._run)
            case Hypothesis() if not await self._is_emergency(frame.transcript):
                await self._prepare(frame.transcript)
            case EagerEndOfTurnCancelFrame():
                await self._discard()
            case CallerTurn():
                if not await self._is_emergency(frame.transcript):
                    await self._take_turn(frame.transcript)
                self._note_rest()
            case InputDTMFFrame():
                await self._take_key(frame.button.value)
            case InterruptionFrame():
                await self._on_interruption()
            case BotStartedSpeakingFrame():
                self._silence.hold()
            case BotStoppedSpeakingFrame():
                self._sayings.fell_silent()
                self._note_rest()
                self._silence.await_caller()
            case HoldFrame():
                self._on_hold(frame.held)
            case EngineFailure():
                await self._fail(frame.engine, frame.error)
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

    async def caller_left(self) -> None:
        """The caller has hung up: an act to which they said yes, and nothing since, is done."""
        if self._run and self._attention.caller_left():
            await self._run.carry_out()

    async def _greet(self) -> None:
        """What must be disclosed is heard to its end; what follows it may be interrupted."""
        settings = self._call.settings.calls
        seconds = settings.max_minutes * 60
        self._length = LengthTimer(
            seconds,
            lambda: self._job(self._ways_out.time_runs_out()),
            lambda: self._job(self._ways_out.time_is_up(self._fall_silent)),
        )
        answer = Answer(self._call.journal)
        spoken, recorded = self._call.language, self._call.recorded
        own = self._call.settings.greeting_in(spoken.tag)
        for clause, protected in phrases.greeting(own, spoken, recorded):
            await self._sayings.push(ClauseText(clause, "greeting", answer, spoken), protected)

    async def _is_emergency(self, transcript: Transcript) -> bool:
        """Words of distress come before all else; nothing else in their turn is answered."""
        if self._emergencies.hears(transcript):
            self._identification.give_up()
            self._session.abandon_pending()
            self._sayings.unprotect()
            await self._fall_silent()
            self._job(self._emergencies.help())
        return self._emergencies.in_turn

    # The caller's turns

    async def _prepare(self, transcript: Transcript) -> None:
        """Begin the answer although the caller may still go on."""
        if self._identification.active or self._attention.is_nothing(transcript):
            return
        if self._ways_out.leaving or self._is_at_work or self._others.concern(transcript):
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
        if self._ways_out.leaving:
            await self._discard()
            return
        if self._attention.is_nothing(transcript):
            await self._discard()
            await self._go_on()
            return
        self._silence.broken()
        if self._is_at_work:
            await self._ask_for_patience(transcript)
            return
        identifies = self._identification.active
        if identifies or self._others.concern(transcript):
            await self._discard()
            await self._sayings.settle()
            said = "" if transcript.doubtful else transcript.text
            spoken = self._call.language_of(transcript)
            answer = self._identify(said, spoken) if identifies else self._others.answer(transcript)
            self._job(answer)
            return
        if self._run is None or self._run.answer.committed:
            await self._begin(transcript, speculative=False)
        assert self._run is not None
        self._sayings.answered()
        self._run.commit()
        self._attention.turn_taken()

    @property
    def _is_at_work(self) -> bool:
        """A tool or a check is under way: it is not given up for what the caller says meanwhile."""
        run = self._run
        return self._checks > 0 or (run is not None and run.answer.committed and run.using_tool)

    async def _ask_for_patience(self, transcript: Transcript) -> None:
        """The answer still comes; what else was said is taken up after it."""
        await self._sayings.settle()
        if self._checks:
            return
        if not self._call.language_of(transcript).listening.is_patience(transcript.text):
            self._kept.append(transcript)
        await self._sayings.fill(self._call.phrases.one_moment)

    async def _go_on(self) -> None:
        """What sounded like the caller was nothing; finish what it cut short."""
        self._attention.turn_taken()
        if self._sayings.interrupted and self._session.asks:
            await self._sayings.settle()
            self._go_through(self._session.ask_again())
        elif await self._sayings.go_on():
            return
        elif not self._call.playback.audible and self._run is None:
            self._silence.resume()

    async def _begin(self, transcript: Transcript, speculative: bool) -> None:
        await self._sayings.settle()
        priority = Priority.SPECULATIVE if speculative else Priority.FINAL
        begin = self._others.answering(transcript, priority, self._attention.heard_last)
        self._follow(AnswerRun(self._call, begin(), speculative, self._sayings.push, begin))

    def _go_through(self, turn: ResponseTurn) -> None:
        """A turn that counts from the start."""
        run = AnswerRun(self._call, turn, False, self._sayings.push)
        self._follow(run)
        run.commit()

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
                await self._fail("response", error)
            return
        if run is self._run and await run.answer.permission():
            self._run = None
            self._arguments.keep_secret()
            if kept := self._kept:
                self._kept = []
                await self._take_turn(kept[-1])
            elif not run.answer.audible and not self._call.playback.audible:
                self._silence.await_caller()

    async def _fulfil(self, request: Request) -> None:
        self._run = None
        self._kept.clear()
        match request:
            case NeedsIdentity():
                self._job(self._ask_identity(request.level))
            case HandOver():
                self._job(self._ways_out.hand_over(request.reason))
            case EndCall():
                self._call.end(request.reason, "assistant")

    async def _on_interruption(self) -> None:
        """The caller speaks over what is being said: it is not continued."""
        self._sayings.interrupt()
        if not self._is_at_work:
            await self._give_up_answer()

    async def _give_up_answer(self) -> None:
        if self._run is not None and self._run.answer.committed:
            run, self._run = self._run, None
            await run.interrupt()

    async def _fall_silent(self) -> None:
        """The call itself cuts short what is being said, and drops what was prepared."""
        await self._discard()
        await self._on_interruption()
        await self._give_up_answer()
        self._kept.clear()
        await self.broadcast_interruption()
        await self._sayings.settle()

    # Keys, silence and length

    async def _take_key(self, key: str) -> None:
        self._silence.broken()
        if self._identification.active:
            if key.isdigit() and not self._identification.keying:
                await self._fall_silent()
            digits = self._identification.keyed(key)
            if digits is not None:
                self._silence.hold()
                self._job(self._identify(digits))
                return
        elif self._arguments.take_keys:
            await self._fall_silent()
            if keyed := self._arguments.keyed(key):
                self._job(self._take_turn(keyed))
        elif key == PERSON_KEY and not self._call.ending.is_set():
            self._silence.hold()
            await self._fall_silent()
            self._job(self._ways_out.hand_over("the caller pressed 0"))
            return
        self._silence.await_caller_if_quiet()

    async def _ask_identity(self, level: IdentityLevel) -> None:
        if not await self._bridged(self._identification.begin(level)):
            await self._not_confirmed()

    async def _identify(self, said: str, spoken: Language | None = None) -> None:
        """Pass digits (or words with digits in them) to the identification."""
        result = await self._bridged(self._identification.answer(said, spoken))
        if result is None:
            self._silence.await_caller_if_quiet()
        elif result:
            self._session.caller = self._call.caller
            self._go_through(self._session.resume())
        else:
            await self._not_confirmed()

    async def _bridged(self, check: Awaitable[T]) -> T:
        """What the operator's side says, bridged by fillers."""
        self._silence.hold()
        self._checks += 1
        try:
            async with bridged(self._sayings.fill, self._call.phrases):
                return await check
        finally:
            self._checks -= 1

    async def _not_confirmed(self) -> None:
        self._session.abandon_pending()
        await self._ways_out.hand_over(_NOT_CONFIRMED)

    def _on_hold(self, held: bool) -> None:
        self._call.held = held
        self._silence.await_caller_if_quiet()

    def _note_rest(self) -> None:
        call = self._call
        if self._sayings.silent and not (call.tracker.detector.speaking or call.unread_turn):
            call.at_rest.set()

    async def _put_again(self) -> bool:
        """Once more what the caller has not answered; False when there is no such thing."""
        asks = self._session.asks
        if text := self._emergencies.reminder() or self._identification.ask_again():
            await self._sayings.say(text, "reprompt")
        elif asks:
            self._go_through(self._session.ask_again())
        return bool(text) or asks

    def _is_busy(self) -> bool:
        return self._ways_out.leaving or self._run is not None or self._checks > 0

    async def _fail(self, engine: str, error: Exception) -> None:
        await self._discard()
        await self._give_up_answer()
        await self._ways_out.apologise(engine, error)

    def _call_over(self) -> None:
        self._silence.hold()
        if self._length:
            self._length.cancel()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ForeignError as error:
            self._session.abandon_pending()
            await self._ways_out.cannot_check(error)
        except Exception as error:  # noqa: BLE001 - whatever fails, the caller is told
            if self._ways_out.giving_up:
                self._call.end("hand-over failed", "system")
            await self._fail("tools", error)

    def _job(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that takes its time beside the flow of frames."""
        task: asyncio.Task[None] = self.create_task(self._guarded(work), "conversation")
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
