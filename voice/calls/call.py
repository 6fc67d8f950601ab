"""One call: its pipeline, what arrives on its leg, and its end, whichever side it comes from."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker, ProcessorUnusablePolicy
from pipecat.workers.runner import WorkerRunner

from voice.calls.conversation import ConversationStep
from voice.calls.engines import Engines
from voice.calls.hearing.barge_in import BargeIn
from voice.calls.hearing.input import CallInput
from voice.calls.hearing.partials import Partials
from voice.calls.hearing.recognition import RecognitionStep
from voice.calls.hearing.spoken_language import begin_language
from voice.calls.journal import CallJournal
from voice.calls.leaving.hand_over import note_progress, note_result
from voice.calls.playback import Playback
from voice.calls.speaking.output import CallOutput
from voice.calls.speaking.speech import SpeechStep
from voice.calls.state import CallLeg, CallState, EndedBy
from voice.engine_services import Change
from voice.events import (
    CallAnswered,
    CallEnded,
    CallStarted,
    EngineFellBack,
    EngineReturned,
    EventSink,
    SupervisorJoined,
)
from voice.foreign_code import error_note
from voice.identity import Caller, IdentityLevel
from voice.recognition import LanguageBelief
from voice.records import RECORDING, call_folder
from voice.settings import Settings
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Cancelled,
    Dtmf,
    HangUp,
    Hold,
    LegFailed,
    MediaLost,
    Offer,
    Played,
    Record,
    Recording,
    Resume,
    StopRecording,
    TransferProgress,
    TransferResult,
)
from voice.turns import Hearing, TurnTracker

log = logging.getLogger(__name__)

LAST_WORDS_SECONDS = 10.0
"""So long a call that is to end goes on while one side still speaks."""
REPLY_SECONDS = 0.4
"""After the last word somebody may already speak whose voice is not known for one yet."""
_LOOK_SECONDS = 0.02
DRAIN_SECONDS = 20.0
"""A pipeline that has not come to its end by then is cancelled."""
CANCEL_SECONDS = 5.0
RECORDING_SECONDS = 2.0
"""A disk that has not begun a recording by then is not waited for: the call is not recorded."""
HANG_UP_SECONDS = 3.0
"""How long the edge may take to play its ring out and end the leg."""


class Call:
    """Answers one offer and holds the conversation until either side ends it."""

    def __init__(
        self,
        leg: CallLeg,
        offer: Offer,
        settings: Settings,
        engines: Engines,
        sinks: Sequence[EventSink] = (),
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._leg = leg
        self._offer = offer
        journal = CallJournal(
            offer.call_id, sinks, clock=asyncio.get_running_loop().time, wall=wall
        )
        session = engines.recogniser.session()
        self._call = call = CallState(
            call_id=offer.call_id,
            settings=settings,
            engines=engines,
            leg=leg,
            journal=journal,
            playback=Playback(offer.sample_rate),
            tracker=TurnTracker(settings.turns, offer.sample_rate),
            caller=Caller(offer.caller_number, None, _claimed(offer.identity)),
            belief=LanguageBelief.of(settings.recognition.offered, dialects=session.dialects),
            source=source_of(offer, settings),
            sample_rate=offer.sample_rate,
        )
        partials = Partials(call, session)
        hearing = Hearing(call.tracker, offer.sample_rate)
        barge_in = BargeIn(hearing.sounds_human)
        self._output = CallOutput(call, hearing.echo)
        self._input = CallInput(call, session, partials, barge_in, hearing, self._output)
        self._conversation = ConversationStep(call)
        steps = [
            self._input,
            RecognitionStep(call, session, partials, barge_in),
            self._conversation,
            SpeechStep(call, self._output.room),
            self._output,
        ]
        self._worker = PipelineWorker(
            Pipeline(steps),
            params=PipelineParams(
                audio_in_sample_rate=offer.sample_rate, audio_out_sample_rate=offer.sample_rate
            ),
            enable_rtvi=False,
            enable_turn_tracking=False,
            idle_timeout_secs=None,
            cancel_timeout_secs=CANCEL_SECONDS,
            processor_unusable_policy=ProcessorUnusablePolicy.CANCEL,
        )
        self._answered = asyncio.Event()
        self._recording: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._caller_gone = False

    async def run(self) -> None:
        """Hold the call; returns when it is over and nothing of it is left running."""
        journal = self._call.journal
        journal.record(
            CallStarted,
            caller_number=self._offer.caller_number,
            called=self._offer.called,
            sample_rate=self._offer.sample_rate,
            sip_call_id=self._offer.sip_call_id,
            trunk=self._offer.trunk,
            source=self._offer.source,
        )
        reading = asyncio.create_task(self._read())
        talking = asyncio.create_task(self._talk())
        try:
            with self._call.engines.services.followed(self._note_service):
                await asyncio.wait({reading, talking}, return_when=asyncio.FIRST_COMPLETED)
            if not talking.done():
                await self._conversation.caller_left()
            elif not reading.done():
                await self._hang_up(reading)
        finally:
            for task in (reading, talking):
                task.cancel()
            outcomes = await asyncio.gather(reading, talking, return_exceptions=True)
            self._report(outcomes)
            journal.record(
                CallEnded,
                reason=self._call.end_reason,
                by=self._call.ended_by,
                duration_ms=journal.now_ms(),
            )

    def note_listener(self, supervisor: str) -> None:
        """Put on record who listens."""
        self._call.journal.record(SupervisorJoined, supervisor=supervisor, mode="listen")

    def _note_service(self, change: Change) -> None:
        """An engine's work goes to another place from now on."""
        journal = self._call.journal
        if change.reason:
            journal.record(EngineFellBack, engine=change.engine, reason=change.reason)
        else:
            journal.record(EngineReturned, engine=change.engine)

    def watch(self, on: bool) -> None:
        """Whether somebody wants to read what is said while it is said."""
        self._call.watched = on

    async def _talk(self) -> None:
        """Answer, then run the pipeline until the call is to end."""
        await begin_language(self._call, self._offer)
        await self._start_recording()
        self._leg.send(Answer())
        await self._answered.wait()
        self._call.journal.record(CallAnswered)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self._worker)
        watchdog = asyncio.create_task(self._end_in_time())
        running = asyncio.create_task(runner.run())
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            await self._worker.cancel(reason="the call is over")
            await asyncio.wait({running}, timeout=2 * CANCEL_SECONDS)
            raise
        finally:
            watchdog.cancel()
            running.cancel()
            await asyncio.gather(watchdog, running, return_exceptions=True)

    async def _end_in_time(self) -> None:
        """When the conversation decides to end, let what is said be heard, but not for ever."""
        call = self._call
        while True:
            await call.ending.wait()
            if self._caller_gone:
                return
            await self._last_words()
            if call.ending.is_set():  # Nobody asked for anything over the last words.
                break
        call.closed = True
        await self._worker.stop_when_done()
        await asyncio.sleep(DRAIN_SECONDS)
        log.warning("a pipeline did not come to its end and is cancelled")
        await self._worker.cancel(reason="the pipeline did not end in time")

    async def _last_words(self) -> None:
        """Wait until the last word has been heard, and nothing is said to it; or until the call
        is not to end any more.
        """
        call, clock = self._call, asyncio.get_running_loop().time
        latest = clock() + LAST_WORDS_SECONDS
        quiet_since = clock()
        while call.ending.is_set() and clock() < latest:
            if not call.at_rest.is_set():
                quiet_since = clock()
            elif call.handed_over or clock() >= quiet_since + REPLY_SECONDS:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _read(self) -> None:
        """Follow the leg until the caller, or the edge, ends it."""
        call = self._call
        async for message in self._leg:
            match message:
                case Audio(pcm):
                    await self._input.hear(pcm)
                case Played():
                    await self._output.played(message)
                case Dtmf(digit):
                    if digit.isdigit() or digit in "*#":
                        await self._input.key(digit)
                case Hold():
                    await self._input.hold(True)
                case Resume():
                    await self._input.hold(False)
                case Answered():
                    self._answered.set()
                case Recording(on=on):
                    if not self._recording.done():
                        self._recording.set_result(on)
                case TransferProgress():
                    note_progress(call, message)
                case TransferResult():
                    note_result(call, message)
                case MediaLost():
                    self._lost("no sound from the caller", "system")
                    return
                case Cancelled():
                    self._lost("cancelled before the answer", "caller")
                    return
                case LegFailed(reason):
                    self._lost(f"edge: {reason}", "system")
                    return
                case _:
                    pass
        if call.handed_over:
            self._lost(call.handed_over, "assistant")
        elif self._leg.ended_well:
            self._lost("hang-up", "caller")
        else:
            self._lost("edge lost", "system")

    def _lost(self, reason: str, by: EndedBy) -> None:
        """There is nobody left to hear anything."""
        self._caller_gone = self._call.closed = True
        self._call.end(reason, by)
        self._leg.send(HangUp(reason=reason))

    async def _hang_up(self, reading: asyncio.Task[None]) -> None:
        """Ask the edge to end the call after the last word, and wait until it has."""
        self._leg.send(HangUp(reason=self._call.end_reason))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(reading), HANG_UP_SECONDS)

    async def _start_recording(self) -> None:
        """Know before the greeting whether the call is recorded: the caller is told the truth."""
        directory = self._call.settings.records.directory
        if directory is None:
            return
        path = call_folder(directory, self._call.call_id) / RECORDING
        self._leg.send(Record(path=str(path.absolute())))
        try:
            self._call.recorded = await asyncio.wait_for(self._recording, RECORDING_SECONDS)
        except TimeoutError:
            self._leg.send(StopRecording())

    def _report(self, outcomes: Sequence[object]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                note, call_id = error_note(outcome), self._call.call_id
                log.error("a call ended by a fault: %s", note, extra={"call_id": call_id})
                self._call.end(f"fault: {type(outcome).__name__}", "system")
        self._call.end("over", "system")


def source_of(offer: Offer, settings: Settings) -> str:
    """On whose account a caller's PINs are tried; a number in From counts only where it must."""
    number = f"number {offer.caller_number}"
    if _claimed(offer.identity) is IdentityLevel.CLAIMED and offer.caller_number:
        return number
    if any(offer.trunk == trunk.name for trunk in settings.sip.trunks):
        return f"trunk {offer.trunk}, {number}"
    if offer.trunk:
        return f"account {offer.trunk}"
    host, _, _ = offer.source.rpartition(":")
    return f"address {host}" if host else number


def _claimed(identity: str) -> IdentityLevel:
    """What the edge says of the number; only code here can raise it to verified."""
    claimed = identity == IdentityLevel.CLAIMED.name.lower()
    return IdentityLevel.CLAIMED if claimed else IdentityLevel.UNKNOWN
