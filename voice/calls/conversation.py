"""Connects the floor to the pipeline: frames become its inputs, its actions become deeds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
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

from voice.calls.answering.answers import Answers
from voice.calls.answering.asides import Asides
from voice.calls.answering.attention import Attention
from voice.calls.answering.keypad import Keypad
from voice.calls.answering.other_languages import OtherLanguages
from voice.calls.answering.response_session import begin_session
from voice.calls.answering.senses import Senses
from voice.calls.answering.task_arguments import TaskArguments
from voice.calls.failures import EngineFailure
from voice.calls.frames import CallerTurn, HoldFrame, Hypothesis, Rejoined, TurnTooLongFrame
from voice.calls.identity.identification import Identification
from voice.calls.leaving.emergencies import Emergencies
from voice.calls.leaving.hand_over import cancel_transfer, take_back_transfer
from voice.calls.leaving.silence import Silence
from voice.calls.leaving.timers import LengthTimer
from voice.calls.leaving.ways_out import WaysOut
from voice.calls.speaking.fillers import bridged
from voice.calls.speaking.sayings import Sayings
from voice.calls.state import CallState
from voice.dialogue import Floor, Sense, Words
from voice.dialogue import actions as do
from voice.dialogue import inputs as on
from voice.events import NoInput
from voice.foreign_code import ForeignError
from voice.languages import Language

T = TypeVar("T")

_MUST_BE_HEARD = frozenset({"too_long", "nobody_there", "time_runs_out", "time_is_up"})
"""Of the call's own phrases."""


class ConversationStep(FrameProcessor):
    """Tells the floor what happens, and does what it says; one per call.

    What takes its time (a check, a hand-over) is done beside the flow of frames, and its outcome
    is told to the floor in turn. All actions are done one after the other.
    """

    def __init__(self, call: CallState) -> None:
        super().__init__()
        self._call = call
        has_person = call.settings.sip.person is not None
        self._floor = Floor(call.settings.calls.no_input_reprompts, has_person)
        self._in_order = asyncio.Lock()
        self._sayings = Sayings(call, self.push_frame)
        self._attention = Attention(call, self._sayings, lambda: self._identification.active)
        self._session = begin_session(call, self._attention.second_thoughts)
        self._arguments = TaskArguments(call, self._session)
        call.may_rejoin = self._may_rejoin
        call.answering = lambda: self._floor.answer is not None
        call.hold_back = lambda on: self._answers.pause() if on else self._answers.go_on()
        self._jobs: set[asyncio.Task[None]] = set()
        self._length: LengthTimer | None = None
        say = self._sayings.say
        self._identification = Identification(call, say)
        self._asides = Asides(call, self._session, self._identification)
        asking = self._identification, self._arguments
        self._keypad = Keypad(call, *asking, lambda: self._job(self._tell(on.PersonKey())))
        self._ways_out = WaysOut(call, say)
        self._others = OtherLanguages(call, self._session, say, self._want_person)
        self._emergencies = Emergencies(call, say)
        self._senses = Senses(
            call,
            self._attention,
            self._emergencies,
            self._others,
            self._identification,
            self._floor,
        )
        self._silence = Silence(call, lambda: self._job(self._silence_over()))
        self._answers = Answers(
            call, self._others, self._floor, self._sayings, self.create_task, self._tell
        )

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
                self._attention.speech_began()
                await self._tell(on.SpeechBegan())
            case Rejoined():
                self._attention.rejoined()
                await self._tell(on.SpeechBegan(goes_on=True))
            case Hypothesis():
                words = self._senses.words(frame.transcript, frame.listens)
                await self._tell(on.Heard(words, frame.paused))
            case TurnTooLongFrame():
                await self._tell(on.TooLong())
            case EagerEndOfTurnCancelFrame():
                await self._tell(on.WentOn())
            case CallerTurn():
                await self._turn_over(frame)
                self._sayings.note_rest()
            case InputDTMFFrame():
                await self._take_key(frame.button.value)
            case InterruptionFrame():
                await self._tell(on.TookFloor())
            case BotStartedSpeakingFrame():
                await self._tell(on.Spoke())
            case BotStoppedSpeakingFrame():
                self._sayings.fell_silent()
                self._sayings.note_rest()
                await self._tell(on.FellSilent())
            case HoldFrame():
                await self._tell(on.Held(frame.held))
            case EngineFailure():
                await self._tell(on.Failed(frame.engine, frame.error))
            case EndFrame():
                self._call_over()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Called by pipecat when the pipeline is over."""
        await super().cleanup()
        self._call_over()
        await self._answers.abandon()
        for job in list(self._jobs):
            await self.cancel_task(job)

    async def caller_left(self) -> None:
        """The caller has hung up: an act to which they said yes, and nothing since, is done."""
        answer = self._answers.current
        if answer and self._attention.caller_left():
            await answer.carry_out()

    async def _greet(self) -> None:
        """What must be disclosed is heard to its end; what follows it may be interrupted."""
        self._length = LengthTimer(
            self._call.settings.calls.max_minutes * 60,
            lambda: self._job(self._tell(on.TimeRunsOut())),
            lambda: self._job(self._tell(on.TimeUp())),
        )
        await self._sayings.greet()

    # What the floor is told

    async def _tell(self, happened: on.Input) -> None:
        async with self._in_order:
            answer = self._answers.current
            if answer and answer.utterance.heard_since_tool:
                self._floor.take(on.Audible(answer.number))
            if isinstance(happened, on.Ended):
                self._arguments.keep_secret()
                happened = replace(happened, asks=self._session.asks)
            for action in self._floor.take(happened):
                await self._do(action)

    async def _turn_over(self, turn: CallerTurn) -> None:
        words = self._senses.words(turn.transcript, turn.listens)
        cut = self._sayings.interrupted and self._session.asks
        await self._tell(on.TurnOver(words, cut_question=cut))
        if words.sense is not Sense.DISTRESS:
            self._attention.turn_taken()

    async def _take_key(self, key: str) -> None:
        for happened in self._keypad.pressed(key, self._attention.heard_last):
            await self._tell(happened)

    async def _silence_over(self) -> None:
        if self._keypad.for_person:
            return  # A person is called, or more keys come.
        idle = not self._emergencies.reminder() and not self._identification.active
        await self._tell(on.SilenceOver(asks=idle and self._session.asks))

    async def _want_person(self, reason: str, spoken: Language | None = None) -> None:
        await self._tell(on.PersonWanted(reason, spoken))

    def _may_rejoin(self) -> bool:
        """Whether the caller's last turn may go on, and led to nothing but an answer."""
        answer = self._floor.may_take_back
        return answer == 0 or (answer is not None and self._session.may_take_back)

    # What the floor has done

    async def _do(self, action: do.Action) -> None:
        match action:
            case do.Begin():
                await self._sayings.settle()
                self._answers.begin(action)
            case do.Commit(number):
                self._sayings.answered()
                self._answers.commit(number)
            case do.Drop(number):
                await self._answers.drop(number)
            case do.Stop(number):
                await self._answers.stop(number)
            case do.ResumeAnswer(number):
                self._answers.go_through(number, self._session.resume())
            case do.AskAgain(number):
                await self._sayings.settle()
                self._answers.go_through(number, self._session.ask_again())
            case do.Forget():
                self._session.abandon_pending()
            case do.AwaitCaller(patiently):
                self._silence.await_caller(patiently)
            case do.TakeBack():
                self._session.take_back()
            case do.HoldTimer():
                self._silence.hold()
            case do.NoteSilence(count):
                self._call.journal.record(NoInput, count=count)
            case do.Leave(reason, by):
                self._call.end(reason, by)
            case do.Stay():
                self._call.withdraw_end()
            case do.WithdrawTransfer():
                cancel_transfer(self._call)
            case do.TakeBackTransfer():
                if take_back_transfer(self._call):
                    await self._fall_silent(do.FallSilent(all_of_it=True))
            case do.LeaveIdentification():
                self._identification.give_up()
                self._session.abandon_pending()
            case _:
                await self._speak(action)

    async def _speak(self, action: do.Action) -> None:
        """What is said by the call itself, and what takes its time."""
        match action:
            case do.CutShort():
                self._sayings.interrupt()
                self._answers.pause()
            case do.SayOn():
                await self._say_on()
            case do.FallSilent():
                await self._fall_silent(action)
            case do.Say("one_moment"):
                await self._sayings.fill(self._call.phrases.one_moment)
            case do.Say(phrase):
                text = getattr(self._call.phrases, phrase)
                await self._sayings.say(text, protected=phrase in _MUST_BE_HEARD)
            case do.Adapt(words):
                self._call.delivery.adapt(self._senses.remarks(words.said.transcript))
            case do.PromptAgain(count):
                await self._prompt(count)
            case do.Tell(words):
                await self._sayings.settle()
                self._answers.go_on()
                self._job(self._others.answer(words.said.transcript))
            case do.AskIdentity(level):
                self._job(self._check(self._identification.begin(level), begins=True))
            case do.Identify(words):
                await self._sayings.settle()
                self._job(self._check(self._asides.identify(words.said)))
            case do.Reconsider(words):
                self._job(self._reconsider(words))
            case do.AskOn(misheard):
                await self._ask_on(misheard)
            case do.HandOver(reason, spoken):
                self._job(self._hand_over(reason, spoken))
            case do.Help():
                self._job(self._help())
            case do.Apologise(engine, error):
                self._job(self._apologise(engine, error))
            case do.CannotCheck(error):
                self._job(self._cannot_check(error))

    async def _say_on(self) -> None:
        said = await self._sayings.go_on()
        self._answers.go_on()
        if not said and not self._call.playback.audible and self._floor.answer is None:
            self._silence.resume()

    async def _fall_silent(self, wanted: do.FallSilent) -> None:
        if wanted.all_of_it:
            self._sayings.unprotect()
        self._sayings.interrupt()
        await self.broadcast_interruption()
        if wanted.for_good:
            await self._sayings.settle()

    async def _ask_on(self, misheard: bool) -> None:
        await self._sayings.settle()
        asking = self._identification
        again = asking.ask_otherwise() if misheard else asking.ask_again()
        await self._sayings.say(again, "reprompt")

    async def _prompt(self, count: int) -> None:
        texts = self._call.phrases.still_there
        again = self._emergencies.reminder() or self._identification.ask_again()
        await self._sayings.say(again or texts[min(count, len(texts)) - 1], "reprompt")

    # What takes its time, beside the flow of frames

    async def _check(self, check: Awaitable[bool | Words | None], begins: bool = False) -> None:
        """Let the operator's side say who calls, bridged by fillers."""
        try:
            async with bridged(self._sayings.fill, self._call.phrases):
                outcome = await check
        except ForeignError as error:
            await self._tell(on.CheckFailed(error))
            return
        except Exception:  # of whatever kind: the check is over
            await self._tell(on.Checked(asks=self._identification.active))
            raise
        if isinstance(outcome, Words):
            await self._tell(on.Checked(self._identification.active, beside=outcome))
            return
        if outcome and not begins:
            self._session.caller = self._call.caller
        verified = None if begins and outcome else outcome
        await self._tell(on.Checked(self._identification.active, verified))

    async def _reconsider(self, words: Words) -> None:
        """Find out what the caller wants now, for whom it was checked who calls."""
        instead: Words | None = None
        try:
            instead = await self._asides.reconsidered(words.said)
        finally:  # whatever fails: the check is over
            await self._tell(on.Reconsidered(instead))

    async def _hand_over(self, reason: str, spoken: Language | None) -> None:
        if await self._ways_out.hand_over(reason, spoken):
            await self._tell(on.PersonTook())
            return
        if self._call.settings.sip.person is None and not self._call.keep_open:
            await self._tell(on.Leaving(f"no person configured ({reason})", "assistant"))
        await self._tell(on.PersonLeft())

    async def _help(self) -> None:
        if await self._emergencies.help():
            await self._tell(on.PersonTook())
        else:
            await self._tell(on.PersonLeft(stays=self._call.keep_open))

    async def _apologise(self, engine: str, error: Exception) -> None:
        await self._ways_out.apologise(engine, error)
        if self._call.settings.sip.person:
            await self._want_person(f"{engine} failed")
        else:
            await self._tell(on.Leaving(f"{engine} failed", "system"))

    async def _cannot_check(self, error: Exception) -> None:
        await self._ways_out.cannot_check(error)
        if self._call.settings.sip.person:
            await self._want_person("the identity could not be checked")

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - whatever fails, the caller is told
            if self._floor.apologised:
                await self._tell(on.Leaving("hand-over failed", "system"))
            await self._tell(on.Failed("tools", error))

    def _job(self, work: Coroutine[Any, Any, None]) -> None:
        task: asyncio.Task[None] = self.create_task(self._guarded(work), "conversation")
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    def _call_over(self) -> None:
        self._silence.hold()
        self._keypad.stop()
        if self._length:
            self._length.cancel()
