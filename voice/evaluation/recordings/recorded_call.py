"""One recording through the classes that answer the telephone, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from voice.audio import AudioFileError, Pcm, peak_dbfs
from voice.calls.call import Call
from voice.calls.engines import Engines
from voice.errors import VoiceError
from voice.evaluation.callers import CallReport, SpokenTurn
from voice.evaluation.latency import audible_runs
from voice.evaluation.leg_in_memory import FRAME_MS
from voice.evaluation.measured_call import MeasuredTurn, measure, read_events
from voice.evaluation.recordings.call_result import CallResult, TurnResult
from voice.evaluation.recordings.divergence import divergence
from voice.evaluation.recordings.goals import unmet
from voice.evaluation.recordings.manifest import ListedRecording
from voice.evaluation.recordings.recorded_leg import LOUD_DBFS, LineTimes, RecordedLeg
from voice.evaluation.recordings.sound_files import Side, open_sound, silent_side
from voice.evaluation.recordings.unmasked_words import UnmaskedWords
from voice.evaluation.recordings.utterances import SpeechStretch, utterances
from voice.evaluation.virtual_time import virtual_wall_clock
from voice.evaluation.word_errors import word_errors, words_of
from voice.events import (
    HIDDEN,
    CallEnded,
    CallEvent,
    EventSink,
    FinalTranscript,
    TurnEnded,
)
from voice.languages import Language, language
from voice.records import EVENTS
from voice.settings import Settings
from voice.telephony.leg import Offer

SAMPLE_RATE = 8000
"""Hz of the line, as on the telephone."""


@dataclass
class CheckedFrames:
    """A recording's frames; damage ends them and is noted, so that the call goes on without."""

    frames: Iterator[Pcm]
    damage: str = ""

    def __iter__(self) -> Iterator[Pcm]:
        try:
            yield from self.frames
        except AudioFileError as error:
            self.damage = str(error)


async def evaluate_call(
    recording: ListedRecording, side: Side, from_answer: bool, settings: Settings, engines: Engines
) -> CallResult:
    """Hold the call in virtual time and judge it; raises AudioFileError for unusable sound."""
    sound = open_sound(recording.path)
    frames = CheckedFrames(sound.frames(side_of(recording, side), SAMPLE_RATE))
    after_greeting = not (recording.own or from_answer)
    leg = RecordedLeg(iter(frames), SAMPLE_RATE, after_greeting, virtual_wall_clock)
    offer = Offer(
        call_id=f"recording-{recording.index}",
        caller_number=recording.caller_number,
        caller_display="",
        called="evaluation",
        sample_rate=SAMPLE_RATE,
        # Whoever evaluates says whose call it was, as a trusted trunk does.
        identity="claimed" if recording.caller_number else "unknown",
    )
    events: list[CallEvent] = []
    words = UnmaskedWords()
    sinks: list[EventSink] = [events.append, words]
    await Call(leg, offer, settings, words.within(engines), sinks, virtual_wall_clock).run()
    speaks_on = any(peak_dbfs(frame) > LOUD_DBFS for frame in frames)
    spoken = language(spoken_mostly(events) or settings.recognition.language)
    result = _judged(recording, side, spoken, events, leg.times)
    result = with_words(result, recording, _heard(events), words.texts, speaks_on)
    result = replace(
        result,
        recording_seconds=round(sound.seconds, 2),
        diverged=_divergence(recording, events, leg.times, speaks_on),
    )
    unusable = frames.damage or silent_side(sound, side_of(recording, side))
    failures = [*result.failures, *_faults(unusable, events, leg.times, sound.seconds)]
    return replace(result, failures=tuple(failures))


def with_words(
    result: CallResult,
    recording: ListedRecording,
    heard: Sequence[str],
    unmasked: Sequence[str],
    speaks_on: bool = False,
) -> CallResult:
    """The result with what was understood, compared to what was said where that is known.

    `unmasked` is judged, `heard` is kept. Of a caller who `speaks_on` after the call, the words
    behind those that were heard do not count.
    """
    texts = tuple(text for text in heard if text)
    recognised = " ".join(texts)
    result = replace(result, heard=texts, recognised=recognised, reference=recording.text)
    if recording.text is None:
        return result
    spoken = language(result.language)
    if not words_of(recording.text, spoken):
        reason = "the reference holds no words: it counts in no word error rate"
        return replace(result, failures=(*result.failures, reason))
    judged = " ".join([*unmasked, HIDDEN] if speaks_on else unmasked)
    return replace(result, errors=word_errors(recording.text, judged, spoken))


def spoken_mostly(events: Sequence[CallEvent]) -> str:
    """The tag of the language in which most of the caller's words were understood, if any were."""
    words: Counter[str] = Counter()
    for event in events:
        if isinstance(event, FinalTranscript) and event.language:
            words[event.language] += len(event.text.split())
    return next((tag for tag, _ in words.most_common(1)), "")


def _heard(events: Sequence[CallEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, FinalTranscript)]


def begun(recording: ListedRecording, side: Side) -> CallResult:
    """The result of a recording of which nothing is known yet."""
    return CallResult(
        recording.index,
        recording.name,
        recording.place,
        side_of(recording, side),
        dict(recording.groups),
    )


def side_of(recording: ListedRecording, side: Side) -> Side:
    """Where the caller is; in our own records always on the left."""
    return "left" if recording.own else side


def _divergence(
    recording: ListedRecording, events: Sequence[CallEvent], times: LineTimes, speaks_on: bool
) -> str:
    """How this call left the way of the recorded one, of which only our own records tell all."""
    told, began = recording.path.parent / EVENTS, times.recording_began
    if recording.own and told.is_file() and began is not None:
        differs = divergence(read_events(told), events, began)
        if differs:
            return differs
    if not speaks_on:
        return ""
    ended = next((event.reason for event in events if isinstance(event, CallEnded)), "no reason")
    return f"the call was over ({ended}) while the caller speaks on"


def _judged(
    recording: ListedRecording,
    side: Side,
    spoken: Language,
    events: Sequence[CallEvent],
    times: LineTimes,
) -> CallResult:
    ended = next((event for event in events if isinstance(event, CallEnded)), None)
    result = replace(
        begun(recording, side),
        language=spoken.tag,
        audio_seconds=round(len(times.peaks_dbfs) * FRAME_MS / 1000, 2),
        call_seconds=round(times.ended - times.answered, 2),
        turns=tuple(_turns(events, times)),
        ended=ended.reason if ended else "",
    )
    if recording.goal is None:
        return result
    try:
        missing = unmet(recording.goal, events, spoken)
    except VoiceError as error:
        return replace(result, failures=(*result.failures, str(error)))
    return replace(result, task_success=not missing, unmet=tuple(missing))


def _turns(events: Sequence[CallEvent], times: LineTimes) -> Iterator[TurnResult]:
    began = times.recording_began
    if began is None:
        return
    spoken = utterances(times.peaks_dbfs)
    report = CallReport(
        scenario="recording",
        seed=0,
        number="",
        answered=times.answered,
        ended=times.ended,
        turns=[_spoken(utterance, began) for utterance in spoken],
        audible=audible_runs(times.heard),
    )
    for utterance, turn in zip(spoken, measure(report, events).turns, strict=True):
        yield _turn(utterance, turn, events)


def _spoken(utterance: SpeechStretch, began: float) -> SpokenTurn:
    start, end = (began + ms / 1000 for ms in (utterance.start_ms, utterance.end_ms))
    return SpokenTurn("", "", start, end)


def _turn(utterance: SpeechStretch, turn: MeasuredTurn, events: Sequence[CallEvent]) -> TurnResult:
    end = turn.spoken.end
    over = [event.wall_time for event in events if isinstance(event, TurnEnded)]
    after = [time for time in over if time >= end]
    decided = (after[0] - end) * 1000 if after and not turn.cut_in else None
    latency = turn.voice_to_voice_ms
    return TurnResult(
        utterance.start_ms,
        utterance.end_ms,
        turn.recognised,
        turn.response,
        None if latency is None else round(latency, 1),
        None if decided is None or not turn.recognised else round(decided, 1),
        turn.cut_in,
        turn.missed,
        turn.cached,
        turn.stages_ms,
    )


def _faults(
    unusable: str, events: Sequence[CallEvent], times: LineTimes, seconds: float
) -> Iterator[str]:
    if unusable:
        yield unusable
    ended = next((event for event in events if isinstance(event, CallEnded)), None)
    if ended is not None and ended.by == "system":
        heard = len(times.peaks_dbfs) * FRAME_MS / 1000
        yield f"the call ended ({ended.reason}) after {heard:.0f} of {seconds:.0f} s were heard"
