"""A recording through turns and recogniser alone: the same classes, no assistant, no line."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np

from voice.audio import Pcm, silence
from voice.calls.hearing.input import PRE_ROLL_MS
from voice.evaluation.leg_in_memory import FRAME_MS
from voice.evaluation.recordings.call_result import CallResult, TurnResult
from voice.evaluation.recordings.manifest import ListedRecording
from voice.evaluation.recordings.recorded_call import (
    SAMPLE_RATE,
    CheckedFrames,
    begun,
    side_of,
    with_words,
)
from voice.evaluation.recordings.sound_files import Side, open_sound, silent_side
from voice.hidden_numbers import speaks_of_secrets, without_numbers
from voice.languages import language
from voice.recognition import LanguageBelief, Transcript, WhisperRecogniser
from voice.settings.turns import Turns
from voice.turns import EndOfTurn, FalseStart, SpeechOnset, TurnTracker

LEAD_MS = 500
"""The level gate needs as much to know the line; in a call the greeting is before."""


async def recognise_only(
    recording: ListedRecording, side: Side, turns: Turns, recogniser: WhisperRecogniser
) -> CallResult:
    """What is understood of each turn; raises AudioFileError for unusable sound."""
    sound = open_sound(recording.path)
    frames = CheckedFrames(sound.frames(side_of(recording, side), SAMPLE_RATE))
    reader = _TurnReader(turns, recogniser)
    found = [turn async for turn in _turns(reader, frames, turns)]
    unusable = frames.damage or silent_side(sound, side_of(recording, side))
    result = replace(
        begun(recording, side),
        language=reader.spoken_mostly,
        recording_seconds=round(sound.seconds, 2),
        audio_seconds=round(reader.frames * FRAME_MS / 1000, 2),
        turns=tuple(found),
        failures=(unusable,) if unusable else (),
    )
    return with_words(result, recording, [turn.recognised for turn in found], reader.understood)


class _TurnReader:
    """Feeds the recogniser's session as a call's input does; hides what a call would hide."""

    def __init__(self, turns: Turns, recogniser: WhisperRecogniser) -> None:
        self._tracker = TurnTracker(turns, SAMPLE_RATE)
        self._session = recogniser.session()
        self._dictates = False
        """The turn before spoke of a secret or held a number: this one may go on with it."""
        self._session.belief = LanguageBelief.of(
            recogniser.offered, dialects=self._session.dialects
        )
        self._words = Counter({recogniser.language.tag: 0})
        """By language."""
        self._pre_roll: deque[Pcm] = deque(maxlen=PRE_ROLL_MS // FRAME_MS)
        self._start_ms = 0
        self.frames = 0
        """Of the recording, so far."""
        self.understood: list[str] = []
        """Of each turn all that was understood: for judging, never written."""

    @property
    def spoken_mostly(self) -> str:
        """The tag of the language in which most words were understood."""
        return max(self._words, key=self._words.__getitem__)

    async def hear(self, frame: Pcm) -> TurnResult | None:
        """The next 20 ms; returns a turn that ends with it."""
        signal = self._tracker.push(frame)
        if self._tracker.detector.speaking and not isinstance(signal, SpeechOnset):
            self._session.feed(frame, SAMPLE_RATE)
        else:
            self._pre_roll.append(frame)
        match signal:
            case SpeechOnset(onset_ms):
                self._session.start(np.concatenate(list(self._pre_roll)), SAMPLE_RATE)
                self._pre_roll.clear()
                self._start_ms = self.frames * FRAME_MS - onset_ms
            case EndOfTurn(pause_ms):
                transcript = await self._session.finalise()
                self._session.belief = transcript.belief or self._session.belief
                self._words[transcript.language] += len(transcript.text.split())
                end_ms = self.frames * FRAME_MS - pause_ms
                shown = self._without_secrets(transcript)
                return TurnResult(max(0, self._start_ms), end_ms, shown)
            case FalseStart():
                self._session.reset()
            case _:
                pass
        return None

    def _without_secrets(self, heard: Transcript) -> str:
        self.understood.append(heard.text)
        spoken = language(heard.language)
        shown = without_numbers(heard.text, spoken, dictated=self._dictates)
        self._dictates = speaks_of_secrets(heard.text, spoken)
        return shown


async def _turns(
    reader: _TurnReader, frames: CheckedFrames, turns: Turns
) -> AsyncIterator[TurnResult]:
    quiet = silence(SAMPLE_RATE * FRAME_MS // 1000)
    for _ in range(LEAD_MS // FRAME_MS):
        await reader.hear(quiet)
    for frame in frames:
        reader.frames += 1
        if turn := await reader.hear(frame):
            yield turn
    for _ in range(turns.end_ms // FRAME_MS + 1):
        if turn := await reader.hear(quiet):
            yield turn
